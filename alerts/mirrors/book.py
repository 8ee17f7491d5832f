"""What can be done to a source: connect, change, pause, resume, poll now, say who tells, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.accounts.models import CloudAccount
from alerts.accounts.refusal import Refused
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Secret
from alerts.events.models import Deadline
from alerts.mirrors.models import Reads, Source

MIRRORED = (AccessPoint, ClientKey, Instance, Key, Secret)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)


@transaction.atomic
def connect(
    account: CloudAccount, *, name: str, access_key_id: str, access_key_secret: str, regions: Sequence[str],
    reads: Sequence[str], now: datetime, endpoint: str = "", every: timedelta = timedelta(minutes=5),
    teller: str = "", calls_per_second: int = 25,
) -> Source:  # fmt: skip
    """Connect a source; it is read at once. Where the cloud's events are read, it is the cloud that tells."""
    if not SHORTEST <= every <= LONGEST:
        raise Refused(_("A source is read every minute at most, and once a day at least."), field="every")
    usual = Source.Teller.CLOUD if Reads.EVENTS in reads else Source.Teller.CONSOLE
    try:
        with transaction.atomic():
            return Source.objects.create(
                account=account, name=name, access_key_id=access_key_id, access_key_secret=access_key_secret,
                regions=list(regions), reads=list(reads), endpoint=endpoint, every=every, teller=teller or usual,
                calls_per_second=calls_per_second,
                teller_since=now, created_at=now, next_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(_("There is a source of this name already."), field="name") from error


def pause(source: Source, *, now: datetime) -> None:
    """Read it no more until it is resumed. Pausing twice changes nothing."""
    Source.objects.filter(pk=source.pk, paused_at=None).update(paused_at=now)


def resume(source: Source, *, now: datetime) -> None:
    """Read it again, from where it stopped; the pause is no silence."""
    Source.objects.filter(pk=source.pk).exclude(paused_at=None).update(paused_at=None, next_at=now, heard_at=now)


def poll_soon(source: Source, *, now: datetime) -> None:
    """Let it be read as soon as somebody is free."""
    Source.objects.filter(pk=source.pk).update(next_at=now)


@transaction.atomic
def let_tell(source: Source, *, teller: str, now: datetime) -> None:
    """Say who tells of happenings from now on: the cloud's own events, or ours."""
    row = Source.objects.select_for_update().get(pk=source.pk)
    if row.teller == teller:
        return
    if teller == Source.Teller.CLOUD:
        _end_reminders(row)
    row.teller, row.teller_since = teller, now
    row.save(update_fields=["teller", "teller_since"])


def _end_reminders(source: Source) -> None:
    """The cloud reminds of the end of client keys from now on; a later return to ours tells of their dates anew."""
    keys = ClientKey.objects.filter(mirrored_by=source.pk)
    arns = [key.arn for key in keys]
    keys.update(observed_at=None)
    Deadline.objects.filter(account=source.account_id, resource__in=arns).update(active=False, due_at=None)


@transaction.atomic
def delete(source: Source) -> None:
    """Disconnect it. What it told stays as something observed, and is nobody's mirror any more."""
    for model in MIRRORED:
        manager: Any = model._meta.default_manager
        manager.filter(mirrored_by=source.pk).update(mirrored_by=None, mirrored_at=None)
    source.delete()
