"""Check: for each permission that a source needs, whether it is there, tried one place after another.

The row is the queue: `ask_for_check` writes which places are to be looked at, `check_batch` looks at one of them, and
what was found stands on the source at once. A place that does not answer is given up after its first call.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from alerts.mirrors.cloud import CMS, KMS, Trouble, opened
from alerts.mirrors.models import Reads, Source
from alerts.mirrors.policy import ACTIONS, ASSUME
from alerts.mirrors.roles import credentials_of, forget
from alerts.sources.alibaba_cloud.asking import ask

log = logging.getLogger(__name__)
LEASE: Final = timedelta(minutes=3)
TIMEOUT: Final = 8.0
"""Seconds for one call: a check is waited for by somebody."""
ROLE, EVENTS = "sts", "cms"
"""Places besides the regions: where the role is assumed, and where events are read."""
NAMED_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "GetKmsInstance": ("KmsInstanceId", ("KmsInstances", "KmsInstance")),
    "GetKmsInstanceQuotaInfos": ("KmsInstanceId", ("KmsInstances", "KmsInstance")),
    "DescribeKey": ("KeyId", ("Keys", "Key")),
    "DescribeSecret": ("SecretName", ("SecretList", "Secret")),
    "GetClientKey": ("ClientKeyId", ("ClientKeys",)),
}
"""Actions that need something to be about: the parameter that names it, and where in the list it stands."""
_LACKING = re.compile(r"forbidden|nopermission|unauthorized|denied", re.IGNORECASE)
_UNTRIED: Final = "Untried"


@dataclass(frozen=True, slots=True)
class Permission:
    """What came of trying one action in one region; `granted` is None where that is not known, and `code` says why."""

    region: str
    action: str
    granted: bool | None
    said: str = ""
    code: str = ""

    @property
    def outcome(self) -> str:
        """Return granted, missing, refused (for another reason), untried (there is nothing to try it on), unknown."""
        if self.granted is None:
            return "untried" if not self.code else "unknown"
        if self.granted:
            return "granted"
        return "missing" if _LACKING.search(self.code) else "refused"


def places_of(source: Source) -> list[str]:
    """Return where something is to be tried, in order."""
    regions = [*source.regions] if set(source.reads) - {Reads.EVENTS} else []
    return [ROLE] * bool(source.role_arn) + regions + [EVENTS] * (Reads.EVENTS in source.reads)


def found_of(source: Source) -> list[Permission]:
    """Return what the last check has found so far."""
    return [Permission(**each) for each in source.checked]


def ask_for_check(source: Source, *, now: datetime) -> None:
    """Let the source be checked as soon as somebody is free; what an earlier check found is forgotten."""
    Source.objects.filter(pk=source.pk).update(
        check_asked_at=now, check_left=places_of(source), check_lease_until=None, checked=[], checked_at=None
    )


def check_batch(*, now: datetime) -> int:
    """Look at the next place of the source whose check was asked for first; return 1, or 0 when there is none."""
    source = _claim(now=now)
    if source is None:
        return 0
    found, left = _step(source, source.check_left, now=now)
    asked = Source.objects.filter(pk=source.pk, check_asked_at=source.check_asked_at)
    done = {} if left else {"check_asked_at": None, "checked_at": now}
    checked = source.checked + [asdict(each) for each in found]
    asked.update(checked=checked, check_left=left, check_lease_until=None, **done)
    return 1


@transaction.atomic
def _claim(*, now: datetime) -> Source | None:
    source = Source.objects.to_check(now=now).select_for_update(skip_locked=True).first()
    if source:
        source.check_lease_until = now + LEASE
        source.save(update_fields=["check_lease_until"])
    return source


def check(source: Source, *, now: datetime) -> list[Permission]:
    """Try all at once, and remember what came of it; for who waits at a terminal."""
    found: list[Permission] = []
    left = places_of(source)
    while left:
        some, left = _step(source, left, now=now)
        found += some
    source.checked, source.checked_at = [asdict(each) for each in found], now
    source.check_asked_at, source.check_left = None, []
    source.save(update_fields=["checked", "checked_at", "check_asked_at", "check_left"])
    return found


def _step(source: Source, places: Sequence[str], *, now: datetime) -> tuple[list[Permission], list[str]]:
    """Look at the first of these places; return what was found and what is left: nothing, without the role."""
    if not places:
        return [], []
    place, *left = places
    found = _look(source, place, now=now)
    if place == ROLE and not all(each.granted for each in found):
        return found + [each for other in left for each in _not_tried(source, other)], []
    return found, left


def _look(source: Source, place: str, *, now: datetime) -> list[Permission]:
    """Try what is needed in one place. What nobody expected is told as such, and holds up no other place."""
    found: list[Permission] = []
    try:
        found.extend(_tried(source, place, now=now))
    except Exception as error:
        log.exception("the source %s could not be checked", source.pk)
        said = f"Unexpected {type(error).__name__}; see the log."
        found.append(Permission(_shown(place), "", granted=None, said=said, code="Unexpected"))
    return found


def _shown(place: str) -> str:
    return "" if place in {ROLE, EVENTS} else place


def _tried(source: Source, place: str, *, now: datetime) -> Iterator[Permission]:
    if place == ROLE:
        yield _try_role(source)
    elif place == EVENTS:
        yield _try_events(source, now=now)
    else:
        yield from _try_region(source, place)


def _not_tried(source: Source, place: str) -> list[Permission]:
    """Return that nothing was tried in this place, because the role could not be assumed."""
    if place == EVENTS:
        names = [f"cms:{action}" for action in ACTIONS[Reads.EVENTS]]
    else:
        kinds = [what for what in source.reads if what != Reads.EVENTS]
        names = [f"kms:{action}" for what in kinds for action in ACTIONS[what]]
    return [Permission(_shown(place), name, granted=None, code=_UNTRIED) for name in names]


def _try_region(source: Source, region: str) -> Iterator[Permission]:
    kinds = [what for what in source.reads if what != Reads.EVENTS]
    answers = True
    for what in kinds:
        if not answers:
            yield from (Permission(region, f"kms:{each}", granted=None, code=_UNTRIED) for each in ACTIONS[what])
            continue
        for each in _try_all(source, region, ACTIONS[what]):
            # Whoever does not answer one question is not asked the next ten.
            answers = answers and (each.granted is not None or each.code in {"", _UNTRIED})
            yield each


def _try_all(source: Source, region: str, actions: Sequence[str]) -> Iterator[Permission]:
    listing, *describing = actions
    size = {} if listing == "ListClientKeys" else {"PageSize": 1}
    first, listed = _try(source, region, listing, **size)
    yield first
    for action in describing:
        name, path = NAMED_BY[action]
        rows: Any = listed
        for each in path:
            rows = (rows or {}).get(each)
        if rows:
            yield _try(source, region, action, **{name: rows[0].get(name)})[0]
        else:
            code = "" if first.granted else _UNTRIED
            yield Permission(region, f"kms:{action}", granted=None, code=code)


def _try(source: Source, region: str, action: str, **told: object) -> tuple[Permission, dict[str, Any]]:
    named = f"kms:{action}"
    try:
        with opened(source, KMS, region=region, timeout=TIMEOUT) as client:
            listed = ask(client, action, **told)
    except Trouble as trouble:
        return _refused(region, named, trouble), {}
    return Permission(region, named, granted=True), listed


def _try_events(source: Source, *, now: datetime) -> Permission:
    action = ACTIONS[Reads.EVENTS][0]
    start, end = (str(int(each.timestamp() * 1_000)) for each in (now - timedelta(hours=1), now))
    try:
        with opened(source, CMS, region=source.regions[0], timeout=TIMEOUT) as client:
            ask(client, action, Product="KMS", PageSize=1, StartTime=start, EndTime=end)
    except Trouble as trouble:
        return _refused("", f"cms:{action}", trouble)
    return Permission("", f"cms:{action}", granted=True)


def _try_role(source: Source) -> Permission:
    forget(source)
    try:
        credentials_of(source)
    except Trouble as trouble:
        return _refused("", ASSUME, trouble)
    return Permission("", ASSUME, granted=True)


def _refused(region: str, action: str, trouble: Trouble) -> Permission:
    """Return that the service said no; or that it is not known, where it did not answer or had too much to do."""
    judged = trouble.answered and not trouble.throttled
    return Permission(region, action, granted=False if judged else None, said=trouble.message, code=trouble.code or "?")
