"""Where everything is: address, module and menu entry agree."""

from django.urls import include, path

from alerts.cloudmonitor.views.confirmation import Confirmation
from alerts.ui.home import Home
from kmsconsole.health import healthz

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("healthz", healthz, name="healthz"),
    path("confirm/<str:code>/", Confirmation.as_view(), name="confirm"),
    path("accounts/", include("alerts.administration.signing_in")),
    path("account/", include("alerts.administration.urls")),
    path("ingest/", include("alerts.ingest.urls")),
    path("kms/", include("alerts.kms.urls")),
    path("cloudmonitor/", include("alerts.cloudmonitor.urls")),
]
