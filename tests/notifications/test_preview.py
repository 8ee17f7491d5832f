"""What a rule would have done in the last 90 days is what the line would have made of the same events."""

from __future__ import annotations

import itertools
import uuid
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events import partitions
from alerts.events.models import EventCount, SystemEvent
from alerts.events.record import record
from alerts.notifications import past as looking_back
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision
from alerts.notifications.past import Slow, at_most, past_of, stretches
from alerts.notifications.preview import preview, verdicts_of
from alerts.notifications.recipients import recipients_of
from alerts.rules.book import Entry
from alerts.rules.hours import Hours
from alerts.rules.pattern import Pattern
from alerts.rules.shelf import entry_of
from tests.builders import NOW, UID, a_contact, a_contact_group, a_draft, a_rule, an_account, an_arn, some_events
from tests.rules.pasts import EVENTS, PATTERNS

if TYPE_CHECKING:
    from alerts.events.record import Draft

pytestmark = pytest.mark.django_db
ARN = an_arn("secret", "rds-prod")
HOUR = timedelta(hours=1)
ALWAYS = Hours()
HOURS = st.sampled_from([ALWAYS, Hours(time(8), time(18)), Hours(time(22), time(6), (1, 3, 5), "Asia/Shanghai")])


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine that is busy with other tests have its time."""
    for name in ("READING", "SAMPLING"):
        monkeypatch.setattr(looking_back, name, 30)


def an_entry(pattern: Pattern, *, hours: Hours = ALWAYS, mute_for: int = 3600) -> Entry:
    return Entry(0, "typed", 1, pattern, hours, mute_for)


def failures(count: int, *, every: timedelta = HOUR, resource: str = ARN, **fields: Any) -> list[SystemEvent]:
    return some_events(a_draft(at=NOW - (n + 1) * every, resource=resource, **fields) for n in range(count))


def test_matches_and_messages_are_counted_after_mute_and_hours() -> None:
    an_account()
    failures(12)
    failures(3, resource=an_arn("secret", "other"))
    rule = a_rule(group=a_contact_group(a_contact("Ann"), a_contact("Bob", email="bob@example.com")))
    seen = preview(
        an_entry(Pattern(), mute_for=3 * 3600), recipients_of(rule), account=UID, now=NOW
    )  # fmt: skip
    assert (seen.past.total, seen.past.whole, seen.past.counted) == (15, True, True)
    assert seen.verdicts == {Decision.Verdict.TOLD: 5, Decision.Verdict.MUTED: 10}
    assert (seen.told, seen.messages, seen.mostly_muted) == (5, 10, True)
    assert [event.resource for event in seen.past.newest[:2]] != [ARN, ARN]
    assert len(seen.past.newest) == 5


def test_what_matches_nothing_tells_nobody() -> None:
    an_account()
    failures(2)
    for pattern in (Pattern(names=("Key:DeleteKey:Success",)), Pattern(keywords=("nowhere",))):
        seen = preview(an_entry(pattern), (), account=UID, now=NOW)
        assert (seen.past.total, seen.past.whole, seen.told) == (0, True, 0)


def test_tests_and_other_accounts_do_not_count() -> None:
    rule = a_rule()
    failures(1)
    some_events([a_draft(at=NOW - HOUR, test_of=rule.pk, origin="test")])
    some_events([a_draft(at=NOW - HOUR, account=an_account("2000000000000002"))])
    assert preview(an_entry(Pattern()), (), account=UID, now=NOW).past.total == 1
    assert EventCount.objects.get(account=UID).count == 1


@pytest.mark.parametrize("pattern", [Pattern(), Pattern(keywords=("rds",)), Pattern(sql_filter="content.n = 1")])
def test_above_the_limit_it_is_estimated_from_a_sample(pattern: Pattern, monkeypatch: pytest.MonkeyPatch) -> None:
    an_account()
    for name, value in (("MOST_READ", 40), ("SAMPLE", 100)):
        monkeypatch.setattr(looking_back, name, value)
    every = timedelta(hours=4)
    failures(200, every=every, content={"n": 1})
    failures(200, every=every, resource=an_arn("key", "other"), name="Key:DeleteKey:Success", instance_name="k")
    seen = preview(an_entry(pattern, mute_for=12 * 3600), recipients_of(a_rule()), account=UID, now=NOW)
    assert not seen.past.whole
    assert 40 < seen.past.looked_at <= 200
    expected = 200 if pattern.sql_filter or pattern.keywords else 400
    assert seen.past.counted == (expected == 400)
    assert seen.past.total == pytest.approx(expected, rel=0.3)
    assert seen.told == pytest.approx(seen.past.total / 3, rel=0.2)
    assert [event.id for event in seen.past.newest] == sorted((e.id for e in seen.past.newest), reverse=True)


def test_a_sample_takes_each_event_as_likely_as_any_other() -> None:
    hours = {NOW - HOUR * n: 1_000_000 if n == 7 else 1 for n in range(1, 1000)}
    found = stretches(hours)
    assert sum(1 for start, _ in found if start >= NOW - 7 * HOUR) > len(found) * 0.9
    assert all(start < end for start, end in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))


def test_what_takes_too_long_is_stopped_and_the_session_goes_on() -> None:
    with pytest.raises(Slow), at_most(0.02), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_filter_that_no_index_serves_in_time_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    an_account()
    failures(3)
    monkeypatch.setattr(looking_back, "READING", 0)
    found = past_of(Pattern(keywords=("rds",)), account=UID, now=NOW)
    assert (found.whole, found.counted, found.total) == (True, True, 3)
    monkeypatch.setattr(looking_back, "SAMPLE", 2)
    found = past_of(Pattern(keywords=("rds",)), account=UID, now=NOW)
    assert (found.whole, found.counted, found.total) == (False, False, 3)


def test_preview_tells_what_the_line_would_have_told() -> None:
    account = an_account()
    partitions.ensure(now=NOW)

    @settings(max_examples=40)
    @given(
        st.lists(EVENTS, min_size=4, max_size=14, unique_by=lambda draft: draft.id),
        st.lists(PATTERNS, min_size=2, max_size=4),
        HOURS,
        st.sampled_from([300, 3600, 12 * 3600]),
    )
    def check(drafts: list[Draft], patterns: list[Pattern], hours: Hours, mute_for: int) -> None:
        with transaction.atomic():
            record(drafts, now=NOW)
            for pattern in patterns:
                rule = a_rule(account=account, mute_for=mute_for, **stored(pattern, hours))
                entry = entry_of(rule)
                foreseen = preview(an_entry(pattern, hours=hours, mute_for=mute_for), recipients_of(rule),
                                   account=UID, now=NOW)  # fmt: skip
                dispatch_everything()
                decided = dict(Decision.objects.filter(rule=rule).values_list("event_id", "verdict"))
                assert verdicts_of(entry, foreseen.past.events) == decided
                assert foreseen.verdicts == {v: [*decided.values()].count(v) for v in set(decided.values())}
                rule.delete()
            transaction.set_rollback(True)

    check()


def stored(pattern: Pattern, hours: Hours) -> dict[str, Any]:
    """Return a pattern and hours as the fields of a rule."""
    from_pattern = {name: getattr(pattern, name) for name in ("product", "sql_filter")}
    lists = {name: list(getattr(pattern, name)) for name in ("event_types", "levels", "names", "statuses", "keywords")}
    group = None
    if pattern.resources:
        group = an_account().resource_groups.create(
            name=str(uuid.uuid4()), patterns=list(pattern.resources), created_at=NOW
        )
    return {
        **from_pattern, **lists, "keyword_mode": "none" if pattern.keywords_none else "any", "resource_group": group,
        "effective_start": hours.start, "effective_end": hours.end, "weekdays": list(hours.weekdays),
        "time_zone": hours.zone,
    }  # fmt: skip


def dispatch_everything() -> None:
    """Let the rules decide about every event there is, as if none had been decided about."""
    Decision.objects.all().delete()
    SystemEvent.objects.update(correlated_at=NOW, dispatched_at=None)
    while dispatch_batch(now=NOW):
        pass
