"""The rows of the systems that a rule can call: URL callback, message queue, function, log service.

What is typed is checked by the same patterns that the channels send by. A URL and its signing secret are secrets: they
never go back into a page, an empty field keeps them, and while a signing secret is being changed the previous one signs
as well.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.channels.base import DeliveryError
from alerts.channels.cloud import REGION
from alerts.channels.function import NAME as FUNCTION_NAME
from alerts.channels.log import LOGSTORE, PROJECT
from alerts.channels.queue import NAME as QUEUE_NAME
from alerts.channels.signature import read_secret
from alerts.channels.urls import URL_LIMIT, read_url
from alerts.channels.webhook import METHODS
from alerts.rules.models import RuleTarget
from alerts.rules.targets import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PLAIN = {"autocomplete": "off", "spellcheck": "false"}
SECRET_LIMIT = 256
KEY_LENGTH = 19
"""Digits that the key of a stored target has less than."""


def _text(label: Any, pattern: re.Pattern[str], said: Any, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=128,
        validators=[RegexValidator(re.compile(rf"^(?:{pattern.pattern})\Z"), said, code="name")],
        widget=forms.TextInput(attrs={**PLAIN, **attributes}),
    )


def _region() -> forms.CharField:
    said = gettext_lazy("This is no region: write one such as cn-hangzhou.")
    return _text(gettext_lazy("Region"), REGION, said, list="rule-regions", placeholder="cn-hangzhou")


def _checked(text: str, read: Callable[[str], object], *, code: str) -> str:
    """Return what was typed; raise ValidationError with the channel's own sentence when it cannot read it."""
    if text:
        try:
            read(text)
        except DeliveryError as error:
            raise ValidationError(error.reason, code=code) from error
    return text


class UrlRow(Row):
    """URL Callback: a request method, a URL and a signing secret."""

    first = "url"
    stored = forms.IntegerField(required=False, widget=forms.HiddenInput)
    http_method = forms.ChoiceField(
        label=gettext_lazy("Request method"), choices=[(each, each) for each in METHODS], required=False
    )
    url = forms.CharField(
        label=gettext_lazy("URL"),
        required=False,
        max_length=URL_LIMIT,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "url", "placeholder": "https://…"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Signing secret"),
        required=False,
        max_length=SECRET_LIMIT,
        help_text=gettext_lazy("whsec_ and 24 to 64 bytes in base64. Calls are signed by Standard Webhooks."),
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "whsec_…"}),
    )
    previous_secret = forms.CharField(required=False, max_length=SECRET_LIMIT, widget=forms.HiddenInput)
    only_new = forms.BooleanField(label=gettext_lazy("Sign with the new secret alone from now on"), required=False)
    unsigned = forms.BooleanField(label=gettext_lazy("Sign no more"), required=False)
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.kept()
        fields = kept.fields if kept else {}
        for name, there in (
            ("remove", kept or self._stands_for()),
            ("unsigned", "secret" in fields),
            ("only_new", self._two(fields)),
        ):
            if not there:
                del self.fields[name]
        if kept:
            shown = escape(BY_KIND["webhook"].mask(fields))
            self.fields["url"].help_text = _("Now: %(url)s. Leave empty to keep it.") % {"url": shown}
        if "secret" in fields:
            self.fields["secret"].help_text = _(
                "There is one. Leave empty to keep it; while you change it, calls carry both signatures."
            )

    @staticmethod
    def _two(fields: Any) -> bool:
        return bool(fields.get("previous_secret"))

    @staticmethod
    def initial_of(target: RuleTarget) -> dict[str, Any]:
        """Return what the row shows of a stored target."""
        return {"stored": target.pk, "http_method": target.fields.get("method", METHODS[0])}

    def kept(self) -> RuleTarget | None:
        """Return the stored target that this row stands for, if it belongs to this rule."""
        raw = self._stands_for()
        return self.known.get(int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < KEY_LENGTH else None

    def _stands_for(self) -> str:
        return str(self["stored"].value() or "")

    def clean_url(self) -> str:
        """Refuse what is no URL that may be called."""
        return _checked(str(self.cleaned_data.get("url") or "").strip(), read_url, code="url")

    def clean_secret(self) -> str:
        """Refuse what cannot sign."""
        return _checked(str(self.cleaned_data.get("secret") or "").strip(), read_secret, code="secret")

    def clean_previous_secret(self) -> str:
        """Refuse what cannot sign."""
        return _checked(str(self.cleaned_data.get("previous_secret") or "").strip(), read_secret, code="secret")

    def clean(self) -> dict[str, Any]:
        """Refuse a secret without a URL, and one that is given and taken away at once."""
        data = self.cleaned_data
        if self._stands_for() and not (self.kept() or data.get("url") or data.get("remove") or "url" in self.errors):
            self.add_error("url", _("Somebody removed this URL meanwhile. Write it again, or mark Remove."))
        elif data.get("secret") and not (data.get("url") or self.kept() or "url" in self.errors):
            self.add_error("url", _("Write the URL whose calls this secret signs."))
        if data.get("secret") and data.get("unsigned"):
            self.add_error("unsigned", _("Either give a new signing secret or sign no more."))
        if data.get("url") and data.get("remove"):
            self.add_error("remove", _("Either give a new URL or remove it."))
        return data

    def target(self) -> RuleTarget | None:
        """Return the target; None for an empty row and for one that is to go."""
        kept, data = self.kept(), self.cleaned_data
        if data.get("remove") or not (data.get("url") or kept):
            return None
        before = kept.fields if kept else {}
        address = {"url": data.get("url") or before["url"], "method": data.get("http_method") or METHODS[0]}
        key = kept.pk if kept else None
        return RuleTarget(pk=key, kind=RuleTarget.Kind.WEBHOOK, address=json.dumps(address | self._secrets(before)))

    def _secrets(self, before: Any) -> dict[str, str]:
        """Return the secrets to sign with: a new one takes the old one's place, which signs on as the previous one."""
        data = self.cleaned_data
        old, new = before.get("secret", ""), data.get("secret", "")
        if data.get("unsigned"):
            return {}
        previous = data.get("previous_secret") or (old if new and old != new else before.get("previous_secret", ""))
        pairs = {"secret": new or old, "previous_secret": "" if data.get("only_new") else previous}
        return {name: value for name, value in pairs.items() if value}


class SystemRow(Row):
    """A system of the cloud: some names, which are no secrets. All of `needed` are asked for once one is there."""

    kind: ClassVar[str] = ""
    needed: ClassVar[Sequence[str]] = ()

    def typed(self) -> dict[str, str]:
        """Return what stands in the row."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing in a row that was begun."""
        if self.typed() or self.errors:
            for name in self.needed:
                if not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is missing."))
        return self.cleaned_data

    def target(self) -> RuleTarget | None:
        """Return the target, or None when the row is empty."""
        typed = self.typed()
        return RuleTarget(kind=self.kind, address=json.dumps(typed)) if typed else None


class QueueRow(SystemRow):
    """Simple Message Queue: region, and a queue or a topic."""

    kind = RuleTarget.Kind.QUEUE
    first = "queue"
    needed = ("region",)
    said = gettext_lazy("Up to 120 letters, digits and hyphens, beginning with a letter or a digit.")
    region = _region()
    queue = _text(gettext_lazy("Queue"), QUEUE_NAME, said)
    topic = _text(gettext_lazy("or topic"), QUEUE_NAME, said)

    def clean(self) -> dict[str, Any]:
        """Ask for a queue or a topic, and not for both."""
        data = super().clean()
        if data.get("queue") and data.get("topic"):
            self.add_error("topic", _("Either a queue or a topic, not both."))
        elif (self.typed() or self.errors) and not {"queue", "topic"} & {*self.typed(), *self.errors}:
            self.add_error("queue", _("Write the name of a queue or of a topic."))
        return data


class FunctionRow(SystemRow):
    """Function Compute: region, service (of older functions only) and function."""

    kind = RuleTarget.Kind.FUNCTION
    first = "function"
    needed = ("region", "function")
    said = gettext_lazy("Up to 128 letters, digits, hyphens and underscores, beginning with a letter or an underscore.")
    region = _region()
    service = _text(gettext_lazy("Service, if it is in one"), FUNCTION_NAME, said)
    function = _text(gettext_lazy("Function"), FUNCTION_NAME, said)


class LogRow(SystemRow):
    """Simple Log Service: region, project and Logstore."""

    kind = RuleTarget.Kind.LOG
    first = "logstore"
    needed = ("region", "project", "logstore")
    said = gettext_lazy(
        "3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or a digit."
    )
    region = _region()
    project = _text(gettext_lazy("Project"), PROJECT, said)
    logstore = _text(
        gettext_lazy("Logstore"),
        LOGSTORE,
        gettext_lazy("2 to 63 lower-case letters, digits, hyphens and underscores, no hyphen at either end."),
    )
