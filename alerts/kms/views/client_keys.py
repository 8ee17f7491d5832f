"""Resource › Application Access › Client keys: the list, a client key, and what can be done to it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import client_keys as verbs
from alerts.estate.filters import ClientKeyFilter
from alerts.estate.models import AccessPoint, ClientKey
from alerts.kms import cells
from alerts.kms.addresses import address_of
from alerts.kms.forms import application_access as forms
from alerts.kms.views.actions import Action
from alerts.kms.views.application_access import ENTRY, FOR_GOOD, AccessList
from alerts.kms.views.frame import Deed, ResourcePage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LOCKED_OUT = gettext_lazy("Applications that sign in with it lose access to keys and secrets at once.")


class ClientKeys(AccessList):
    """The list of client keys."""

    tab = "kms:accesspoints_clientkeys"
    empty: ClassVar = {
        "title": gettext_lazy("No client key in this region"),
        "text": gettext_lazy("Client keys belong to an access point: create one there."),
        "icon": "file-key",
    }
    collection = "client-keys"
    columns = (
        Column("ClientKeyId", gettext_lazy("Client key ID"), cells.name_cell),
        Column("State", gettext_lazy("Validity"), cells.validity_cell),
        Column("NotAfter", gettext_lazy("Valid until"), cells.moment_cell("not_after")),
        Column("NotBefore", gettext_lazy("Valid from"), cells.moment_cell("not_before"), minor=True),
        Column("AapName", gettext_lazy("Access point"), cells.point_cell),
    )
    exported = (
        Column("ClientKeyId", "", attribute("client_key_id")),
        Column("AapName", "", attribute("access_point.name")),
        Column("RegionId", "", attribute("region")),
        Column("NotBefore", "", attribute("not_before")),
        Column("NotAfter", "", attribute("not_after")),
        Column("Origin", "", attribute("origin")),
        Column("CreateTime", "", attribute("created_at")),
        Column("DeleteTime", "", attribute("deleted_at")),
    )

    def rows(self) -> QuerySet[ClientKey]:
        """Return the client keys of the region."""
        return self.rows_of(ClientKey).select_related("access_point")

    def make_search(self) -> ClientKeyFilter:
        """Return the filter, told what time it is."""
        return ClientKeyFilter(self.request.GET, queryset=self.rows(), now=self.now)


class ClientKeyPage(ResourcePage):
    """A client key."""

    entry = ENTRY
    model = ClientKey
    column = "client_key_id"
    related = ("access_point",)
    template = "kms/clientkey.html"

    def deeds(self) -> Iterable[Deed]:
        """Yield what can be done to a client key that exists."""
        if self.row.deleted_at is None:
            yield Deed(_("Change validity"), self.url("change_validity"), "calendar-clock")
            yield Deed(_("Delete"), self.url("delete"), "trash-2", kind="danger-quiet")

    def context(self) -> dict[str, Any]:
        """Return how it stands to its end."""
        return {"validity": cells.validity_cell(self.row), "point": cells.point_cell(self.row)}


class CreateClientKey(Action):
    """The form for a new client key of an access point."""

    entry = ENTRY
    model = AccessPoint
    column = "name"
    form_class = forms.EndOfValidity
    title = submit = gettext_lazy("Create client key")
    verb = "create-client-key"
    warned = (
        gettext_lazy("Reminders come 180, 90, 30 and 7 days before the end. One year is recommended; five is usual."),
    )
    said = gettext_lazy("The client key was created.")

    def arguments(self) -> dict[str, Any]:
        """Start from the usual five years."""
        return {"initial": {"not_after": timezone.now() + verbs.USUAL_VALIDITY}}

    def do(self, form: forms.EndOfValidity, *, now: datetime) -> ClientKey:
        """Create it."""
        return verbs.create_client_key(self.row, not_after=form.cleaned_data["not_after"], now=now)


class ChangeValidity(Action):
    """The form for another end of a client key's validity."""

    entry = ENTRY
    model = ClientKey
    column = "client_key_id"
    form_class = forms.EndOfValidity
    title = submit = gettext_lazy("Change validity")
    verb = "change-validity"
    warned = (gettext_lazy("Reminders start anew for the new date."),)
    said = gettext_lazy("The validity was changed.")

    def arguments(self) -> dict[str, Any]:
        """Start from the date in force."""
        return {"initial": {"not_after": self.row.not_after or timezone.now() + timedelta(days=365)}}

    def idle(self, form: forms.EndOfValidity) -> bool:
        """Tell whether the date is the one in force."""
        return self.row.not_after is not None and not form.has_changed()

    def do(self, form: forms.EndOfValidity, *, now: datetime) -> ClientKey:
        """Change it."""
        return verbs.change_validity(self.row, not_after=form.cleaned_data["not_after"], now=now)


class DeleteClientKey(Action):
    """Delete a client key."""

    entry = ENTRY
    model = ClientKey
    column = "client_key_id"
    title = submit = gettext_lazy("Delete client key")
    dangerous = True
    verb = "delete-client-key"
    warned = (LOCKED_OUT, FOR_GOOD)
    said = gettext_lazy("The client key was deleted.")

    def do(self, _form: object, *, now: datetime) -> ClientKey:
        """Delete it."""
        return verbs.delete_client_key(self.row, now=now)

    def leads_to(self, row: ClientKey) -> str:
        """Go to the access point, if there is one."""
        return address_of(row.access_point) if row.access_point else address_of(row)
