"""Security Operations › Cross-region Synchronization: replicas, and how copying each key to them went."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import replicas as verbs
from alerts.estate.filters import ReplicaFilter, SynchronizationFilter
from alerts.estate.models import Instance, Key, Replica, Synchronization
from alerts.estate.regions import BY_ID
from alerts.kms import cells
from alerts.kms.addresses import address_of, address_of_replica
from alerts.kms.forms import synchronization as forms
from alerts.kms.views.actions import RegionForm
from alerts.kms.views.frame import Regional, ResourceList
from alerts.ui.pages import ListPage
from alerts.ui.tables import Column, attribute
from alerts.ui.templatetags import ui

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString

ENTRY = (gettext_lazy("Cross-region Synchronization"), "kms:synchronization")


def region_name(region: str) -> str:
    """Return the name of a region; the id of one that is not in the list."""
    return BY_ID[region].name if region in BY_ID else region


def end_cell(instance: Instance) -> SafeString:
    """Draw one end of a synchronization: the instance over its region."""
    return format_html(
        '<span class="stacked"><strong><a href="{}">{}</a></strong><small>{}</small></span>',
        address_of(instance), instance, region_name(instance.region),
    )  # fmt: skip


def failed_cell(replica: Any) -> SafeString | str:
    """Draw how many keys failed; none is said quietly."""
    return ui.state("Failed", label=str(replica.failed)) if replica.failed else "0"


def keys_cell(replica: Any) -> SafeString:
    """Draw the link to the synchronized keys."""
    return ui.button(_("View keys"), href=address_of_replica(replica, region=replica.primary.region), size="small")


def cause_cell(row: Synchronization) -> SafeString | str:
    """Draw code and sentence of a failure."""
    if not row.error_code:
        return "–"
    return format_html('<span class="stacked"><span>{}</span><code>{}</code></span>', row.error_message, row.error_code)


class Synchronizations(ResourceList):
    """The list of replicas that have one of their ends in this region."""

    entry = ENTRY
    lead = gettext_lazy("Replicas that hold copies of an instance's keys in another region.")
    create = (gettext_lazy("Add replica"), "kms:synchronization_create")
    empty: ClassVar = {
        "title": gettext_lazy("No synchronization from or to this region"),
        "text": gettext_lazy("A software instance can have up to three replicas in other regions."),
        "icon": "refresh-cw",
    }
    collection = "replicas"
    filterset = ReplicaFilter
    columns = (
        Column("Replica", gettext_lazy("Replica instance"), lambda row: end_cell(row.replica)),
        Column("Primary", gettext_lazy("Primary instance"), lambda row: end_cell(row.primary)),
        Column("Succeeded", gettext_lazy("Keys synchronized"), attribute("succeeded"), numeric=True),
        Column("Failed", gettext_lazy("Keys failed"), failed_cell, numeric=True),
        Column("CreateTime", gettext_lazy("Created"), cells.moment_cell("created_at"), minor=True),
        Column("Keys", gettext_lazy("Keys"), keys_cell),
    )
    exported = (
        Column("PrimaryInstanceId", "", attribute("primary.instance_id")),
        Column("PrimaryRegionId", "", attribute("primary.region")),
        Column("ReplicaInstanceId", "", attribute("replica.instance_id")),
        Column("ReplicaRegionId", "", attribute("replica.region")),
        Column("Succeeded", "", attribute("succeeded")),
        Column("Failed", "", attribute("failed")),
        Column("CreateTime", "", attribute("created_at")),
    )

    def rows(self) -> QuerySet[Replica]:
        """Return the replicas of this account that this region has to do with."""
        here = Q(primary__region=self.region.id) | Q(replica__region=self.region.id)
        return Replica.objects.filter(here, account=self.account).select_related("primary", "replica")


class OfReplica(Regional):
    """A page about one replica, seen from either of its regions."""

    entry = ENTRY

    @cached_property
    def replica(self) -> Replica:
        """The replica. Raises Http404 when this account has none of this number here."""
        here = Q(primary__region=self.region.id) | Q(replica__region=self.region.id)
        rows = Replica.objects.filter(here, account=self.account).select_related("primary", "replica", "account")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def url(self, action: str = "") -> str:
        """Return the address of the replica's page or of one of its actions."""
        return address_of_replica(self.replica, region=self.region.id, action=action)


class ReplicaPage(OfReplica, ListPage):
    """A replica: its two instances, and its synchronized keys."""

    template = "kms/replica.html"
    collection = "synchronized-resources"
    filterset = SynchronizationFilter
    columns = (
        Column("ResourceId", gettext_lazy("Key"), lambda row: cells.name_cell(row.key)),
        Column("Status", gettext_lazy("Synchronization status"), lambda row: ui.state(row.status)),
        Column("FailureCause", gettext_lazy("Failure cause"), cause_cell),
        Column("UpdateTime", gettext_lazy("Updated"), cells.moment_cell("updated_at", "second")),
    )
    exported = (
        Column("ResourceId", "", attribute("key.key_id")),
        Column("ReplicaInstanceId", "", attribute("replica.replica.instance_id")),
        Column("SynchronizationStatus", "", attribute("status")),
        Column("ErrorCode", "", attribute("error_code")),
        Column("FailureCause", "", attribute("error_message")),
        Column("UpdateTime", "", attribute("updated_at")),
    )

    def rows(self) -> QuerySet[Synchronization]:
        """Return the outcomes."""
        return self.replica.synchronizations.select_related("key", "replica__replica")

    def context(self) -> dict[str, Any]:
        """Return both instances and the button."""
        replica, title = self.replica, str(self.replica)
        action = {"label": _("Record synchronization"), "url": self.url("record"), "icon": "refresh-cw"}
        return {
            "title": title, "replica": replica, "trail": self.trail((title, "")),
            "actions": [action] if self.may_change else [],
            "primary_cell": end_cell(replica.primary), "replica_cell": end_cell(replica.replica),
            "empty": {"title": _("No key was synchronized yet"), "icon": "refresh-cw"},
        }  # fmt: skip


class AddReplica(RegionForm):
    """The form for a new replica."""

    entry = ENTRY
    form_class = forms.AddReplica
    title = submit = gettext_lazy("Add replica")
    verb = "add-replica"
    said = gettext_lazy("The replica was added.")

    def arguments(self) -> dict[str, Any]:
        """Offer the software instances of this region, and of all others."""
        software = Instance.objects.filter(account=self.account, management=Instance.Kind.SOFTWARE)
        return {
            "here": software.filter(region=self.region.id),
            "elsewhere": software.exclude(region=self.region.id),
            "initial": {"primary": self.request.GET.get("primary")},
        }

    def do(self, form: forms.AddReplica, *, now: datetime) -> Instance:
        """Add it."""
        told = form.cleaned_data
        self.added = verbs.add_replica(told["primary"], replica=told["replica"], now=now)
        return self.added.primary

    def leads_to(self, _row: Instance) -> str:
        """Go to the replica."""
        return address_of_replica(self.added, region=self.region.id)


class RecordSynchronization(OfReplica, RegionForm):
    """Say how copying one key ended."""

    template = "kms/record_synchronization.html"
    form_class = forms.RecordSynchronization
    title = submit = gettext_lazy("Record synchronization")
    verb = "record-synchronization"
    warned = (gettext_lazy("Each outcome raises a system event of the key."),)
    said = gettext_lazy("The synchronization was recorded.")

    def arguments(self) -> dict[str, Any]:
        """Take the keys of the primary instance; start from the one that the address names."""
        keys = Key.objects.filter(instance=self.replica.primary, deleted_at=None)
        return {"keys": keys, "initial": {"key": self.request.GET.get("key", "")}}

    def do(self, form: forms.RecordSynchronization, *, now: datetime) -> Key:
        """Record it."""
        key: Key = form.cleaned_data["key"]
        verbs.record_synchronization(self.replica, key=key, now=now, **form.told())
        return key

    def leads_to(self, _row: Key) -> str:
        """Go back to the replica."""
        return self.url()

    def back(self) -> str:
        """Return the replica's page."""
        return self.url()

    def context(self) -> dict[str, Any]:
        """Return the words, with the replica in the trail."""
        trail = self.trail((str(self.replica), self.url()), (self.title, ""))
        return {**super().context(), "lead": str(self.replica), "trail": trail}
