"""What is still wrong with a resource, for its page; the incident itself has a page in the CloudMonitor console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.events.catalog import CAUSES
from alerts.incidents.models import Incident

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.estate.models import Resource

SHOWN = 8


def incidents_of(row: Resource, arns: Sequence[str], *, now: datetime) -> list[dict[str, Any]]:
    """Return the newest incidents on these resources that are not over.

    A name can be given anew: what began after `row` was deleted is not shown with it.
    """
    found = Incident.objects.lasting().filter(account=row.account_id, resource__in=arns)
    its_own = Q() if row.deleted_at is None else Q(opened_at__lte=row.deleted_at)
    return [_shown(each, now=now) for each in found.filter(its_own).order_by("-pk")[:SHOWN]]


def _shown(incident: Incident, *, now: datetime) -> dict[str, Any]:
    record = CAUSES.get(incident.cause)
    return {
        "title": _(record.title) if record else incident.cause, "level": incident.level,
        "state": incident.get_state_display(), "opened_at": incident.opened_at,
        "taken_by": incident.acknowledged_by if incident.is_acknowledged(now=now) else "",
        "url": reverse("cloudmonitor:incident", args=[incident.pk]),
    }  # fmt: skip
