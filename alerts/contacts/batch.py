"""Several contacts at once, pasted as lines: each line is read as the form of one contact reads it.

All or nothing: a line with a mistake keeps the others from being stored, and the text stays as it was pasted.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.accounts.zones import ZoneSelect, zone_choices
from alerts.channels import BY_KIND
from alerts.contacts.directory import add_to_group, keep_contact
from alerts.contacts.forms import ContactForm
from alerts.contacts.models import Contact, ContactGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

MOST_LINES = 200
MOST_VALUES = 4
TEXT_LIMIT = 100_000

_PHONE = re.compile(r"[+(\d]")


@dataclass(slots=True)
class Line:
    """One pasted line: what it says, what is wrong with it, and the form that read it."""

    number: int
    name: str
    email: str = ""
    phone: str = ""
    group: str = ""
    mistakes: list[str] = field(default_factory=list)
    form: ContactForm | None = None

    @property
    def masked(self) -> Sequence[str]:
        """Return the addresses as a page may show them."""
        given = {"email": {"email": self.email}, "sms": {"phone": self.phone}}
        return [BY_KIND[kind].mask(address) for kind, address in given.items() if any(address.values())]


def read_lines(text: str) -> Iterator[Line]:
    """Yield what stands in each line that is not blank: name, e-mail, phone, group; the last two may be missing.

    The values are set apart by commas, or by tabs as spreadsheets do.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            delimiter = "\t" if "\t" in line else ","
            values = [value.strip() for value in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
            yield _line(number, values)


def _line(number: int, values: list[str]) -> Line:
    if len(values) == MOST_VALUES - 1 and values[2] and not _PHONE.match(values[2]):
        values.insert(2, "")  # name, e-mail and group
    name, email, phone, group = (*values, "", "", "", "")[:MOST_VALUES]
    found = Line(number, name, email, phone, group)
    if len(values) == 1 and ";" in name:
        found.mistakes.append(_("Separate the values by commas, not by semicolons."))
    if len(values) > MOST_VALUES:
        found.mistakes.append(_("There are more than four values: name, e-mail, phone and group."))
    return found


class BatchForm(forms.Form):
    """Several contacts as lines, with what they have in common."""

    lines = forms.CharField(
        label=gettext_lazy("Contacts"),
        max_length=TEXT_LIMIT,
        strip=False,
        help_text=gettext_lazy("One a line: name, e-mail, phone, contact group. Phone and group may be left out."),
        widget=forms.Textarea(
            attrs={
                "rows": 10, "spellcheck": "false", "autocomplete": "off", "class": "mono",
                "placeholder": "Li.Na, li.na@example.com, +86 138 0000 0000, Default Contact Group",
            }
        ),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language of notifications"), choices=Contact.Language.choices)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zone_choices, widget=ZoneSelect)

    def __init__(self, *args: Any, account: CloudAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.found: list[Line] = []

    def clean(self) -> dict[str, Any]:
        """Read every line, and refuse all of them when one has a mistake."""
        data = super().clean() or self.cleaned_data
        if "lines" not in data:
            return data
        self.found = list(read_lines(data["lines"]))
        if not self.found:
            raise ValidationError({"lines": self.fields["lines"].error_messages["required"]})
        if len(self.found) > MOST_LINES:
            raise ValidationError({"lines": _("At most %(most)s contacts at once.") % {"most": MOST_LINES}})
        self._check(data)
        if wrong := sum(bool(line.mistakes) for line in self.found):
            said = ngettext(
                "%(count)s line has a mistake, see below.", "%(count)s lines have mistakes, see below.", wrong
            )
            raise ValidationError({"lines": said % {"count": wrong}})
        return data

    def _check(self, data: Mapping[str, Any]) -> None:
        groups = set(ContactGroup.objects.filter(account=self.account).values_list("name", flat=True))
        names = Counter(line.name for line in self.found)
        common = {name: data.get(name, "") for name in ("language", "time_zone")}
        for line in self.found:
            if line.mistakes:
                continue  # what stands where is not known then
            typed = {"name": line.name, "email": line.email, "phone": line.phone, **common}
            line.form = ContactForm(typed, instance=Contact(account=self.account))
            for name, mistakes in line.form.errors.items():
                line.mistakes += [f"{line.form.fields[name].label}: {mistake}" for mistake in mistakes]
            if line.group and line.group not in groups:
                line.mistakes.append(_("There is no contact group of this name."))
            if names[line.name] > 1:
                line.mistakes.append(_("This name stands in several lines."))


@transaction.atomic
def keep_lines(form: BatchForm, *, now: datetime) -> int:
    """Store the contacts of a valid form and put them into their groups; return how many there are.

    Raises:
        Refused: somebody took one of the names meanwhile; nothing is stored then.
    """
    groups = {group.name: group for group in ContactGroup.objects.filter(account=form.account)}
    for line in form.found:
        assert line.form is not None
        contact = keep_contact(line.form.instance, addresses=line.form.addresses(), now=now)
        if line.group:
            add_to_group(groups[line.group], [contact])
    return len(form.found)
