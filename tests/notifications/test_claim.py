"""Claims: the most urgent first, few at a time for those who do not answer, and room for everybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.accounts.encryption import fingerprint
from alerts.notifications.claim import LEASE, MOST_AT_ONCE, POOL, SLOW, claim
from alerts.notifications.models import Destination, Notification
from tests.architecture.tree import ROOT
from tests.builders import NOW, a_number, an_account

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def a_message(
    to: str = "ann",
    *,
    level: str = "INFO",
    purpose: str = "EVENT",
    due: timedelta = timedelta(0),
    channel: str = "email",
) -> Notification:
    """Return a message that is due to one destination."""
    return Notification.objects.create(
        account=an_account(),
        purpose=purpose,
        level=level,
        channel=channel,
        recipient=to,
        address=json.dumps({"email": f"{to}@example.com"}),
        destination=fingerprint(to),
        masked=to,
        created_at=NOW,
        due_at=NOW + due,
    )


def a_destination(to: str = "ann", **fields: Any) -> Destination:
    """Return what is known of one destination: that it answered last, unless told."""
    told = {"last_outcome": "ACCEPTED", "last_at": NOW} | fields
    return Destination.objects.create(
        account=an_account(),
        destination=fingerprint(to),
        channel="email",
        masked=to,
        **told,
    )


def claims(*, now: datetime = NOW) -> Iterator[str]:
    """Claim until there is nothing left, and yield to whom each goes."""
    while found := claim(now=now):
        yield found.recipient


def test_the_most_urgent_goes_first_then_what_a_person_waits_for_then_by_level_and_age() -> None:
    a_message("e", level="INFO", due=-9 * SECOND)
    a_message("d", level="WARN", due=-8 * SECOND)
    a_message("c", level="WARN", due=-9 * SECOND)
    a_message("b", purpose="TEST", level="")
    a_message("a", level="CRITICAL")
    assert list(claims()) == ["a", "b", "c", "d", "e"]


def test_of_the_same_urgency_who_answered_goes_before_who_is_unknown_and_who_failed_last() -> None:
    for to in ("failing", "unknown", "well"):
        a_message(to)
    a_destination("failing", failures=2, last_outcome="RETRY")
    a_destination("well")
    assert list(claims()) == ["well", "unknown", "failing"]


@pytest.mark.parametrize("fields", [None, {"failures": 1, "last_outcome": "RETRY"}, {"last_outcome": ""}])
def test_an_unknown_or_failing_destination_gets_one_at_a_time(fields: dict[str, Any] | None) -> None:
    if fields is not None:
        a_destination(**fields)
    for _ in range(3):
        a_message()
    assert len(list(claims())) == 1
    assert len(list(claims(now=NOW + LEASE))) == 1


def test_a_destination_that_answers_gets_some_at_once_and_none_while_one_of_them_is_slow() -> None:
    a_destination()
    for _ in range(MOST_AT_ONCE + 2):
        a_message()
    assert claim(now=NOW)
    assert claim(now=NOW + SLOW) is None
    assert len(list(claims())) == MOST_AT_ONCE - 1


def test_all_that_do_not_answer_together_get_half_of_the_pool() -> None:
    for number in range(POOL):
        a_message(f"unknown{number}", level="CRITICAL")
        a_destination(f"well{number}")
        a_message(f"well{number}")
    claimed = list(claims())
    assert sum(name.startswith("unknown") for name in claimed) == POOL // 2
    assert sum(name.startswith("well") for name in claimed) == POOL


def test_more_than_one_at_once_comes_from_half_of_the_pool_so_that_others_find_room() -> None:
    for number in range(POOL):
        a_destination(f"well{number}")
    for number in range(POOL // 4):
        for _ in range(MOST_AT_ONCE):
            a_message(f"well{number}")
    assert len(list(claims())) == POOL // 2


def test_a_message_that_is_not_due_holds_nobody_up() -> None:
    a_message("late", level="CRITICAL", due=SECOND)
    a_message("ready")
    assert list(claims()) == ["ready"]
    assert list(claims(now=NOW + SECOND)) == ["late"]


def test_a_claim_brings_along_what_a_message_is_made_of() -> None:
    row = a_message(purpose="NOTICE")
    found = claim(now=NOW)
    assert found
    assert found == row
    assert found.account.name == an_account().name
    assert found.decision is None
    assert json.loads(found.address) == {"email": "ann@example.com"}
    assert (found.tries, found.claimed_until, found.urgency) == (1, NOW + LEASE, 1)


def test_many_destinations_are_all_served() -> None:
    names = [f"d{a_number()}" for _ in range(150)]
    for name in names:
        a_destination(name)
        a_message(name)
    assert sorted(claims()) == sorted(names)


def test_the_pool_of_workers_has_as_many_threads_as_claims_count_on() -> None:
    assert f'_pool("deliveries", "threads", {POOL}, ' in (ROOT / "kmsconsole/programs.py").read_text()
