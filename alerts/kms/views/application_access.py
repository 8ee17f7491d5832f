"""Resource › Application Access: access points, their client keys, and what can be done to both."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Count, F, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import client_keys as verbs
from alerts.estate.filters import AccessPointFilter
from alerts.estate.models import AccessPoint, ClientKey
from alerts.kms import cells
from alerts.kms.forms import application_access as forms
from alerts.kms.views.actions import Action, RegionForm
from alerts.kms.views.frame import Deed, ResourceList, ResourcePage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

ENTRY = (gettext_lazy("Application Access"), "kms:accesspoints")
FOR_GOOD = gettext_lazy("This cannot be undone.")
KEY_COLUMNS = (
    Column("ClientKeyId", gettext_lazy("Client key ID"), cells.name_cell),
    Column("State", gettext_lazy("Validity"), cells.validity_cell),
    Column("NotAfter", gettext_lazy("Valid until"), cells.moment_cell("not_after")),
)


class AccessList(ResourceList):
    """What the two lists have in common: their tabs. `tab` is the name of the list's address."""

    entry = ENTRY
    lead = gettext_lazy("What applications sign in to, and until when. Client keys themselves are never stored here.")
    create = (gettext_lazy("Create access point"), "kms:accesspoint_create")
    tab: ClassVar[str] = "kms:accesspoints"

    def context(self) -> dict[str, Any]:
        """Return the tabs too."""
        names = ((_("Access points"), "kms:accesspoints"), (_("Client keys"), "kms:accesspoints_clientkeys"))
        tabs = [
            {"label": label, "url": reverse(name, args=[self.region.id]), "active": name == self.tab}
            for label, name in names
        ]
        return {**super().context(), "tabs": tabs}


class AccessPoints(AccessList):
    """The list of access points."""

    empty: ClassVar = {
        "title": gettext_lazy("No access point in this region"),
        "text": gettext_lazy("Create one for each application, and give it a client key."),
        "icon": "app-window",
    }
    collection = "access-points"
    filterset = AccessPointFilter
    columns = (
        Column("Name", gettext_lazy("Name"), cells.name_cell),
        Column("State", gettext_lazy("State"), cells.life_cell),
        Column("Policies", gettext_lazy("Permission policies"), lambda point: ", ".join(point.policies) or "–"),
        Column("ClientKeys", gettext_lazy("Client keys"), attribute("key_count"), numeric=True),
        Column("NextEnd", gettext_lazy("Next end of validity"), cells.moment_cell("next_end", "day")),
        Column("CreateTime", gettext_lazy("Created"), cells.moment_cell("created_at"), minor=True),
    )
    exported = (
        Column("Name", "", attribute("name")),
        Column("RegionId", "", attribute("region")),
        Column("Description", "", attribute("description")),
        Column("Policies", "", attribute("policies")),
        Column("ClientKeys", "", attribute("key_count")),
        Column("NextEnd", "", attribute("next_end")),
        Column("Origin", "", attribute("origin")),
        Column("CreateTime", "", attribute("created_at")),
        Column("DeleteTime", "", attribute("deleted_at")),
    )

    def rows(self) -> QuerySet[AccessPoint]:
        """Return the access points of the region, with how many client keys each has and when the first one ends."""
        living = Q(client_keys__deleted_at=None)
        rows: QuerySet[AccessPoint] = self.rows_of(AccessPoint).annotate(
            key_count=Count("client_keys", filter=living), next_end=Min("client_keys__not_after", filter=living)
        )
        return rows


class AccessPointPage(ResourcePage):
    """An access point, and its client keys."""

    entry = ENTRY
    model = AccessPoint
    column = "name"
    template = "kms/accesspoint.html"

    def deeds(self) -> Iterable[Deed]:
        """Yield what can be done to an access point that exists."""
        if self.row.deleted_at is None:
            yield Deed(_("Create client key"), self.url("create_clientkey"), "plus", kind="primary")
            yield Deed(_("Delete"), self.url("delete"), "trash-2", kind="danger-quiet")

    @cached_property
    def held(self) -> list[ClientKey]:
        """Its client keys, those that exist first."""
        return list(self.row.client_keys.order_by(F("deleted_at").desc(nulls_first=True), "not_after", "pk")[:50])

    def arns(self) -> list[str]:
        """Return the client keys: events are about them."""
        return [self.row.arn, *(key.arn for key in self.held)]

    def all_events(self) -> str:
        """Return the address of the reminders of this region: events are about client keys, not about access points."""
        query = {"name": "ClientKey:Expiration:Reminder", "period": "90d"}
        return reverse("kms:alertevents", args=[self.region.id], query=query)

    def context(self) -> dict[str, Any]:
        """Return the client keys."""
        drawn = [[(column, column.cell(key)) for column in KEY_COLUMNS] for key in self.held]
        living = sum(key.deleted_at is None for key in self.held)
        return {"held": drawn, "key_columns": KEY_COLUMNS, "living": living, "most": verbs.MOST_CLIENT_KEYS}


class CreateAccessPoint(RegionForm):
    """The form for a new access point."""

    entry = ENTRY
    form_class = forms.CreateAccessPoint
    title = submit = gettext_lazy("Create access point")
    verb = "create-access-point"
    said = gettext_lazy("The access point was created. Give it a client key next.")

    def do(self, form: forms.CreateAccessPoint, *, now: datetime) -> AccessPoint:
        """Create it."""
        return verbs.create_access_point(self.account, region=self.region.id, now=now, **form.cleaned_data)


class DeleteAccessPoint(Action):
    """Delete an access point that has no client key left."""

    entry = ENTRY
    model = AccessPoint
    column = "name"
    title = submit = gettext_lazy("Delete access point")
    dangerous = True
    verb = "delete-access-point"
    warned = (gettext_lazy("Its permission policies no longer let any application in."), FOR_GOOD)
    said = gettext_lazy("The access point was deleted.")

    def do(self, _form: object, *, now: datetime) -> AccessPoint:
        """Delete it."""
        return verbs.delete_access_point(self.row, now=now)
