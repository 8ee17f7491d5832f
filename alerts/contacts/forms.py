"""Forms for contacts and contact groups: the one parser of what is typed in about them.

The secret part of a webhook never goes back into a page: the field of a stored one is empty, and empty means unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.accounts.zones import zone_choices
from alerts.channels import BY_KIND
from alerts.channels.base import DeliveryError
from alerts.channels.urls import URL_LIMIT, read_url
from alerts.contacts.models import Address, Contact, ContactGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from alerts.accounts.models import CloudAccount

if TYPE_CHECKING:
    _ContactForm = forms.ModelForm[Contact]
    _GroupForm = forms.ModelForm[ContactGroup]
else:
    _ContactForm = _GroupForm = forms.ModelForm

MAIL_LIMIT = 254


class ContactForm(_ContactForm):
    """Set Alert Contact: name, addresses, description, language and zone. Give the account by the instance."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=MAIL_LIMIT,
        help_text=gettext_lazy("Stored encrypted, and shown masked everywhere but here."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    webhook = forms.CharField(
        label=gettext_lazy("Webhook"),
        required=False,
        max_length=URL_LIMIT,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    remove_webhook = forms.BooleanField(label=gettext_lazy("Remove the webhook"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        help_text=gettext_lazy("In this zone messages tell the time, with UTC beside it."),
    )
    field_order = ("name", "email", "webhook", "remove_webhook", "description", "language", "time_zone")

    class Meta:
        model = Contact
        fields = ("name", "description", "language", "time_zone")
        help_texts = {
            "name": gettext_lazy("Starts with a letter; 2 to 40 letters, digits, dots and underscores."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {each.kind: each.fields for each in self.instance.addresses.all()} if self.instance.pk else {}
        stored = self.stored.get(Address.Kind.WEBHOOK)
        self.fields["webhook"].help_text = _("Starts with http:// or https://. Events arrive there as JSON, by POST.")
        if stored:
            # A help text is put into the page as it is, so that it can hold markup.
            host = escape(BY_KIND["webhook"].mask(stored))
            self.fields["webhook"].help_text = _("Now %(host)s – leave it empty to keep it.") % {"host": host}
        else:
            del self.fields["remove_webhook"]
        self.initial["email"] = self.stored.get(Address.Kind.EMAIL, {}).get("email", "")

    def clean_name(self) -> str:
        """Refuse a name that another contact of the account has."""
        return _unused(self, Contact.objects.all(), _("There is a contact of this name already."))

    def clean_webhook(self) -> str:
        """Refuse what is no URL that may be called."""
        url = str(self.cleaned_data["webhook"]).strip()
        if url:
            try:
                read_url(url)
            except DeliveryError as error:
                raise ValidationError(error.reason) from error
        return url

    def clean(self) -> dict[str, Any]:
        """Settle the addresses, and refuse a contact that has none."""
        data = super().clean() or self.cleaned_data
        if data.get("remove_webhook") and data.get("webhook"):
            self.add_error("remove_webhook", _("Either give a new webhook or remove it."))
        if "webhook" in data and "email" in data and not self.addresses():
            self.add_error("email", _("Give an e-mail address or a webhook, so that there is a way to tell."))
        return data

    def addresses(self) -> Mapping[str, Mapping[str, str]]:
        """Return the addresses that the valid form describes: their fields by kind."""
        data = self.cleaned_data
        found: dict[str, Mapping[str, str]] = {}
        if email := data.get("email"):
            found[Address.Kind.EMAIL.value] = {"email": email}
        kept = None if data.get("remove_webhook") else self.stored.get(Address.Kind.WEBHOOK)
        if webhook := ({"url": data["webhook"], "method": "POST"} if data.get("webhook") else kept):
            found[Address.Kind.WEBHOOK.value] = webhook
        return found


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
