"""The repeatable rows of the alert rule panel: where a rule's notifications go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.channels import BY_KIND
from alerts.channels.base import DeliveryError
from alerts.channels.urls import URL_LIMIT, read_url
from alerts.channels.webhook import METHODS
from alerts.contacts.models import ContactGroup
from alerts.rules.models import RuleTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.accounts.models import CloudAccount

    _GroupField = forms.ModelChoiceField[ContactGroup]
    _FormSet = forms.BaseFormSet["Row"]
else:
    _GroupField = forms.ModelChoiceField
    _FormSet = forms.BaseFormSet

MOST_TARGETS = 5


class Row(forms.Form):
    """One row. `target` gives what it means, or None for an empty row."""

    def forget(self) -> None:
        """Show the row as typed, without saying what is wrong with it yet."""
        self._errors = ErrorDict()

    def target(self) -> RuleTarget | None:
        """Return the target that a valid row describes."""
        raise NotImplementedError


class GroupChoice(_GroupField):
    """A contact group, with how many people are in it."""

    def label_from_instance(self, obj: Any) -> str:
        """Return its name, and how many it reaches."""
        said = ngettext("%(count)s contact", "%(count)s contacts", obj.reached) % {"count": obj.reached}
        return f"{obj.name} ({said})"


class GroupRow(Row):
    """Alert Notification: a contact group and the notification method."""

    group = GroupChoice(
        ContactGroup.objects.none(), label=gettext_lazy("Contact group"), required=False, empty_label="–"
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Notification method"), choices=RuleTarget.Method.choices, required=False
    )

    def __init__(self, *args: Any, account: CloudAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = ContactGroup.objects.filter(account=account).annotate(reached=Count("contacts"))
        self.fields["group"].queryset = groups.order_by("name")  # type: ignore[attr-defined]

    def target(self) -> RuleTarget | None:
        """Return the target, or None when no group is chosen."""
        group = self.cleaned_data.get("group")
        method = self.cleaned_data.get("method") or RuleTarget.Method.CRITICAL
        return RuleTarget(kind=RuleTarget.Kind.CONTACT_GROUP, group=group, method=method) if group else None


class UrlRow(Row):
    """URL Callback: a request method and a URL. A stored URL is a secret: it is kept while the field is left empty."""

    stored = forms.IntegerField(required=False, widget=forms.HiddenInput)
    http_method = forms.ChoiceField(
        label=gettext_lazy("Request method"), choices=[(each, each) for each in METHODS], required=False
    )
    url = forms.CharField(
        label=gettext_lazy("URL"),
        required=False,
        max_length=URL_LIMIT,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "placeholder": "https://…"}
        ),
    )
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, *args: Any, known: Mapping[int, RuleTarget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if kept := self.kept():
            shown = BY_KIND["webhook"].mask(kept.fields)
            self.fields["url"].help_text = _("Now: %(url)s. Leave empty to keep it.") % {"url": shown}
        else:
            del self.fields["remove"]

    def kept(self) -> RuleTarget | None:
        """Return the stored target that this row stands for, if it belongs to this rule."""
        raw = str(self["stored"].value() or "")
        return self.known.get(int(raw)) if raw.isascii() and raw.isdigit() else None

    def clean_url(self) -> str:
        """Refuse what is no URL that may be called."""
        url = str(self.cleaned_data.get("url") or "").strip()
        if url:
            try:
                read_url(url)
            except DeliveryError as error:
                raise ValidationError(error.reason, code="url") from error
        return url

    def target(self) -> RuleTarget | None:
        """Return the target; None for an empty row and for one that is to go."""
        kept, url = self.kept(), self.cleaned_data.get("url", "")
        if self.cleaned_data.get("remove") or not (url or kept):
            return None
        method = self.cleaned_data.get("http_method") or METHODS[0]
        address = {**(kept.fields if kept else {}), "method": method, **({"url": url} if url else {})}
        return RuleTarget(kind=RuleTarget.Kind.WEBHOOK, address=json.dumps(address))


class Rows(_FormSet):
    """Several rows of one kind, each destination once."""

    def forget(self) -> None:
        """Show the rows as typed, without saying what is wrong with them yet."""
        for form in self.forms:
            form.forget()
        self._errors: list[Any] = [form.errors for form in self.forms]
        self._non_form_errors = ErrorList()

    def clean(self) -> None:
        """Say at its row when something is there twice."""
        seen = set()
        for form in self.forms:
            target = form.target() if form.is_valid() else None
            if target:
                key = (target.group_id, target.address)
                if key in seen:
                    form.add_error("url" if target.address else "group", _("This is there twice."))
                seen.add(key)

    def targets(self) -> list[RuleTarget]:
        """Return what the valid rows describe."""
        found: Iterable[RuleTarget | None] = (form.target() for form in self.forms if form.is_valid())
        return [target for target in found if target]


def rows_of(kind: type[Row], *, extra: int) -> Any:
    """Return the class of `Rows` for a kind of row, with so many empty ones."""
    return forms.formset_factory(
        kind, formset=Rows, extra=extra, max_num=MOST_TARGETS, absolute_max=MOST_TARGETS + 1, validate_max=True
    )
