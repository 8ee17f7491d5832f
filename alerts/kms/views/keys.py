"""Resource › Keys: the list, a key, and what can be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import keys as verbs
from alerts.estate.filters import KeyFilter
from alerts.estate.models import Instance, Key
from alerts.kms import cells
from alerts.kms.addresses import address_of_replica
from alerts.kms.forms import keys as forms
from alerts.kms.forms.fields import USUAL_WAIT, until, waits
from alerts.kms.views.actions import Action, RegionForm
from alerts.kms.views.frame import Deed, ResourceList, ResourcePage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django_filters import FilterSet

ENTRY = (gettext_lazy("Keys"), "kms:keys")
State = Key.State


def protection_cell(key: Key) -> str:
    """Say whether deletion protection is on."""
    return _("On") if key.deletion_protection else _("Off")


class Keys(ResourceList):
    """The list."""

    entry = ENTRY
    lead = gettext_lazy("Metadata of keys and their state. Key material is never stored here.")
    create = (gettext_lazy("Create key"), "kms:key_create")
    empty: ClassVar = {
        "title": gettext_lazy("No key in this region"),
        "text": gettext_lazy("Keys appear here when you create one, or when a fact about one arrives from outside."),
        "icon": "key-round",
    }
    collection = "keys"
    filterset = KeyFilter
    columns = (
        Column("KeyId", gettext_lazy("Alias and key ID"), cells.name_cell),
        Column("KeyState", gettext_lazy("State"), cells.state_cell),
        Column("KmsInstance", gettext_lazy("Instance"), cells.instance_cell),
        Column("KeySpec", gettext_lazy("Key spec"), attribute("spec")),
        Column("KeyUsage", gettext_lazy("Usage"), attribute("usage"), minor=True),
        Column("DeletionProtection", gettext_lazy("Deletion protection"), protection_cell),
        Column("CreationDate", gettext_lazy("Created"), cells.moment_cell("created_at"), minor=True),
    )
    exported = (
        Column("KeyId", "", attribute("key_id")),
        Column("Alias", "", attribute("alias")),
        Column("RegionId", "", attribute("region")),
        Column("KmsInstanceId", "", attribute("instance.instance_id")),
        Column("KeySpec", "", attribute("spec")),
        Column("KeyUsage", "", attribute("usage")),
        Column("KeyState", "", attribute("state")),
        Column("DeletionProtection", "", attribute("deletion_protection")),
        Column("DeleteDate", "", attribute("delete_at")),
        Column("Origin", "", attribute("origin")),
        Column("CreationDate", "", attribute("created_at")),
    )

    def rows(self) -> QuerySet[Key]:
        """Return the keys of the region."""
        return self.rows_of(Key).select_related("instance")

    def make_search(self) -> FilterSet | None:
        """Offer the instances of the region."""
        search = super().make_search()
        if search:
            search.filters["instance"].queryset = self.rows_of(Instance).order_by("name", "pk")
        return search


class KeyPage(ResourcePage):
    """A key."""

    entry = ENTRY
    model = Key
    column = "key_id"
    related = ("instance",)
    template = "kms/key.html"

    def deeds(self) -> Iterable[Deed]:
        """Yield what its state allows."""
        key: Key = self.row
        if key.state == State.PENDING_DELETION:
            return
        if key.state == State.DISABLED:
            yield Deed(_("Enable"), self.url("enable"), "circle-play", "post")
        if key.state == State.ENABLED:
            stops = _("What uses this key can encrypt and decrypt no more, until the key is enabled again.")
            yield Deed(_("Disable"), self.url("disable"), "circle-pause", "ask", text=stops)
        if key.state in {State.ENABLED, State.DISABLED}:
            yield self._protection(key)
            yield Deed(_("Schedule deletion"), self.url("schedule_deletion"), "trash-2", kind="danger-quiet")

    def _protection(self, key: Key) -> Deed:
        if not key.deletion_protection:
            return Deed(_("Protect from deletion"), self.url("protect"), "shield-check", "post")
        lets = _("The key can then be scheduled for deletion.")
        return Deed(_("Lift deletion protection"), self.url("unprotect"), "shield-off", "ask", text=lets)

    def context(self) -> dict[str, Any]:
        """Return its other names, how copying it to replicas went, and how to keep it when it is to be deleted."""
        outcomes = self.row.synchronizations.select_related("replica__replica").order_by("pk")
        for outcome in outcomes:
            outcome.url = address_of_replica(outcome.replica, region=self.region.id)
        return {
            "instance": cells.instance_cell(self.row),
            "interval": cells.interval_words(self.row.rotation_interval),
            "other_aliases": self.row.aliases.exclude(name=self.row.alias).order_by("pk"),
            "synchronizations": outcomes,
            "keep_url": self.url("cancel_deletion"),
        }


class CreateKey(RegionForm):
    """The form for a new key."""

    entry = ENTRY
    form_class = forms.CreateKey
    title = gettext_lazy("Create key")
    submit = gettext_lazy("Create key")
    lead = gettext_lazy("The key's metadata: no key material is made or stored here.")
    verb = "create-key"
    said = gettext_lazy("The key was created.")

    def arguments(self) -> dict[str, Any]:
        """Offer the instances of the region; start from the one that the address names."""
        return {
            "instances": self.rows_of(Instance).filter(mirrored_by=None),
            "initial": {"instance": self.request.GET.get("instance", "")},
        }

    def do(self, form: forms.CreateKey, *, now: datetime) -> Key:
        """Create it."""
        return verbs.create_key(self.account, region=self.region.id, now=now, **form.cleaned_data)


class KeyAction(Action):
    """What is done to a key."""

    entry = ENTRY
    model = Key
    column = "key_id"
    related = ("instance",)


class Enable(KeyAction):
    """Make a key usable again."""

    title = submit = gettext_lazy("Enable key")
    verb = "enable-key"
    said = gettext_lazy("The key is enabled.")

    def do(self, _form: object, *, now: datetime) -> Key:
        """Enable it."""
        return verbs.enable_key(self.row, now=now)


class Disable(KeyAction):
    """Make a key unusable."""

    title = submit = gettext_lazy("Disable key")
    dangerous = True
    verb = "disable-key"
    warned = (gettext_lazy("What uses this key can encrypt and decrypt no more, until the key is enabled again."),)
    said = gettext_lazy("The key is disabled.")

    def do(self, _form: object, *, now: datetime) -> Key:
        """Disable it."""
        return verbs.disable_key(self.row, now=now)


class Protect(KeyAction):
    """Turn deletion protection on."""

    title = submit = gettext_lazy("Protect from deletion")
    verb = "protect-key"
    said = gettext_lazy("Deletion protection is on.")
    protected: ClassVar[bool] = True

    def do(self, _form: object, *, now: datetime) -> Key:
        """Turn it on, or off."""
        return verbs.set_deletion_protection(self.row, protected=self.protected, now=now)


class Unprotect(Protect):
    """Turn deletion protection off."""

    title = submit = gettext_lazy("Lift deletion protection")
    dangerous = True
    verb = "unprotect-key"
    said = gettext_lazy("Deletion protection is off.")
    protected = False


class ScheduleDeletion(KeyAction):
    """Start the waiting period at whose end a key is deleted."""

    title = submit = gettext_lazy("Schedule key deletion")
    form_class = forms.ScheduleKeyDeletion
    dangerous = True
    verb = "schedule-key-deletion"
    warned = (
        gettext_lazy("Data that was encrypted with this key can never be decrypted again once the key is deleted."),
        gettext_lazy("From now on the key cannot be used."),
        gettext_lazy(
            "Until the waiting period ends, the deletion can be cancelled; after that nothing brings the key back."
        ),
    )
    said = gettext_lazy("The key is scheduled for deletion.")

    def further(self) -> list[str]:
        """Say until when that is with the waiting period in the form; nothing while that is none."""
        days = waits(self.shown, usual=USUAL_WAIT)
        return [until(days, now=timezone.now())] if days else []

    def do(self, form: forms.ScheduleKeyDeletion, *, now: datetime) -> Key:
        """Schedule it."""
        return verbs.schedule_key_deletion(self.row, days=form.cleaned_data["days"], now=now)


class CancelDeletion(KeyAction):
    """End the waiting period and keep the key."""

    title = submit = gettext_lazy("Cancel key deletion")
    verb = "cancel-key-deletion"
    said = gettext_lazy("The key is kept: its deletion was cancelled.")

    def do(self, _form: object, *, now: datetime) -> Key:
        """Keep it."""
        return verbs.cancel_key_deletion(self.row, now=now)
