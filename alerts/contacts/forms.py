"""Forms for contacts and contact groups: the one parser of what is typed in about them.

What is secret of a webhook never goes back into a page: see `alerts.contacts.hooks`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.encryption import fingerprint
from alerts.accounts.zones import ZoneSelect, zone_choices
from alerts.channels.base import DeliveryError
from alerts.channels.phone import read_phone
from alerts.contacts.hooks import HOOKS, address_of, fields_of, mistakes_in
from alerts.contacts.models import Address, Contact, ContactGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import QuerySet
    from django.forms import BoundField

    from alerts.accounts.models import CloudAccount
    from alerts.contacts.hooks import Hook

if TYPE_CHECKING:
    _ContactForm = forms.ModelForm[Contact]
    _GroupForm = forms.ModelForm[ContactGroup]
else:
    _ContactForm = _GroupForm = forms.ModelForm

MAIL_LIMIT = 254
PHONE_LIMIT = 32


class ContactForm(_ContactForm):
    """Set Alert Contact: name, addresses, description, language and zone. Give the account by the instance.

    `opened` is a digest of the contact as the page showed it, by which a save over somebody else's change is noticed.
    """

    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=MAIL_LIMIT,
        help_text=gettext_lazy("A link is sent there, to be opened within 24 hours; until then nothing else is sent."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=PHONE_LIMIT,
        help_text=gettext_lazy("With the country code, such as +86 138 0000 0000; for text messages and calls."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel"}),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        widget=ZoneSelect,
        help_text=gettext_lazy("In this zone messages tell the time, with UTC beside it."),
    )

    class Meta:
        model = Contact
        fields = ("name", "description", "language", "time_zone")
        help_texts = {
            "name": gettext_lazy("Starts with a letter; 2 to 40 letters, digits, dots and underscores."),
            "language": gettext_lazy("Automatic: that of this installation."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {each.kind: each.fields for each in self.instance.addresses.all()} if self.instance.pk else {}
        for hook in HOOKS:
            self.fields.update(fields_of(hook, self.stored.get(hook.kind, {})))
        for name in (Address.Kind.EMAIL, Address.Kind.PHONE):
            self.initial.setdefault(name.value, self.stored.get(name, {}).get(name.value, ""))
        self._note_standing()

    def _note_standing(self) -> None:
        # Each page that is shown holds the digest of now, also the one that shows a refusal: a second OK is meant.
        self.standing = self.initial["opened"] = standing_of(self.instance, self.stored) if self.instance.pk else ""
        self.looked_at = str(self.data.get("opened", "")) if self.is_bound else ""
        if self.is_bound:
            typed = self.data.dict() if isinstance(self.data, QueryDict) else self.data
            self.data = {**typed, "opened": self.standing}

    def clean_name(self) -> str:
        """Refuse a name that another contact of the account has."""
        return _unused(self, Contact.objects.all(), _("There is a contact of this name already."))

    def clean_phone(self) -> str:
        """Refuse what is no telephone number; bring the others into one form."""
        phone = str(self.cleaned_data["phone"])
        try:
            return read_phone(phone) if phone else ""
        except DeliveryError as error:
            raise ValidationError(error.reason) from error

    def clean(self) -> dict[str, Any]:
        """Settle the webhooks; refuse a contact that has no address at all, and one that somebody else changed."""
        data = super().clean() or self.cleaned_data
        if self.looked_at and self.looked_at != self.standing:
            said = _("Somebody changed this contact since you opened it; nothing was saved. OK puts this in its place.")
            self.add_error(None, ValidationError(said, code="opened"))
        for hook in HOOKS:
            for name, mistake in mistakes_in(hook, data, self.stored.get(hook.kind, {})).items():
                self.add_error(name, mistake)
        if not (self.addresses() or self.errors):
            self.add_error("email", _("Give at least one address, so that there is a way to tell."))
        return data

    def addresses(self) -> Mapping[str, Mapping[str, str]]:
        """Return the addresses that the valid form describes: their fields by kind."""
        data = self.cleaned_data
        found: dict[str, Mapping[str, str]] = {}
        for kind in (Address.Kind.EMAIL.value, Address.Kind.PHONE.value):
            if data.get(kind):
                found[kind] = {kind: data[kind]}
        for hook in HOOKS:
            if address := address_of(hook, data, self.stored.get(hook.kind, {})):
                found[hook.kind] = address
        return found

    def webhooks(self) -> Iterator[tuple[Hook, list[list[BoundField]]]]:
        """Yield each kind of webhook with what belongs to its URL and what belongs to its secret, for the page."""
        for hook in HOOKS:
            url, secret, remove, remove_secret, end = hook.names
            sides = (url, remove), (secret, remove_secret, end)
            yield hook, [[self[name] for name in side if name in self.fields] for side in sides]


def standing_of(contact: Contact, addresses: Mapping[str, Mapping[str, str]]) -> str:
    """Return a digest of what a stored contact is, addresses and secrets included."""
    told = [contact.name, contact.description, contact.language, contact.time_zone, {**addresses}]
    return fingerprint(json.dumps(told, sort_keys=True))


class ContactGroupForm(_GroupForm):
    """Create or modify a contact group. Give the account by the instance."""

    contacts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Contacts"),
        queryset=Contact.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one contact.")},
    )

    class Meta:
        model = ContactGroup
        fields = ("name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contacts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Contact.objects.filter(account=self.instance.account_id).order_by("name")
        if self.instance.pk:
            self.initial["contacts"] = list(self.instance.contacts.values_list("pk", flat=True))

    def clean_name(self) -> str:
        """Refuse a name that another group of the account has."""
        return _unused(self, ContactGroup.objects.all(), _("There is a contact group of this name already."))


class AddToGroupForm(forms.Form):
    """Add several contacts to one group. `contact` may come several times."""

    contact = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Contacts"),
        queryset=Contact.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one contact.")},
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("Contact group"), queryset=ContactGroup.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, account: CloudAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact, group = self.fields["contact"], self.fields["group"]
        assert isinstance(contact, forms.ModelMultipleChoiceField)
        assert isinstance(group, forms.ModelChoiceField)
        contact.queryset = Contact.objects.filter(account=account).order_by("name")
        group.queryset = ContactGroup.objects.filter(account=account).order_by("name")


def _unused(form: forms.ModelForm[Any], others: QuerySet[Any], sentence: str) -> str:
    name = str(form.cleaned_data["name"])
    if others.filter(account=form.instance.account_id, name=name).exclude(pk=form.instance.pk).exists():
        raise ValidationError(sentence)
    return name
