"""Running: a bundle while a transaction works on it, and how what became of it is written, many at once.

Whoever has the policy locked has all of its bundles: nobody else opens, moves or closes one of them meanwhile.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from alerts.incidents.models import Incident
from alerts.notifications.models import Decision
from alerts.subscriptions.denoise import STORM_WINDOW, room_at
from alerts.subscriptions.engine import Situation
from alerts.subscriptions.models import Batch, Bundle, BundleMember
from alerts.subscriptions.state import State
from alerts.subscriptions.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from alerts.notifications.audience import Audience

Cause = tuple[str, str]
"""Event name and resource."""

SITUATION = """
SELECT i.id, i.state, i.acknowledged_until, i.snoozed_until FROM incidents_incident i
WHERE i.id = ANY(%s) OR i.id IN (
    SELECT m.incident_id FROM subscriptions_bundlemember m WHERE m.bundle_id = %s AND m.incident_id IS NOT NULL)
ORDER BY i.id FOR SHARE
"""
STORE = """
UPDATE subscriptions_bundle AS bundle
SET state = row.state::jsonb, due_at = row.due_at, closed_at = row.closed_at, closing = row.closing, failures = 0
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS row (id, state, due_at, closed_at, closing)
WHERE bundle.id = row.id
"""


@dataclass(slots=True, eq=False)
class Running:
    """A bundle under work, `new` until it is stored. `decisions`: those of this transaction that no batch has told.

    `answered`: the incidents of it that are over or that somebody has taken on, by the last look at its situation.
    """

    row: Bundle
    audience: Audience
    state: State
    terms: Terms
    new: bool = False
    members: dict[Cause, BundleMember] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    answered: frozenset[int] = frozenset()

    def situation(self, *, now: datetime) -> Situation:
        """Return how the incidents stand, and keep them so until the transaction ends.

        What somebody takes on after this look is taken on after everything that this transaction says.
        """
        own = [each.incident_id for each in self.members.values() if each.incident_id]
        with connection.cursor() as cursor:
            cursor.execute(SITUATION, [own, self.row.pk])
            found = cursor.fetchall()
        lasting = {key: max(filter(None, ends), default=now)
                   for key, state, *ends in found if state != Incident.State.CLOSED}  # fmt: skip
        self.answered = frozenset(key for key, *_rest in found if lasting.get(key) is None or lasting[key] > now)
        held = bool(lasting) and all(end > now for end in lasting.values()) and not self._has_loose_news()
        return Situation(bool(lasting), held, min(lasting.values()) if held else None)

    def _has_loose_news(self) -> bool:
        """Tell whether something that no message has named yet belongs to no incident: nobody can have taken it on."""
        if any(not each.told and each.incident_id is None for each in self.members.values()):
            return True
        loose = BundleMember.objects.filter(bundle=self.row.pk, told=False, incident_id=None)
        return not self.new and any(key not in self.members for key in loose.values_list("event_name", "resource"))


class Mails:
    """The mails of policies within the storm window, those of this transaction included."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._sent: dict[int, list[tuple[datetime, int]]] = {}

    def room_at(self, audience: Audience, level: str) -> datetime | None:
        """Return when a policy may send a message of this level; None for now."""
        return room_at(self._of(audience.policy.pk), mails=audience.mails(level), now=self._now)

    def spend(self, policy: int, mails: int) -> None:
        """Count the mails of a message."""
        self._of(policy).append((self._now, mails))

    def _of(self, policy: int) -> list[tuple[datetime, int]]:
        if policy not in self._sent:
            lately = Batch.objects.filter(policy=policy, made_at__gt=self._now - STORM_WINDOW, mails__gt=0, test=False)
            self._sent[policy] = list(lately.values_list("made_at", "mails"))
        return self._sent[policy]


def load(rows: Iterable[Bundle], audience: Audience) -> list[Running]:
    """Return stored bundles of one policy, ready to work on."""
    return [Running(row, audience, State.from_json(row.state), Terms.from_json(row.terms)) for row in rows]


def fetch_members(running: Sequence[Running], causes: Collection[Cause]) -> None:
    """Give stored bundles their members of these causes."""
    by_key = {each.row.pk: each for each in running if not each.new}
    if not by_key:
        return
    names, resources = ({cause[place] for cause in causes} for place in (0, 1))
    found = BundleMember.objects.filter(bundle__in=by_key, event_name__in=names, resource__in=resources)
    for member in found:
        by_key[member.bundle_id].members[member.event_name, member.resource] = member


def store(running: Collection[Running]) -> None:
    """Write what became of bundles and their members: new ones are made, the others changed."""
    for each in running:
        each.row.state = each.state.as_json()
    old = [each.row for each in running if not each.new]
    if old:
        with connection.cursor() as cursor:
            cursor.execute(STORE, _columns(old))
    # After the others: where one ended and the next of its key began in the same moment, only one is open at a time.
    Bundle.objects.bulk_create([each.row for each in running if each.new])
    _store_members(running)


def _columns(rows: Sequence[Bundle]) -> list[list[object]]:
    cells = ((row.pk, json.dumps(row.state), row.due_at, row.closed_at, row.closing) for row in rows)
    return [list(column) for column in zip(*cells, strict=True)]


def _store_members(running: Collection[Running]) -> None:
    members = [member for each in running for member in each.members.values()]
    BundleMember.objects.bulk_create(
        members,
        update_conflicts=True,
        unique_fields=["bundle", "event_name", "resource"],
        update_fields=["level", "incident_id", "count", "last_at", "last_event_id", "told"],
        batch_size=1_000,
    )


def put_back(row: Bundle, *, now: datetime) -> None:
    """Let a bundle wait that breaks whoever works on it: longer each time, an hour at most."""
    wait = min(timedelta(hours=1), timedelta(seconds=2 ** min(row.failures + 1, 12)))
    Bundle.objects.filter(pk=row.pk).update(failures=row.failures + 1, due_at=now + wait)


def by_policy(rows: Iterable[Bundle]) -> dict[int, list[Bundle]]:
    """Return bundles by the key of their policy."""
    found: dict[int, list[Bundle]] = defaultdict(list)
    for row in rows:
        found[row.policy_id].append(row)
    return found
