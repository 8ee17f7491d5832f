"""Resource › Instances: a list for each type, an instance with its quotas, and what can be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import instances as verbs
from alerts.estate.filters import InstanceFilter
from alerts.estate.models import Instance, Replica, Usage
from alerts.kms import cells
from alerts.kms.addresses import address_of_replica
from alerts.kms.forms import instances as forms
from alerts.kms.views.actions import Action, RegionForm
from alerts.kms.views.frame import Deed, ResourceList, ResourcePage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Kind = Instance.Kind
ENTRY = (gettext_lazy("Instances"), "kms:instances")
TABS = {
    Kind.SOFTWARE: "kms:instances",
    Kind.HARDWARE: "kms:instances_hardware",
    Kind.EXTERNAL: "kms:instances_external",
}


def used(of: Usage.Of) -> Any:
    """Return how an export gives the newest usage of a quota."""
    return lambda row: cells.usage_of(row, of)[0]


class Instances(ResourceList):
    """The list of one type."""

    entry = ENTRY
    lead = gettext_lazy("Dedicated gateways that hold keys and secrets, and what they use of their quotas.")
    create = (gettext_lazy("Create instance"), "kms:instance_create")
    empty: ClassVar = {
        "title": gettext_lazy("No instance of this type in this region"),
        "text": gettext_lazy("Create one, or choose another region above."),
        "icon": "server",
    }
    collection = "instances"
    filterset = InstanceFilter
    management: str = Kind.SOFTWARE
    columns = (
        Column("Name", gettext_lazy("Name and ID"), cells.name_cell, value=attribute("name")),
        Column("Qps", gettext_lazy("QPS"), cells.usage_cell(Usage.Of.QPS)),
        Column("Key", gettext_lazy("Keys"), cells.usage_cell(Usage.Of.KEY)),
        Column("Secret", gettext_lazy("Secrets"), cells.usage_cell(Usage.Of.SECRET)),
        Column("Vpc", gettext_lazy("Access management"), cells.usage_cell(Usage.Of.VPC)),
        Column("CreateTime", gettext_lazy("Created"), cells.moment_cell("created_at", "day"), minor=True),
    )
    exported = (
        Column("InstanceId", "", attribute("instance_id")),
        Column("InstanceName", "", attribute("name")),
        Column("Type", "", attribute("management")),
        Column("RegionId", "", attribute("region")),
        *(Column(f"{of.name.title()}Used", "", used(of)) for of in Usage.Of),
        *(Column(f"{of.name.title()}Quota", "", attribute(cells.QUOTAS[of])) for of in Usage.Of),
        Column("Origin", "", attribute("origin")),
        Column("CreateTime", "", attribute("created_at")),
    )

    def rows(self) -> QuerySet[Instance]:
        """Return the instances of the tab."""
        return self.rows_of(Instance).filter(management=self.management).prefetch_related("usages")

    def context(self) -> dict[str, Any]:
        """Return the tabs too, with how many instances each has."""
        found = self.rows_of(Instance).order_by().values_list("management").annotate(Count("pk"))
        counts = dict(found)
        tabs = [
            {"label": kind.label, "url": reverse(name, args=[self.region.id]), "count": counts.get(kind, 0),
             "active": kind == self.management}
            for kind, name in TABS.items()
        ]  # fmt: skip
        return {**super().context(), "tabs": tabs}


class InstancePage(ResourcePage):
    """An instance."""

    entry = ENTRY
    model = Instance
    column = "instance_id"
    fetched = ("usages",)
    template = "kms/instance.html"

    def deeds(self) -> Iterable[Deed]:
        """Yield what can be done to an instance."""
        yield Deed(_("Record usage"), self.url("record_usage"), "gauge")
        yield Deed(_("Change quotas"), self.url("change_quotas"), "sliders-horizontal")

    def context(self) -> dict[str, Any]:
        """Return the meters, what the instance holds, and its replicas."""
        row, lists = self.row, {"instance": self.row.instance_id}
        replicas = Replica.objects.select_related("primary", "replica").order_by("pk")
        return {
            "meters": [self._meter(of) for of in Usage.Of],
            "keys_url": reverse("kms:keys", args=[row.region], query=lists),
            "secrets_url": reverse("kms:secrets", args=[row.region], query=lists),
            "replicas": [self._end(each, each.replica) for each in replicas.filter(primary=row)],
            "primaries": [self._end(each, each.primary) for each in replicas.filter(replica=row)],
        }

    def _end(self, replica: Replica, other: Instance) -> dict[str, Any]:
        url = address_of_replica(replica, region=self.region.id)
        return {"label": str(other), "url": url, "region": other.region}

    def _meter(self, of: Usage.Of) -> dict[str, Any]:
        amount, at = cells.usage_of(self.row, of)
        quota = getattr(self.row, cells.QUOTAS[of])
        return {"label": of.label, "used": amount, "quota": quota, "at": at}


class CreateInstance(RegionForm):
    """The form for a new instance."""

    entry = ENTRY
    form_class = forms.CreateInstance
    title = gettext_lazy("Create instance")
    submit = gettext_lazy("Create instance")
    lead = gettext_lazy("Quotas can be changed later; events tell when usage reaches 70 % and 90 % of one.")
    columns = "2"
    verb = "create-instance"
    said = gettext_lazy("The instance was created.")

    def do(self, form: forms.CreateInstance, *, now: datetime) -> Instance:
        """Create it."""
        told = form.cleaned_data
        return verbs.create_instance(
            self.account,
            region=self.region.id,
            name=told["name"],
            management=told["management"],
            quotas=form.quotas(),
            now=now,
        )


class ChangeQuotas(Action):
    """The form for other quotas."""

    entry = ENTRY
    model = Instance
    column = "instance_id"
    form_class = forms.ChangeQuotas
    title = gettext_lazy("Change quotas")
    submit = gettext_lazy("Change quotas")
    columns = "2"
    verb = "change-quotas"
    warned = (
        gettext_lazy("The newest usage is compared with the new quotas at once: a smaller quota can raise an event."),
    )
    said = gettext_lazy("The quotas were changed.")

    def arguments(self) -> dict[str, Any]:
        """Start from what is in force."""
        names = (*forms.QUOTAS, "rearm_margin")
        return {"initial": {name: getattr(self.row, name) for name in names}}

    def idle(self, form: forms.ChangeQuotas) -> bool:
        """Tell whether the quotas and the margin are those in force."""
        return not form.has_changed()

    def do(self, form: forms.ChangeQuotas, *, now: datetime) -> Instance:
        """Change them."""
        margin = form.cleaned_data["rearm_margin"]
        return verbs.change_quotas(self.row, quotas=form.quotas(), rearm_margin=margin, now=now)


class RecordUsage(Action):
    """The form for one usage sample."""

    entry = ENTRY
    model = Instance
    column = "instance_id"
    form_class = forms.RecordUsage
    title = gettext_lazy("Record usage")
    submit = gettext_lazy("Record usage")
    verb = "record-usage"
    warned = (gettext_lazy("The sample counts as seen now. Reaching 70 % or 90 % of the quota raises an event."),)
    said = gettext_lazy("The usage was recorded.")

    def arguments(self) -> dict[str, Any]:
        """Start from the quota that the address names."""
        return {"initial": {"resource_type": self.request.GET.get("quota", Usage.Of.QPS)}}

    def do(self, form: forms.RecordUsage, *, now: datetime) -> Instance:
        """Record it."""
        told = form.cleaned_data
        verbs.record_usage(self.row, resource_type=told["resource_type"], used=told["used"], now=now)
        return self.row  # type: ignore[no-any-return]
