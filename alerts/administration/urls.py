"""Addresses under /account/."""

from django.urls import path

from alerts.administration import views

app_name = "accounts"
urlpatterns = [
    path("switch/", views.SwitchAccount.as_view(), name="switch"),
]
