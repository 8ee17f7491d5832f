"""Where a resource stands in the KMS console: ids as one part of an address, whatever characters they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.urls import reverse
from django.utils.http import urlencode

from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Secret

if TYPE_CHECKING:
    from alerts.estate.models import Replica, Resource

PAGES: dict[type[Resource], str] = {
    Instance: "instance",
    Key: "key",
    Secret: "secret",
    AccessPoint: "accesspoint",
    ClientKey: "clientkey",
}
REUSED = (Secret, AccessPoint)
"""Whose name can be given anew once the resource is deleted, so that the name alone does not say which one is meant."""


class LocalId:
    """The path converter for ids and names of resources.

    Names of secrets contain slashes, which an address would read as its own: `~1` stands for `/` and `~0` for `~`, as
    in a JSON pointer. `~2` goes before a name that is a word of the console's own addresses, or only dots.
    """

    regex = "[^/]+"
    TAKEN: ClassVar = frozenset({"create", "hardware", "external", "client-keys", ".", ".."})

    def to_python(self, value: str) -> str:
        """Return the id. Raises ValueError, which means 404, for what no database would store."""
        if "\x00" in value:
            raise ValueError(value)
        return value.removeprefix("~2").replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        """Return the id as one part of an address."""
        return "~2" + value if value in self.TAKEN else str(value).replace("~", "~0").replace("/", "~1")


def address_of(row: Resource, action: str = "") -> str:
    """Return the address of a resource's page, or of one of its actions."""
    name = f"kms:{PAGES[type(row)]}" + (f"_{action}" if action else "")
    address = reverse(name, args=[row.region, row.local_id()])
    past = isinstance(row, REUSED) and row.deleted_at is not None
    return f"{address}?{urlencode({'row': row.pk})}" if past and not action else address


def address_of_replica(replica: Replica, *, region: str, action: str = "") -> str:
    """Return the address of a replica's page, as seen from the region of either of its instances."""
    return reverse("kms:replica" + (f"_{action}" if action else ""), args=[region, replica.pk])


def events_of(arn: str, *, region: str) -> str:
    """Return the address of the alert events of one resource, over the whole time that events are kept."""
    return f"{reverse('kms:alertevents', args=[region])}?{urlencode({'resource': arn, 'period': '90d'})}"
