"""Forms of Security Operations › Cross-region Synchronization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate.models import Instance, Key
from alerts.estate.regions import BY_ID
from alerts.kms.forms.fields import InstanceChoice, Outcome

if TYPE_CHECKING:
    from django.db.models import QuerySet

OFFERED = 200


class DistantInstanceChoice(InstanceChoice):
    """A choice among instances of other regions, with the region's name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return region, name and id."""
        region = BY_ID[obj.region].name if obj.region in BY_ID else obj.region
        return f"{region} · {super().label_from_instance(obj)}"


class AddReplica(forms.Form):
    """Which instance is copied, and where to."""

    primary = InstanceChoice(
        label=gettext_lazy("Primary instance"),
        queryset=Instance.objects.none(),
        help_text=gettext_lazy("A software instance of this region."),
    )
    replica = DistantInstanceChoice(
        label=gettext_lazy("Replica instance"),
        queryset=Instance.objects.none(),
        help_text=gettext_lazy(
            "A software instance of another region on the same side of the border of the Chinese mainland: empty, and "
            "with key and secret quotas at least as large as the primary's."
        ),
    )

    def __init__(
        self, data: Any = None, *, here: QuerySet[Instance], elsewhere: QuerySet[Instance], initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        for name, rows in (("primary", here.order_by("name", "pk")), ("replica", elsewhere.order_by("region", "pk"))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class RecordSynchronization(Outcome):
    """How copying one key went."""

    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=255,
        help_text=gettext_lazy("The ID or the alias of a key of the primary instance."),
        widget=forms.TextInput(attrs={"list": "keys", "autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["key", "outcome", "error_code", "error_message"]

    def __init__(self, data: Any = None, *, keys: QuerySet[Key], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.keys = keys

    def clean_key(self) -> Key:
        """Return the key by its id, or by an alias that only one key has."""
        typed = self.cleaned_data["key"].strip()
        found = list(self.keys.filter(key_id=typed)[:1]) or list(self.keys.filter(alias=typed)[:2])
        if not found:
            raise forms.ValidationError(_("The primary instance has no key with this ID or alias."), code="unknown")
        if len(found) > 1:
            raise forms.ValidationError(_("Several keys have this alias: give the key ID."), code="several")
        return found[0]

    def offered(self) -> QuerySet[Key]:
        """Return the keys that the field suggests."""
        return self.keys.order_by("alias", "pk")[:OFFERED]
