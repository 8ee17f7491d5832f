"""Administration › API Tokens: by which programs send facts and read events. The text of a token is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.forms import TokenForm
from alerts.accounts.models import ApiToken, Scope
from alerts.accounts.tokens import create_token, revoke_token
from alerts.administration.views.frame import AdministrationForm, AdministrationList, tabs
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.utils.safestring import SafeString


def name_cell(token: ApiToken) -> SafeString:
    """Draw the name over the first characters of the token."""
    return format_html(
        '<span class="stacked"><strong>{}</strong><code>{}…</code></span>', token.name, token.hint
    )  # fmt: skip


def scopes_cell(token: ApiToken) -> SafeString:
    """Draw what the token opens."""
    return format_html_join(" ", '<span class="tag">{}</span>', ([Scope(scope).label] for scope in token.scopes))


def state_cell(token: ApiToken) -> SafeString:
    """Draw whether the token still opens anything."""
    if token.revoked_at is None:
        return ui.state("Active", tone="good", label=_("Active"))
    return ui.state("Revoked", tone="neutral", label=_("Revoked"))


def action_cell(token: ApiToken) -> SafeString | str:
    """Draw the link that revokes a living token."""
    if token.revoked_at:
        return ""
    href, label = reverse("accounts:token_revoke", args=[token.pk]), _("Revoke")
    return ui.button(label, href=href, size="small", kind="danger-quiet", aria_label=f"{label} {token.name}")


class Tokens(AdministrationList):
    """The list of tokens."""

    collection = "tokens"
    columns = (
        Column("Name", gettext_lazy("Token"), name_cell),
        Column("Scopes", gettext_lazy("What it opens"), scopes_cell),
        Column("State", gettext_lazy("State"), state_cell),
        Column("Created", gettext_lazy("Created"), lambda row: ui.moment(row.created_at, precision="minute")),
        Column("LastUsed", gettext_lazy("Last used"), lambda row: ui.moment(row.last_used_at, relative=True)),
        Column("Actions", gettext_lazy("Actions"), action_cell),
    )
    exported = (
        Column("Name", "Name", attribute("name")),
        Column("Hint", "Hint", attribute("hint")),
        Column("Scopes", "Scopes", attribute("scopes")),
        Column("CreatedAt", "CreatedAt", attribute("created_at")),
        Column("LastUsedAt", "LastUsedAt", attribute("last_used_at")),
        Column("RevokedAt", "RevokedAt", attribute("revoked_at")),
    )

    def rows(self) -> QuerySet[ApiToken]:
        """Return the account's tokens, revoked ones too."""
        return ApiToken.objects.filter(account=self.account)

    def context(self) -> dict[str, Any]:
        """Return title, tabs and the way to a new token."""
        create = {"label": _("Create token"), "url": reverse("accounts:token_create"), "icon": "plus",
                  "kind": "primary"}  # fmt: skip
        lead = _("By these, programs send facts and read events. Only a digest is stored.")
        empty = {"title": _("No API tokens yet"), "icon": "key-round", "text": _("A program needs one to send facts.")}
        return {
            "title": _("API Tokens"), "lead": lead, "tabs": tabs("tokens"), "actions": [create], "empty": empty,
        }  # fmt: skip


class TokenCreate(AdministrationForm):
    """A new token; the answer to the POST is the only page that ever shows it."""

    verb = "token.create"
    back = "tokens"
    text = ""

    def form(self, data: Any = None) -> TokenForm:
        """Return the form."""
        return TokenForm(data, initial={"scopes": [Scope.INGEST]})

    def act(self, form: TokenForm, *, now: datetime) -> str:
        """Make the token."""
        self.token, self.text = create_token(self.account, **form.cleaned_data, now=now)
        self.subject = self.token.name
        return reverse("accounts:tokens")

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        """Make the token and show it, kept out of every cache."""
        response = super().post(request, **kwargs)
        if self.text:
            response = render(request, "administration/token_created.html", self.shown_once())
            response["Cache-Control"] = "no-store"
        return response

    def shown_once(self) -> dict[str, Any]:
        """Return the token and the addresses that it opens."""
        ingest = Scope.INGEST in self.token.scopes
        return {
            **self.framed(_("Token “%(name)s”") % {"name": self.token.name}),
            "text": self.text,
            "cloudevents_url": settings.SITE_URL + reverse("ingest:cloudevents") if ingest else "",
            "callback_url": settings.SITE_URL + reverse("ingest:cloudmonitor", args=[self.text]) if ingest else "",
            "reads": Scope.READ in self.token.scopes,
        }

    def context(self) -> dict[str, Any]:
        """Return what frames the form."""
        return self.framed(_("Create token"), submit=_("Create"))


class TokenRevoke(AdministrationForm):
    """Asks, and closes a token for good."""

    template = "pages/confirm.html"
    verb = "token.revoke"
    back = "tokens"

    def token(self) -> ApiToken:
        """Return the token that the address names, if it is one of this account."""
        return get_object_or_404(ApiToken, account=self.account, pk=self.kwargs["pk"])

    def form(self, data: Any = None) -> forms.Form:
        """Return a form without fields."""
        self.subject = self.token().name
        return forms.Form(data)

    def act(self, form: forms.Form, *, now: datetime) -> str:
        """Revoke it."""
        revoke_token(self.token(), now=now)
        return reverse("accounts:tokens")

    def done(self) -> str:
        """Say so."""
        return _("The token “%(name)s” is revoked.") % {"name": self.subject}

    def context(self) -> dict[str, Any]:
        """Return the question."""
        text = _("Programs that use it are refused from their next call on. This cannot be undone.")
        return self.framed(_("Revoke the token “%(name)s”?") % {"name": self.subject}, text=text, accept=_("Revoke"))
