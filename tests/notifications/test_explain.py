"""Preview, explanation, test and the line itself say the same of the same rules and events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.events import partitions
from alerts.events.models import SystemEvent
from alerts.events.record import record
from alerts.notifications import past as looking_back
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.explain import explain_all, explain_stored
from alerts.notifications.models import Decision
from alerts.notifications.past import past_of
from alerts.notifications.unreached import unreached_of
from tests.builders import NOW, UID, a_contact, a_contact_group, a_rule, an_account, an_arn, an_event
from tests.notifications.test_preview import HOURS, stored
from tests.rules.pasts import EVENTS, PATTERNS

if TYPE_CHECKING:
    from alerts.events.record import Draft
    from alerts.rules.hours import Hours
    from alerts.rules.pattern import Pattern

pytestmark = pytest.mark.django_db


def test_preview_explanation_test_and_the_line_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "READING", 30)
    account = an_account()
    partitions.ensure(now=NOW)

    @settings(max_examples=30)
    @given(
        st.lists(EVENTS, min_size=3, max_size=8, unique_by=lambda draft: draft.id),
        st.lists(st.tuples(PATTERNS, HOURS), min_size=1, max_size=3),
    )
    def check(drafts: list[Draft], wanted: list[tuple[Pattern, Hours]]) -> None:
        with transaction.atomic():
            rules = [a_rule(account=account, mute_for=300, **stored(*each)) for each in wanted]
            record(drafts, now=NOW)
            record([a_test(draft, rule.pk) for draft in drafts for rule in rules], now=NOW)
            SystemEvent.objects.update(correlated_at=NOW)
            events = list(SystemEvent.objects.filter(test_of=None))
            foreseen = {(rule.pk, event.id): explain_stored(rule, event) for rule in rules for event in events}
            while dispatch_batch(now=NOW):
                pass
            for rule, (pattern, _hours) in zip(rules, wanted, strict=True):
                selected = {event.id for event in events if foreseen[rule.pk, event.id].selected}
                assert selected == {event.id for event in past_of(pattern, account=UID, now=NOW).events}
                assert selected == set(rule.decisions.filter(test=False).values_list("event_id", flat=True))
                tested = SystemEvent.objects.filter(test_of=rule.pk)
                told = set(rule.decisions.filter(test=True, verdict="TOLD").values_list("event_id", flat=True))
                assert {kind(event) for event in events if event.id in selected} == {
                    kind(event) for event in tested if event.id in told
                }
                outside = {event.id for event in events if foreseen[rule.pk, event.id].verdict == "OUTSIDE"}
                assert outside == set(
                    rule.decisions.filter(test=False, verdict="OUTSIDE").values_list("event_id", flat=True)
                )
            transaction.set_rollback(True)

    check()


def a_test(draft: Draft, rule: int) -> Draft:
    return replace(draft, test_of=rule, origin="test", occurrence=f"{draft.occurrence} {rule}")


def kind(event: SystemEvent) -> tuple[object, ...]:
    """Return everything of an event that a pattern may look at."""
    looked_at = (event.product, event.name, event.event_type, event.level, event.status, event.resource)
    return (*looked_at, str(event.content), event.occurred_at)


def test_an_explanation_says_when_the_same_was_told_and_what_was_decided() -> None:
    rule = a_rule(mute_for=3600)
    arn = an_arn("secret")
    first, second = (an_event(resource=arn, at=NOW - timedelta(minutes=minute)) for minute in (20, 10))
    dispatch_batch(now=NOW)
    third = an_event(resource=arn, at=NOW - timedelta(minutes=1))
    assert [explain_stored(rule, event).told_at for event in (first, second, third)] == [first.occurred_at] * 3
    decided = [explain_stored(rule, event).decided for event in (first, second, third)]
    assert [each and each.verdict for each in decided] == ["TOLD", "MUTED", None]
    assert explain_stored(rule, third).verdict == Decision.Verdict.MUTED


def test_who_is_not_told_is_named_with_the_reason() -> None:
    loose = a_contact("Bob")
    loose.addresses.all().delete()
    late = a_contact("Cid")
    late.addresses.update(confirmed_at=None)
    only_phone = a_contact("Dan", email="", phone={"phone": "+4912345678"})
    rule = a_rule(group=a_contact_group(loose, late, only_phone, a_contact("Eve")))
    rule.targets.update(method="INFO")
    found = {each.contact: each.reason for each in unreached_of(rule.targets.all())}
    assert found == {"Bob": "no-address", "Cid": "unconfirmed", "Dan": "method"}


def test_what_selects_an_event_stands_before_what_nearly_does() -> None:
    event = an_event()
    for name, fields in (("c", {"levels": ["INFO"], "names": ["x"]}), ("b", {"levels": ["INFO"]}), ("a", {})):
        a_rule(name=name, **fields)  # type: ignore[arg-type]
    assert [each.entry.name for each in explain_all(event)] == ["a", "b", "c"]
