"""Addresses of signing in: of django-allauth's pages, only those that this product has a use for.

There is no sign-up, and no mail address by which a password could be reset: an administrator makes members and sets
their passwords. Names that django-allauth looks up all the same lead to a page that is not there.
"""

from __future__ import annotations

from typing import NoReturn

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.urls import include, path


@login_not_required
def closed(_request: HttpRequest) -> NoReturn:
    """Say that there is no such page."""
    raise Http404


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("password/set/", closed, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
]
