"""Unknown: a mirrored source that falls silent leaves its incidents open and unknown, never recovered.

To be called by whoever mirrors a source, with what the resources of the source start with, such as
`acs:kms:cn-hangzhou:1000000000000001`. Both raise an event of their own, once per silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from alerts.events.catalog import BY_NAME
from alerts.events.record import Draft, record
from alerts.incidents.models import Incident, IncidentEntry

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

SILENT, RESUMED = "Source:Poll:Silent", "Source:Poll:Resumed"
ORIGIN = "console"
State = Incident.State


@transaction.atomic
def mark_unknown(account: CloudAccount, prefix: str, *, since: datetime, now: datetime) -> int:
    """Let the open incidents of a source that has been silent since some moment be unknown; return how many.

    Saying it again of the same silence changes nothing. The bell of `evaluate` or `correlate` is the caller's to ring.
    """
    _raise(SILENT, account, prefix, since=since, at=since, now=now)
    return _move(account, prefix, State.OPEN, State.UNKNOWN, IncidentEntry.Kind.UNKNOWN, now=now)


@transaction.atomic
def known_again(account: CloudAccount, prefix: str, *, since: datetime, now: datetime) -> int:
    """Take the incidents of a source that speaks again, silent since some moment, for open; return how many."""
    _raise(RESUMED, account, prefix, since=since, at=now, now=now)
    return _move(account, prefix, State.UNKNOWN, State.OPEN, IncidentEntry.Kind.KNOWN, now=now)


def _raise(name: str, account: CloudAccount, prefix: str, *, since: datetime, at: datetime, now: datetime) -> None:
    region = prefix.split(":")[2] if prefix.count(":") > 2 else ""
    draft = Draft.of_type(
        BY_NAME[name], account=account.pk, region=region, resource=f"{prefix}:source/poll", instance_name=prefix,
        occurred_at=at, content={"source": prefix, "silentSince": since.isoformat()}, origin=ORIGIN,
        occurrence=f"{prefix} {since.isoformat()}",
    )  # fmt: skip
    record([draft], now=now)


def _move(
    account: CloudAccount, prefix: str, old: Incident.State, new: Incident.State, kind: IncidentEntry.Kind, *,
    now: datetime,
) -> int:  # fmt: skip
    rows = Incident.objects.select_for_update(no_key=True).filter(account=account, state=old)
    found = list(rows.filter(resource__startswith=f"{prefix}:").exclude(cause="Source:Poll").order_by("pk"))
    for incident in found:
        incident.state = new
        incident.version += 1
        incident.save(update_fields=["state", "version"])
    IncidentEntry.objects.bulk_create(
        [IncidentEntry(incident=incident, kind=kind, at=now, last_at=now) for incident in found]
    )
    return len(found)
