"""Threads: what messages about one incident have in common, by which mail programs put them together.

A digest: it goes into headers of mails.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.notifications.models import Decision
    from alerts.subscriptions.models import Batch

LENGTH = 32


def thread_of(decision: Decision) -> str:
    """Return the thread of what a rule says of an event: that of its incident.

    What belongs to none goes with its rule, its resource, and the kind of event without what came of it.
    """
    if decision.incident_id:
        return thread_of_incident(decision.account_id, decision.incident_id)
    family = decision.event_name.rpartition(":")[0] or decision.event_name
    return _digest(decision.account_id, decision.rule_name, decision.resource, family)


def thread_of_incident(account_id: str, incident_id: int) -> str:
    """Return the thread of an incident, from the event that opens it to the message that it is over."""
    return _digest(account_id, "incident", str(incident_id))


def thread_of_batch(batch: Batch) -> str:
    """Return the thread of the messages of one bundle."""
    return _digest(batch.account_id, "bundle", str(batch.bundle_id or batch.pk))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:LENGTH]
