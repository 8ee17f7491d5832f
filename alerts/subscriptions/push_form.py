"""The panel Create/Modify Push Channel: its kind, and the fields of that kind.

The rows of alert rules do for the targets: a push channel of a kind is one such row. What the other kinds show is not
looked at. Of what is stored, a URL, its signing secret and the values of headers never go into a page; left empty they
stay, unless the URL leads to another server: there they are given anew. What was typed just now and refused stands in
the form again, so that nothing typed is lost.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.channels import BY_KIND
from alerts.channels.base import MASK
from alerts.estate.regions import REGIONS
from alerts.rules.machines import FunctionRow, LogRow, QueueRow, UrlRow
from alerts.subscriptions.models import PushChannel
from alerts.subscriptions.push_headers import headers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alerts.accounts.models import CloudAccount
    from alerts.estate.regions import Region
    from alerts.rules.targets import Row

    Check = Callable[[str], Iterator[str]]

KIND = PushChannel.Kind
FORMATS = ("JSON", "FORM")
LONGEST = 8_000


class WebhookRow(UrlRow):
    """Webhook: request method, data format, address and signing secret."""

    field_order = ("http_method", "data_format", "url", "secret")
    data_format = forms.ChoiceField(
        label=gettext_lazy("Data format"), choices=[(each, each) for each in FORMATS], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remove", None)
        self.fields["url"].label = _("Address")
        self.fields["secret"].label = _("Signature obfuscation string")

    def _stands_for(self) -> str:
        # What is no key of this push channel stands for nothing: an address is asked for, as in a new one.
        key = super()._stands_for()
        return key if key in map(str, self.known) else ""

    @property
    def moved(self) -> bool:
        """Whether the URL leads to another server than the stored one: scheme, host or port differ."""
        kept, typed, mask = self.kept(), str(self["url"].value() or "").strip(), BY_KIND[KIND.WEBHOOK].mask
        return bool(kept and typed and mask({"url": typed}) not in (MASK, mask(kept.fields)))

    def clean(self) -> dict[str, Any]:
        """Ask for the secret anew where the URL leads to another server."""
        data, kept = super().clean(), self.kept()
        signed = bool(kept and kept.fields.get("secret")) and "secret" not in self.errors
        if self.moved and signed and not data.get("secret") and not data.get("unsigned"):
            said = _("The address leads to another server: write the secret anew, or mark “Sign no more”.")
            self.add_error("secret", said)
        return data

    def _secrets(self, before: Any) -> dict[str, str]:
        return super()._secrets({} if self.moved else before)


ROWS: Mapping[str, type[Row]] = {KIND.WEBHOOK: WebhookRow, KIND.QUEUE: QueueRow, KIND.LOG: LogRow,
                                 KIND.FUNCTION: FunctionRow}  # fmt: skip
SYSTEMS = (KIND.QUEUE, KIND.LOG, KIND.FUNCTION)


class PushChannelForm(forms.Form):
    """A push channel. `rows` holds the fields by kind, `headers` those of a webhook.

    `opened` is the version that the page showed. `check` says what is wrong with a template, in sentences.
    """

    name = forms.CharField(
        label=gettext_lazy("Channel name"), max_length=128, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Target type"), choices=KIND.choices, initial=KIND.WEBHOOK, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the four.")},
    )  # fmt: skip
    template = forms.CharField(
        label=gettext_lazy("Notification template"), required=False, max_length=LONGEST, strip=False,
        help_text=gettext_lazy("Liquid text that makes the JSON to send. Empty: the documented envelope."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )  # fmt: skip
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, account: CloudAccount, channel: PushChannel | None = None,
        check: Check | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=initial_of(channel) if channel else {})
        self.account, self.channel, self.check = account, channel, check
        self.stored_kind = channel.kind if channel else ""
        self.rows: dict[str, Row] = {kind: self._row(kind, data) for kind in ROWS}
        self.headers = headers_of(data, self._stored_headers())

    def _row(self, kind: str, data: Any) -> Row:
        channel = self.channel if self.stored_kind == kind else None
        shown: dict[str, Any] = dict(channel.fields) if channel and kind != KIND.WEBHOOK else {}
        if channel and kind == KIND.WEBHOOK:
            fields = channel.fields
            shown = {"stored": channel.pk, "http_method": fields.get("method"), "data_format": fields.get("format")}
        known: Any = {channel.pk: channel} if channel else {}
        return ROWS[kind](data, prefix=kind, initial=shown, account=self.account, known=known)

    def _stored_headers(self) -> dict[str, str]:
        row = self.webhook
        assert isinstance(row, WebhookRow)
        kept = None if row.moved else row.kept()
        return json.loads(kept.fields.get("headers") or "{}") if kept else {}

    @property
    def chosen(self) -> str:
        """The kind that is chosen."""
        return str(self["kind"].value() or "")

    @property
    def regions(self) -> Sequence[Region]:
        """The regions to choose from."""
        return REGIONS

    @property
    def webhook(self) -> Row:
        """The fields of a webhook."""
        return self.rows[KIND.WEBHOOK]

    @property
    def systems(self) -> list[tuple[str, str, Row]]:
        """The kinds of the other systems, their names, and their fields."""
        return [(kind, str(kind.label), self.rows[kind]) for kind in SYSTEMS]

    def is_valid(self) -> bool:
        """Tell whether the form and the fields of the chosen kind are valid."""
        row = self.rows.get(self.chosen)
        return all([super().is_valid(), row is None or row.is_valid(), self._headers_valid()])

    def _headers_valid(self) -> bool:
        return self.chosen != KIND.WEBHOOK or self.headers.is_valid()

    def clean_name(self) -> str:
        """Refuse a name that another push channel of the account has."""
        name = str(self.cleaned_data["name"])
        others = PushChannel.objects.filter(account=self.account, name=name)
        if (others.exclude(pk=self.channel.pk) if self.channel else others).exists():
            raise ValidationError(_("There is a push channel of this name already."), code="unique")
        return name

    def clean_template(self) -> str:
        """Refuse a template that makes no message."""
        text = str(self.cleaned_data["template"] or "").replace("\r\n", "\n")
        if text.strip() and self.check and (said := list(self.check(text))):
            raise ValidationError(said, code="template")
        return text if text.strip() else ""

    def clean(self) -> dict[str, Any]:
        """Ask for an address of the chosen kind."""
        data, row = self.cleaned_data, self.rows.get(self.chosen)
        if row is not None and row.is_valid() and row.target() is None:
            row.add_error(row.first, _("Write where it is to be sent."))
        return data

    def wanted(self) -> tuple[PushChannel, dict[str, str]]:
        """Return the push channel as the valid form describes it, not saved yet, and its address."""
        channel = self.channel or PushChannel(account=self.account)
        for field in ("name", "description", "kind", "template"):
            setattr(channel, field, self.cleaned_data[field])
        row = self.rows[self.chosen]
        target = row.target()
        assert target is not None
        address = dict(target.fields)
        if self.chosen == KIND.WEBHOOK:
            address["format"] = row.cleaned_data.get("data_format") or FORMATS[0]
            address |= {"headers": found} if (found := self.headers.as_json()) else {}
        return channel, address

    def forget(self) -> None:
        """Show what was typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()
        for row in self.rows.values():
            row.forget()
        self.headers.forget()

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (id of the control, label, sentence) of everything that is wrong, from top to bottom."""
        for bound in [*self.visible_fields(), *self.rows.get(self.chosen, ())]:
            yield from ((bound.id_for_label, str(bound.label or ""), str(error)) for error in bound.errors)
        yield from (("", "", str(error)) for error in [*self.non_field_errors(), *self["opened"].errors])
        if self.chosen == KIND.WEBHOOK:
            yield from (("", "", str(error)) for error in self.headers.non_form_errors())
            for number, row in enumerate(self.headers.forms, start=1):
                for bound in row:
                    yield from ((bound.id_for_label, f"{bound.label} {number}", str(error)) for error in bound.errors)


def initial_of(channel: PushChannel) -> dict[str, Any]:
    """Return what the form shows of a stored push channel: no secret."""
    shown = {name: getattr(channel, name) for name in ("name", "description", "kind", "template")}
    return {**shown, "opened": channel.version}
