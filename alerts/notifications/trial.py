"""Trial: a rule is tested by an event of its own, which takes the same way as every other one and is marked as a test.

A rule that is typed and not saved is stored as a trial: nothing lists it, only its own test events reach it, and it is
forgotten after a day.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.accounts.models import CloudAccount
from alerts.accounts.refusal import Refused
from alerts.events.catalog import BY_NAME
from alerts.events.identity import first_id
from alerts.events.models import SystemEvent
from alerts.events.record import Draft, record
from alerts.rules.models import AlertRule, RuleTarget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

MOST_TESTS = 10
"""How many test events an account may send in a minute."""
ORIGIN = "test"


@transaction.atomic
def store_trial(rule: AlertRule, *, targets: Sequence[RuleTarget], now: datetime) -> AlertRule:
    """Store a rule as it is typed, to be tested and not to be seen; what is stored of it already stays as it is."""
    fields = {field.attname: getattr(rule, field.attname) for field in AlertRule._meta.concrete_fields}
    trial = AlertRule(**(fields | {"id": None, "state": AlertRule.State.TRIAL, "created_at": now, "changed_at": now}))
    trial.save(force_insert=True)
    RuleTarget.objects.bulk_create(
        RuleTarget(rule=trial, kind=each.kind, group_id=each.group_id, method=each.method, address=each.address)
        for each in targets
    )
    return trial


@transaction.atomic
def send_test_event(rule: AlertRule, fields: Mapping[str, Any], *, now: datetime) -> Draft:
    """Record an event that tests the rule; the bell is the caller's. `fields` are those that `sample.read` returns.

    Raises Refused when the account has sent ten within a minute.
    """
    check_event_rate(rule.account_id, now=now)
    draft = trial_draft(rule, fields, now=now)
    record([draft], now=now)
    return draft


def trial_draft(rule: AlertRule, fields: Mapping[str, Any], *, now: datetime) -> Draft:
    """Return the test event, not recorded yet."""
    known = BY_NAME.get(fields["name"])
    return Draft(
        account=rule.account_id, occurred_at=now, occurrence=f"test {uuid.uuid4()}", origin=ORIGIN, test_of=rule.pk,
        titles=(known.title, known.title_zh) if known else (), **fields,
    )  # fmt: skip


def check_event_rate(account: str, *, now: datetime) -> None:
    """Raise Refused when the account has sent ten test events within a minute."""
    # Two who press at once must not both find room for one.
    CloudAccount.objects.select_for_update(no_key=True).get(pk=account)
    lately = SystemEvent.objects.filter(account=account, id__gte=first_id(now - timedelta(minutes=1)))
    if lately.filter(test_of__isnull=False).count() >= MOST_TESTS:
        raise Refused(_("Ten tests were sent within the last minute. Wait a moment before the next one."))
