"""Addresses of silences; `urls` puts them among those of the console."""

from django.urls import path

from alerts.cloudmonitor.views import silence_changes as changes
from alerts.cloudmonitor.views import silence_form, silences

SILENCES = "alerts/silences/"

urlpatterns = [
    path(SILENCES, silences.Silences.as_view(), name="silences"),
    path(SILENCES + "create/", silence_form.SilenceCreate.as_view(), name="silence_create"),
    path(SILENCES + "preview/", silence_form.SilencePreview.as_view(), name="silence_preview"),
    path(SILENCES + "<int:pk>/", silences.SilenceDetails.as_view(), name="silence"),
    path(SILENCES + "<int:pk>/modify/", silence_form.SilenceModify.as_view(), name="silence_modify"),
    path(SILENCES + "<int:pk>/preview/", silence_form.SilencePreviewStored.as_view(), name="silence_preview_stored"),
    path(SILENCES + "<int:pk>/end/", changes.SilenceEnd.as_view(), name="silence_end"),
    path(SILENCES + "<int:pk>/extend/", changes.SilenceExtend.as_view(), name="silence_extend"),
    path(SILENCES + "<int:pk>/delete/", changes.SilenceDelete.as_view(), name="silence_delete"),
]
