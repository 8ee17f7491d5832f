"""Silences that somebody should look at: those that end soon, are old, or cover critical events. For the first page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.silences.breadth import critical_types
from alerts.silences.models import Silence
from alerts.ui import formats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

SOON, OLD = timedelta(hours=24), timedelta(days=30)
MOST_LOOKED_AT, SHOWN = 200, 5


def silences_to_look_at(account: CloudAccount, *, now: datetime) -> list[dict[str, Any]]:
    """Return up to five silences that are not over, each with why it should be looked at; the newest first."""
    silences = Silence.objects.filter(account=account).exclude(ends_at__lte=now).select_related("resource_group")
    found = []
    for silence in silences.order_by("-pk")[:MOST_LOOKED_AT]:
        if reasons := list(_reasons(silence, now=now)):
            url = reverse("cloudmonitor:silence", args=[silence.pk])
            found.append({"silence": silence, "url": url, "reasons": reasons})
    return found[:SHOWN]


def _reasons(silence: Silence, *, now: datetime) -> Iterator[str]:
    if silence.ends_at and silence.starts_at <= now and silence.ends_at - now <= SOON:
        yield _("ends %(when)s") % {"when": formats.ago(silence.ends_at, now=now)}
    if now - silence.starts_at > OLD:
        yield _("older than 30 days")
    if critical_types(silence.pattern()):
        yield _("covers critical events")
