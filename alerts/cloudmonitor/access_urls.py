"""Addresses of the Access Center: accounts of the cloud that are read."""

from django.urls import path

from alerts.cloudmonitor.views import source_actions as actions
from alerts.cloudmonitor.views import source_changes as changes
from alerts.cloudmonitor.views import sources

SOURCES = "access-center/sources/"
ONE = SOURCES + "<int:pk>/"

urlpatterns = [
    path(SOURCES, sources.Sources.as_view(), name="sources"),
    path(SOURCES + "connect/", changes.SourceCreate.as_view(), name="source_create"),
    path(ONE, sources.SourcePage.as_view(), name="source"),
    path(ONE + "live/", sources.SourceLive.as_view(), name="source_live"),
    path(ONE + "modify/", changes.SourceModify.as_view(), name="source_modify"),
    path(ONE + "teller/", changes.SourceTeller.as_view(), name="source_teller"),
    path(ONE + "delete/", changes.SourceDelete.as_view(), name="source_delete"),
    path(ONE + "check/", actions.SourceCheck.as_view(), name="source_check"),
    path(ONE + "read/", actions.SourceRead.as_view(), name="source_read"),
    path(ONE + "pause/", actions.SourcePause.as_view(), name="source_pause"),
    path(ONE + "resume/", actions.SourceResume.as_view(), name="source_resume"),
]
