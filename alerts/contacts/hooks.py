"""Webhooks of a contact: robots of group chats and systems. How they are typed in, and what is stored of it.

A URL is a password, and so is what signs. Neither goes back into a page: a field of something stored is empty, empty
means unchanged, and a box removes. While the secret of a webhook is changed, the previous one goes on signing as well,
so that the receiver can follow; a further box ends that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.channels.base import DeliveryError
from alerts.channels.signature import read_secret
from alerts.channels.urls import URL_LIMIT, read_url
from alerts.contacts.models import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

SECRET_LIMIT = 256


def check_nothing(secret: str) -> object:
    """Take any secret: its provider makes it up, and no rule for it is documented."""
    return secret


@dataclass(frozen=True, slots=True)
class Hook:
    """One kind of webhook. `signs` says where its secret comes from; empty for a kind that signs nothing."""

    kind: str
    label: Text
    about: Text
    signs: Text = ""
    check: Callable[[str], object] = check_nothing

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields in a form, those that there may be."""
        kind = self.kind
        return (kind, f"{kind}_secret", f"remove_{kind}", f"remove_{kind}_secret", f"end_{kind}_previous_secret")


HOOKS = (
    Hook(
        Address.Kind.DINGTALK,
        gettext_lazy("DingTalk webhook"),
        gettext_lazy("The webhook of a custom robot."),
        gettext_lazy("From the robot's security settings, “Additional Signature”; starts with SEC."),
    ),
    Hook(
        Address.Kind.LARK,
        gettext_lazy("Lark webhook"),
        gettext_lazy("The webhook of a custom bot of Lark or Feishu."),
        gettext_lazy("From the bot's security settings, “Set signature verification”."),
    ),
    Hook(Address.Kind.WECOM, gettext_lazy("WeCom webhook"), gettext_lazy("The webhook of a group robot.")),
    Hook(Address.Kind.SLACK, gettext_lazy("Slack webhook"), gettext_lazy("An incoming webhook.")),
    Hook(Address.Kind.TEAMS, gettext_lazy("Teams webhook"), gettext_lazy("The webhook of a workflow.")),
    Hook(
        Address.Kind.WEBHOOK,
        gettext_lazy("Webhook"),
        gettext_lazy("Any system of yours: events arrive there as JSON, by POST."),
        gettext_lazy("Signs as Standard Webhooks prescribe: whsec_ and 24 to 64 random bytes in base64."),
        read_secret,
    ),
)


def fields_of(hook: Hook, stored: Mapping[str, str]) -> dict[str, forms.Field]:
    """Return the fields in which a webhook is typed in; `stored` is what is stored of it, empty for nothing."""
    url, secret, remove, remove_secret, end = hook.names
    typed = forms.URLInput(attrs={"placeholder": "https://"})
    found: dict[str, forms.Field] = {url: _field(hook.label, hook.about, URL_LIMIT, typed)}
    if stored:
        # A help text is put into the page as it is, so that it can hold markup.
        host = escape(BY_KIND[hook.kind].mask(stored))
        found[url].help_text = _("Now %(host)s – leave it empty to keep it.") % {"host": host}
        found[remove] = forms.BooleanField(label=_("Remove this webhook"), required=False)
    if not hook.signs:
        return found
    # What was typed comes back when there is a mistake; what is stored never does, for it is no initial value.
    found[secret] = _field(_("Signing secret"), hook.signs, SECRET_LIMIT, forms.PasswordInput(render_value=True))
    if stored.get("secret"):
        found[secret].help_text = _("One is stored – leave it empty to keep it.")
        found[remove_secret] = forms.BooleanField(label=_("Remove the signing secret"), required=False)
    if stored.get("previous_secret"):
        label = _("End the change of the secret: sign with the new one only")
        found[end] = forms.BooleanField(label=label, required=False)
    return found


def _field(label: Text, about: Text, limit: int, widget: forms.Widget) -> forms.CharField:
    widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=about, required=False, max_length=limit, widget=widget)


def mistakes_in(hook: Hook, data: Mapping[str, Any], stored: Mapping[str, str]) -> dict[str, ValidationError]:
    """Return what is wrong with what was typed in about a webhook, by field."""
    url, secret, remove, remove_secret, _end = hook.names
    found: dict[str, ValidationError] = {}
    for name, check in ((url, read_url), (secret, hook.check)):
        try:
            if data.get(name):
                check(data[name])
        except DeliveryError as error:
            found[name] = ValidationError(error.reason)
    if data.get(secret) and not (data.get(url) or stored):
        found[url] = ValidationError(_("Give the URL as well: a secret alone reaches nobody."))
    if data.get(remove) and (data.get(url) or data.get(secret)):
        found[remove] = ValidationError(_("Either give something new or remove the webhook."))
    if data.get(remove_secret) and data.get(secret):
        found[remove_secret] = ValidationError(_("Either give a new secret or remove it."))
    return found


def address_of(hook: Hook, data: Mapping[str, Any], stored: Mapping[str, str]) -> dict[str, str] | None:
    """Return the channel's fields after what was typed in; None for no address."""
    url, secret, remove, remove_secret, end = hook.names
    if data.get(remove) or not (data.get(url) or stored):
        return None
    found = {**stored, "url": data.get(url) or stored["url"]}
    if hook.kind == Address.Kind.WEBHOOK:
        found.setdefault("method", "POST")
    if data.get(remove_secret):
        found |= {"secret": "", "previous_secret": ""}
    if data.get(end):
        found["previous_secret"] = ""
    if (new := data.get(secret)) and new != stored.get("secret"):
        changes = hook.kind == Address.Kind.WEBHOOK
        found |= {"secret": new, "previous_secret": stored.get("secret", "") if changes else ""}
    return {name: value for name, value in found.items() if value}
