"""What can be done to a source: connect, change, pause, resume, poll now, say who tells, delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.accounts.models import CloudAccount
from alerts.accounts.refusal import Refused
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Secret
from alerts.events.deadlines import OBSERVED
from alerts.events.models import Deadline
from alerts.facts.models import Fact
from alerts.mirrors.models import Reads, Source

MIRRORED: Mapping[str, type[Any]] = {
    Reads.INSTANCES: Instance, Reads.KEYS: Key, Reads.SECRETS: Secret, Reads.ACCESS_POINTS: AccessPoint,
    Reads.CLIENT_KEYS: ClientKey,
}  # fmt: skip
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
SESSION = "kms-console"


@transaction.atomic
def connect(
    account: CloudAccount, *, name: str, access_key_id: str, access_key_secret: str, regions: Sequence[str],
    reads: Sequence[str], now: datetime, endpoint: str = "", every: timedelta = timedelta(minutes=5),
    teller: str = "", calls_per_second: int = 25, role_arn: str = "", external_id: str = "", role_session: str = "",
) -> Source:  # fmt: skip
    """Connect a source; it is read at once. Where the cloud's events are read, it is the cloud that tells."""
    _refuse_pace(every)
    usual = Source.Teller.CLOUD if Reads.EVENTS in reads else Source.Teller.CONSOLE
    _refuse_nobody(teller or usual, reads, field="teller")
    with _named_once():
        return Source.objects.create(
            account=account, name=name, access_key_id=access_key_id, access_key_secret=access_key_secret,
            regions=list(regions), reads=list(reads), endpoint=endpoint, every=every, teller=teller or usual,
            calls_per_second=calls_per_second, role_arn=role_arn, external_id=external_id,
            role_session=role_session or SESSION, teller_since=now, created_at=now, next_at=now,
        )  # fmt: skip


def _refuse_pace(every: timedelta) -> None:
    if not SHORTEST <= every <= LONGEST:
        raise Refused(_("A source is read every minute at most, and once a day at least."), field="every")


def _refuse_nobody(teller: str, reads: Sequence[str], *, field: str) -> None:
    """Refuse that the cloud's events tell while they are not read: nobody would."""
    if teller == Source.Teller.CLOUD and Reads.EVENTS not in reads:
        sentence = _("The cloud's events can tell only while system events are read: read them, or let ours tell.")
        raise Refused(sentence, field=field)


@contextmanager
def _named_once() -> Iterator[None]:
    """Say of a name that is taken that it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(_("There is a source of this name already."), field="name") from error


@transaction.atomic
def change(source: Source, *, now: datetime, **given: Any) -> None:
    """Change what is given, and read it anew; an empty secret is the stored one.

    What is no longer read is nobody's mirror any more. Another endpoint is another cloud: it is read from the start,
    and what it does not have was never deleted. Another key or role has to show something of the account first.
    """
    row = Source.objects.select_for_update().get(pk=source.pk)
    given = {name: value for name, value in given.items() if value or name != "access_key_secret"}
    moved = given.get("endpoint", row.endpoint) != row.endpoint
    entered = any(given.get(name, getattr(row, name)) != getattr(row, name) for name in ("access_key_id", "role_arn"))
    if (moved or given.get("access_key_id", row.access_key_id) != row.access_key_id) and not given.get(
        "access_key_secret"
    ):
        raise Refused(
            _("Type the secret of this key: the stored one goes to no other place."), field="access_key_secret"
        )
    _refuse_pace(given.get("every", row.every))
    _refuse_nobody(row.teller, given.get("reads", row.reads), field="reads")
    for name, value in given.items():
        setattr(row, name, value)
    row.role_session = row.role_session or SESSION
    # Whoever reads it at this moment finds the lease gone, and writes nothing of what it was.
    row.begun_at, row.lease, row.lease_until, row.next_at = None, "", None, now
    with _named_once():
        row.save()
    _let_go(row, everything=moved)
    if moved:
        row.cursors.all().delete()
    elif entered:
        row.cursors.update(last_whole_at=None)


def _let_go(source: Source, *, everything: bool) -> None:
    """End the mirroring of what the source reads no more; its rows stay, and can be changed here again."""
    for what, model in MIRRORED.items():
        rows = model.objects.filter(mirrored_by=source.pk)
        if what in source.reads and not everything:
            rows = rows.exclude(region__in=source.regions)
        rows.update(mirrored_by=None, mirrored_at=None)


def mirrored(source: Source) -> dict[str, int]:
    """Return how many living rows are mirrored from the source, by what they are."""
    counts = {what: model.objects.filter(mirrored_by=source.pk, deleted_at=None) for what, model in MIRRORED.items()}
    return {what: rows.count() for what, rows in counts.items()}


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
    _refuse_nobody(teller, row.reads, field="teller")
    if teller == Source.Teller.CLOUD:
        _end_reminders(row)
    row.teller, row.teller_since = teller, now
    row.save(update_fields=["teller", "teller_since"])


def _end_reminders(source: Source) -> None:
    """The cloud reminds of the end of client keys from now on; a later return to ours tells of their dates anew."""
    keys = ClientKey.objects.filter(mirrored_by=source.pk)
    arns = [key.arn for key in keys]
    keys.update(observed_at=None)
    Fact.objects.filter(account=source.account_id, type=OBSERVED, resource__in=arns, evaluated_at=None).delete()
    Deadline.objects.filter(account=source.account_id, resource__in=arns).update(active=False, due_at=None)


@transaction.atomic
def delete(source: Source) -> None:
    """Disconnect it. What it told stays as something observed, and is nobody's mirror any more."""
    for model in MIRRORED.values():
        model.objects.filter(mirrored_by=source.pk).update(mirrored_by=None, mirrored_at=None)
    source.delete()
