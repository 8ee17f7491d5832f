"""Help › Event Catalogue: what each system event means, when it comes, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from alerts.events.catalog import CATALOG, EventType
from alerts.ui.access import ConsoleView

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def anchor(name: str) -> str:
    """Return the anchor of an event type on the page: `Secret:RotateSecret:Failure` → `secret-rotatesecret-failure`."""
    return slugify(name.replace(":", "-"))


class EventCatalogue(ConsoleView):
    """The catalogue as a page to read."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show every record, by kind of resource."""
        return render(request, "cloudmonitor/event_catalogue.html", {"sections": self.sections()})

    def sections(self) -> list[dict[str, object]]:
        """Return the records by kind of resource, in the catalogue's order."""
        kinds = {
            "secret": _("Secrets"),
            "key": _("Keys"),
            "clientkey": _("Client keys"),
            "keystore": _("KMS instances"),
            "source": _("Mirrored sources"),
        }
        return [
            {
                "id": kind,
                "label": label,
                "entries": [self.entry(each) for each in CATALOG if each.resource_kind == kind],
            }
            for kind, label in kinds.items()
        ]

    def entry(self, record: EventType) -> dict[str, object]:
        """Return one record with its anchor."""
        return {"record": record, "anchor": anchor(record.name), "sample": dict(record.sample)}
