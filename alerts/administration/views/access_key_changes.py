"""Administration › Access Keys: making, changing, rotating, switching and deleting one.

The secret is shown on the answer that makes it, and on no other page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.accounts.access_key_forms import AccessKeyForm
from alerts.accounts.access_keys import (
    change_access_key,
    create_access_key,
    delete_access_key,
    disable_access_key,
    enable_access_key,
    rotate_access_key,
)
from alerts.accounts.models import AccessKey
from alerts.administration.views.frame import AdministrationForm

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class AccessKeyPage(AdministrationForm):
    """What the pages of one access key have in common."""

    back = "access_keys"

    def found(self) -> AccessKey:
        """Return the key that the address names, if it is one of this account."""
        key = get_object_or_404(AccessKey, account=self.account, pk=self.kwargs["pk"])
        self.subject = key.key_id
        return key


class AccessKeyCreate(AdministrationForm):
    """A new access key; the answer to the POST is the only page that ever shows its secret."""

    verb = "access_key.create"
    back = "access_keys"
    secret = ""
    key: AccessKey

    def form(self, data: Any = None) -> Any:
        """Return the form."""
        return AccessKeyForm(data, now=timezone.now())

    def act(self, form: Any, *, now: datetime) -> str:
        """Make the key."""
        self.key, self.secret = create_access_key(self.account, now=now, **form.cleaned_data)
        self.subject = self.key.key_id
        return reverse("accounts:access_keys")

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Make the key and show its secret, kept out of every cache."""
        response = super().post(request, **kwargs)
        if self.secret:
            response = render(request, "administration/access_key_created.html", self.shown_once())
            response["Cache-Control"] = "no-store"
        return response

    def shown_once(self) -> dict[str, Any]:
        """Return the secret, and how an SDK is told of it."""
        protocol, _slashes, endpoint = settings.SITE_URL.partition("://")
        name = self.key.name or self.key.key_id
        return {
            **self.framed(_("Access key “%(name)s”") % {"name": name}), "key_id": self.key.key_id,
            "secret": self.secret, "region": self.key.region, "endpoint": endpoint, "protocol": protocol,
        }  # fmt: skip

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Create access key"), submit=_("Create"))


class AccessKeyRotate(AccessKeyCreate):
    """Asks, and gives a key a new secret, which the answer shows once."""

    template = "pages/confirm.html"
    verb = "access_key.rotate"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.key = get_object_or_404(AccessKey, account=self.account, pk=self.kwargs["pk"])
        self.subject = self.key.key_id
        return forms.Form(data)

    def act(self, form: Any, *, now: datetime) -> str:
        """Make the secret."""
        self.secret = rotate_access_key(self.key, now=now)
        return reverse("accounts:access_keys")

    def context(self) -> dict[str, Any]:
        """Return the question."""
        text = _("The secret that it has now signs nothing any more, within two seconds.")
        title = _("Give the access key “%(id)s” a new secret?") % {"id": self.subject}
        return self.framed(title, text=text, accept=_("Rotate"))


class AccessKeyModify(AccessKeyPage):
    """What a key is called and may do."""

    verb = "access_key.modify"

    def form(self, data: Any = None) -> AccessKeyForm:
        """Return the form with what is stored, the secret aside."""
        return AccessKeyForm(data, now=timezone.now(), key=self.found())

    def act(self, form: AccessKeyForm, *, now: datetime) -> str:
        """Store it."""
        change_access_key(self.found(), **form.cleaned_data)
        return reverse("accounts:access_keys")

    def done(self) -> str:
        """Say so."""
        return _("The access key “%(id)s” is changed.") % {"id": self.subject}

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Access key “%(name)s”") % {"name": self.subject})


class AccessKeyDisable(AccessKeyPage):
    """Asks, and lets a key sign nothing."""

    template = "pages/confirm.html"
    verb = "access_key.disable"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.found()
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Disable it."""
        disable_access_key(self.found(), now=now)
        return reverse("accounts:access_keys")

    def done(self) -> str:
        """Say so."""
        return _("The access key “%(id)s” is disabled.") % {"id": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        text = _("Programs that use it are refused within two seconds. It can be enabled again.")
        title = _("Disable the access key “%(id)s”?") % {"id": self.subject}
        return self.framed(title, text=text, accept=_("Disable"))


class AccessKeyEnable(AccessKeyPage):
    """Asks, and lets a disabled key sign again."""

    template = "pages/confirm.html"
    verb = "access_key.enable"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.found()
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Enable it."""
        enable_access_key(self.found())
        return reverse("accounts:access_keys")

    def done(self) -> str:
        """Say so."""
        return _("The access key “%(id)s” is enabled.") % {"id": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        title = _("Enable the access key “%(id)s”?") % {"id": self.subject}
        return self.framed(title, text=_("It may do again what it might before."), accept=_("Enable"))


class AccessKeyDelete(AccessKeyPage):
    """Asks, and deletes a key for good."""

    template = "pages/confirm.html"
    verb = "access_key.delete"

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.found()
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Delete it."""
        delete_access_key(self.found())
        return reverse("accounts:access_keys")

    def done(self) -> str:
        """Say so."""
        return _("The access key “%(id)s” is deleted.") % {"id": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        text = _("Programs that use it are refused within two seconds. This cannot be undone.")
        title = _("Delete the access key “%(id)s”?") % {"id": self.subject}
        return self.framed(title, text=text, accept=_("Delete"))
