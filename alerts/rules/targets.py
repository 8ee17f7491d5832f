"""The repeatable rows of the alert rule panel: what they have in common, and the row of a contact group.

One kind of row stands for one kind of target. The machines' rows are in `machines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.contacts.models import ContactGroup
from alerts.rules.models import RuleTarget

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from alerts.accounts.models import CloudAccount

    _GroupField = forms.ModelChoiceField[ContactGroup]
    _FormSet = forms.BaseFormSet["Row"]
else:
    _GroupField = forms.ModelChoiceField
    _FormSet = forms.BaseFormSet

MOST_TARGETS = 5


class Row(forms.Form):
    """One row. `target` gives what it means, or None for an empty row; `first` names its main field."""

    first = ""

    def __init__(self, *args: Any, account: CloudAccount, known: Mapping[int, RuleTarget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.known = account, known
        # Else a row that is just as it was stored would count as one that nobody filled in.
        self.empty_permitted = False

    @staticmethod
    def initial_of(target: RuleTarget) -> dict[str, Any]:
        """Return what the row shows of a stored target: its fields, where they are no secrets."""
        return dict(target.fields)

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

    first = "group"
    group = GroupChoice(
        ContactGroup.objects.none(),
        label=gettext_lazy("Contact group"),
        required=False,
        empty_label="–",
        error_messages={"invalid_choice": gettext_lazy("There is no such contact group any more: choose another.")},
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Notification method"), choices=RuleTarget.Method.choices, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = ContactGroup.objects.filter(account=self.account).annotate(reached=Count("contacts"))
        self.fields["group"].queryset = groups.order_by("name")  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(target: RuleTarget) -> dict[str, Any]:
        """Return what the row shows of a stored target."""
        return {"group": target.group_id, "method": target.method}

    def target(self) -> RuleTarget | None:
        """Return the target, or None when no group is chosen."""
        group = self.cleaned_data.get("group")
        method = self.cleaned_data.get("method") or RuleTarget.Method.CRITICAL
        return RuleTarget(kind=RuleTarget.Kind.CONTACT_GROUP, group=group, method=method) if group else None


class Rows(_FormSet):
    """Several rows of one kind, each destination once.

    Rows that the data do not mention at all stay as they are stored: `untouched`.
    """

    untouched: tuple[RuleTarget, ...] = ()

    def is_valid(self) -> bool:
        """Tell whether every row is valid; rows that were not mentioned are."""
        return bool(self.untouched) or not self.is_bound or super().is_valid()

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
                key = key_of(target)
                if key in seen:
                    form.add_error(form.first, _("This is there twice."))
                seen.add(key)

    def targets(self) -> list[RuleTarget]:
        """Return what the valid rows describe."""
        if not self.is_bound:
            return list(self.untouched)
        found: Iterable[RuleTarget | None] = (form.target() for form in self.forms if form.is_valid())
        return [target for target in found if target]


def key_of(target: RuleTarget) -> Hashable:
    """Return by what two targets are the same destination: signing secrets aside."""
    fields = (pair for pair in sorted(target.fields.items()) if not pair[0].endswith("secret"))
    return (target.group_id, *fields)


def rows_of(kind: type[Row], *, extra: int) -> Any:
    """Return the class of `Rows` for a kind of row, with so many empty ones."""
    return forms.formset_factory(
        kind, formset=Rows, extra=extra, max_num=MOST_TARGETS, absolute_max=MOST_TARGETS + 1, validate_max=True
    )
