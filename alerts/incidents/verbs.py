"""What people do about an incident: acknowledge, assign, note, snooze, close. Each is a line of its timeline.

Every verb locks the row and compares its version with the one that the person saw; who comes second is told so. What a
verb means for messages that wait is the business of `alerts.notifications.stop`.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alerts.accounts.refusal import Refused
from alerts.incidents import follow
from alerts.incidents.models import Incident, IncidentEntry, IncidentTerms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.accounts.models import CloudAccount, User

Kind = IncidentEntry.Kind
LONGEST_TEXT = 1024


def terms_of(account: CloudAccount) -> IncidentTerms:
    """Return how incidents of an account behave."""
    return IncidentTerms.objects.filter(account=account).first() or IncidentTerms(account=account)


def set_terms(terms: IncidentTerms, *, now: datetime) -> None:
    """Store how incidents of an account behave. Those that are flapping are looked at anew, by the new terms."""
    fields = [field.name for field in IncidentTerms._meta.concrete_fields if field.name not in ("id", "account")]
    values = {name: getattr(terms, name) for name in fields}
    IncidentTerms.objects.update_or_create(account=terms.account, defaults=values)
    Incident.objects.filter(account=terms.account, flapping_since__isnull=False).update(due_at=now)


@contextmanager
def held(account: CloudAccount, pk: int, *, version: int | None, now: datetime) -> Iterator[Incident]:
    """Lock an incident, and store what becomes of it; must run inside a transaction.

    `version` is the one that the person saw; None takes it as it is. Raises Refused, and Incident.DoesNotExist.
    """
    incident = Incident.objects.select_for_update(no_key=True).get(account=account, pk=pk)
    if version is not None and version != incident.version:
        raise Refused(
            _("Somebody changed the incident since you opened this page. Look at its timeline, then decide again.")
        )
    yield incident
    incident.version += 1
    incident.due_at = follow.due_of(incident, terms_of(account), now=now)
    incident.save()


def acknowledge(incident: Incident, *, by: str, until: datetime, now: datetime) -> None:
    """Take an incident on until some time, after which it is as if nobody had."""
    _still_lasts(incident)
    if until <= now:
        raise Refused(_("The acknowledgement would be over already: choose a later end."))
    incident.acknowledged_at, incident.acknowledged_by, incident.acknowledged_until = now, by, until
    write_down(incident, Kind.ACKNOWLEDGED, by=by, now=now, until=until)


def unacknowledge(incident: Incident, *, by: str, now: datetime) -> None:
    """Withdraw an acknowledgement."""
    if not incident.is_acknowledged(now=now):
        raise Refused(_("The incident is not acknowledged."))
    incident.acknowledged_at, incident.acknowledged_by, incident.acknowledged_until = None, "", None
    write_down(incident, Kind.UNACKNOWLEDGED, by=by, now=now)


def assign(incident: Incident, *, to: User | None, by: str, now: datetime) -> None:
    """Say who is to see to it; nobody for None. Raises Refused for somebody who is no member of the account."""
    if to is not None and not to.memberships.filter(account=incident.account_id).exists():
        raise Refused(_("%(name)s is no member of this account: choose one of its members.") % {"name": to})
    incident.assignee = to
    write_down(incident, Kind.ASSIGNED, by=by, now=now, text=to.get_username() if to else "")


def add_note(incident: Incident, text: str, *, by: str, now: datetime) -> None:
    """Write something into the timeline."""
    if not text.strip():
        raise Refused(_("The note is empty: write what others should know."))
    write_down(incident, Kind.NOTED, by=by, now=now, text=text.strip())


def snooze(incident: Incident, *, until: datetime, by: str, now: datetime) -> None:
    """Keep an incident quiet until some time."""
    _still_lasts(incident)
    if until <= now:
        raise Refused(_("The snooze would be over already: choose a later end."))
    incident.snoozed_until = until
    write_down(incident, Kind.SNOOZED, by=by, now=now, until=until)


def close_by_hand(incident: Incident, *, by: str, now: datetime, tell: bool, text: str = "") -> None:
    """End an incident that no event ends; `tell` those who were told of it that it is over."""
    _still_lasts(incident)
    follow.close(incident, at=max(now, incident.last_at), by=by, tell=tell)
    write_down(incident, Kind.CLOSED, by=by, now=now, text=text.strip())


def _still_lasts(incident: Incident) -> None:
    if not incident.lasts:
        raise Refused(_("The incident is over already; there is nothing left to do about it."))


def write_down(
    incident: Incident,
    kind: IncidentEntry.Kind,
    *,
    by: str,
    now: datetime,
    text: str = "",
    until: datetime | None = None,
) -> None:
    """Add what a person did to the timeline; the audit trail is the caller's."""
    IncidentEntry.objects.create(
        incident=incident, kind=kind, at=now, last_at=now, actor=by, text=text[:LONGEST_TEXT], until=until
    )
