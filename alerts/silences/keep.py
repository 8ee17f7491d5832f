"""Keep: the verbs that change silences. Each is one plain transaction: once the page answers, the silence holds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.estate.refusal import Refused
from alerts.silences.book import new_edition
from alerts.silences.models import Silence

if TYPE_CHECKING:
    from datetime import datetime

LONGEST = timedelta(days=366)
"""How long a silence that does not recur may be."""
MOMENT = timedelta(microseconds=1)
KEPT = timedelta(days=90)
"""How long one that is over can be looked at: as long as the events that it hid."""


@transaction.atomic
def keep_silence(silence: Silence, *, now: datetime, by: str, opened: int | None = None) -> Silence:
    """Store a new or changed silence; it hides from the next event on that is dispatched.

    Messages that wait for delivery by then are not taken back: they were decided before, and who wrote down "told" must
    be right. Raises Refused at `name` when another one has the name, at `opened` when somebody changed it meanwhile.
    """
    stored = _locked(silence, opened=opened)
    silence.changed_at, silence.changed_by, waiting = now, by, None
    if stored is None:
        silence.created_at, silence.author, silence.version = now, by, 1
    else:
        _refuse_ended(stored, now=now)
        silence.version, waiting = stored.version + 1, _waiting(stored, now=now)
    silence.untold_end = waiting or next_end(silence, after=now)
    try:
        with transaction.atomic():
            silence.save()
    except IntegrityError as error:
        raise Refused(_("There is a silence of this name already."), field="name") from error
    new_edition(silence.account_id)
    return silence


@transaction.atomic
def end_silence(silence: Silence, *, now: datetime, by: str) -> Silence:
    """Let it hide nothing that happens from now on. Raises Refused when it is over already."""
    stored = _locked(silence, opened=None)
    assert stored is not None
    _refuse_ended(stored, now=now)
    open_now = bool(stored.schedule().between(now, now + MOMENT))
    stored.ends_at = now
    return _write(stored, now=now, by=by, untold=now if open_now else None)


@transaction.atomic
def extend_silence(silence: Silence, *, length: timedelta, now: datetime, by: str) -> Silence:
    """Let it end so much later. Raises Refused when it is over, has no end, or would last for more than a year."""
    stored = _locked(silence, opened=None)
    assert stored is not None
    _refuse_ended(stored, now=now)
    if stored.ends_at is None:
        raise Refused(_("This silence recurs without an end: there is nothing to extend."))
    ends_at = stored.ends_at + length
    if not stored.recurring and ends_at - stored.starts_at > LONGEST:
        raise Refused(_("A silence lasts for a year at most."))
    stored.ends_at = ends_at
    return _write(stored, now=now, by=by, untold=next_end(stored, after=now))


def _write(silence: Silence, *, now: datetime, by: str, untold: datetime | None) -> Silence:
    silence.changed_at, silence.changed_by, silence.version = now, by, silence.version + 1
    silence.untold_end = _waiting(silence, now=now) or untold
    silence.save()
    new_edition(silence.account_id)
    return silence


def _waiting(stored: Silence, *, now: datetime) -> datetime | None:
    """Return the end of a window that is over and not told of yet: a change must not make it forgotten."""
    return stored.untold_end if stored.untold_end and stored.untold_end <= now else None


@transaction.atomic
def delete_silence(silence: Silence) -> None:
    """Delete it with the account of what it hid. Decisions stay, and name it by its number."""
    silence.delete()
    new_edition(silence.account_id)


def forget_silences(*, now: datetime) -> int:
    """Delete silences that ended longer than 90 days ago; return how many."""
    old = list(Silence.objects.filter(ends_at__lt=now - KEPT, untold_end=None))
    for silence in old:
        delete_silence(silence)
    return len(old)


def next_end(silence: Silence, *, after: datetime) -> datetime | None:
    """Return when the first window ends that does so after a moment; None when there is none any more."""
    windows = silence.schedule().following(after, 1)
    return windows[0].end if windows else None


def _locked(silence: Silence, *, opened: int | None) -> Silence | None:
    """Return the silence as it is stored, locked so that two changes follow each other; None for a new one."""
    if not silence.pk:
        return None
    stored = Silence.objects.select_for_update(of=("self",)).filter(pk=silence.pk).first()
    if stored is None:
        raise Refused(_("Somebody deleted this silence since you opened it. Copy what you need."), field="opened")
    if opened is not None and opened != stored.version:
        raise Refused(_("Somebody changed this silence since you opened it; nothing was saved."), field="opened")
    return stored


def _refuse_ended(silence: Silence, *, now: datetime) -> None:
    if silence.ends_at and silence.ends_at <= now:
        raise Refused(_("This silence is over, and stays as it was. Copy it to begin a new one."))
