"""What silences hide at dispatch, by the time of the event, and what another event hides, in whatever order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.estate.refusal import Refused
from alerts.events.catalog import BY_NAME
from alerts.events.catalog.hiding import HIDING
from alerts.events.models import SystemEvent
from alerts.notifications import dispatch
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision, Notification
from alerts.rules.models import ResourceGroup
from alerts.rules.resources import delete_resource_group, keep_resource_group
from alerts.silences.keep import delete_silence, end_silence, extend_silence, forget_silences, keep_silence
from alerts.silences.models import Silence
from tests.builders import NOW, OTHER_UID, a_draft, a_rule, an_account, an_event, some_events
from tests.silences.quiet import HOUR, a_silence

pytestmark = pytest.mark.django_db

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
Verdict = Decision.Verdict
DELETED, SCHEDULED = "Key:DeleteKey:Success", "Key:ScheduleKeyDeletion:Success"
UPPER, LOWER = "Instance:QPSUsage:NinetyPercent", "Instance:QPSUsage:SeventyPercent"


def verdicts() -> dict[str, str]:
    """Return what was decided, by the name of the event."""
    return dict(Decision.objects.values_list("event_name", "verdict"))


def decided(**fields: object) -> Decision:
    """Record an event, dispatch it and return the decision about it."""
    event = an_event(**fields)  # type: ignore[arg-type]
    dispatch_batch(now=NOW)
    return Decision.objects.get(event_id=event.id)


class TestSilence:
    def test_what_a_silence_selects_is_stored_and_told_to_nobody(self) -> None:
        a_rule()
        silence = a_silence(names=["Secret:RotateSecret:Failure"])
        decision = decided()
        assert (decision.verdict, decision.silence_id) == (Verdict.SILENCED, silence.pk)
        assert Notification.objects.count() == 0
        assert SystemEvent.objects.get().dispatched_at == NOW
        assert decided(name="Secret:RotateSecret:Success").verdict == Verdict.TOLD

    def test_the_time_of_the_event_counts_and_its_end_is_no_part_of_a_window(self) -> None:
        a_rule(mute_for=300)
        a_silence()
        found = {at: decided(at=NOW + at).verdict for at in (-SECOND, 0 * SECOND, HOUR - SECOND, HOUR)}
        assert list(found.values()) == [Verdict.TOLD, Verdict.SILENCED, Verdict.SILENCED, Verdict.TOLD]

    def test_one_that_arrives_late_belongs_to_the_window_in_which_it_happened(self) -> None:
        a_rule()
        silence = a_silence(starts_at=NOW - 2 * HOUR, lasts=HOUR, now=NOW - 2 * HOUR)
        assert silence.ends_at is not None
        assert silence.ends_at < NOW
        assert decided(at=NOW - 90 * MINUTE).verdict == Verdict.SILENCED

    def test_what_is_hidden_moves_no_mute(self) -> None:
        a_rule()
        a_silence(lasts=MINUTE)
        assert decided(resource="x").verdict == Verdict.SILENCED
        assert decided(resource="x", at=NOW + 2 * MINUTE).verdict == Verdict.TOLD

    def test_it_hides_nothing_in_another_account(self) -> None:
        a_rule()
        a_silence(account=an_account(OTHER_UID))
        assert decided().verdict == Verdict.TOLD

    def test_a_changed_ended_and_deleted_one_is_seen_at_once(self) -> None:
        a_rule(mute_for=300)
        silence = a_silence(levels=["INFO"])
        assert decided().verdict == Verdict.TOLD
        silence.levels = ["CRITICAL"]
        keep_silence(silence, now=NOW, by="li.na")
        assert decided().verdict == Verdict.SILENCED
        end_silence(silence, now=NOW + MINUTE, by="li.na")
        assert decided(at=NOW + 30 * SECOND).verdict == Verdict.SILENCED
        assert decided(at=NOW + 2 * MINUTE).verdict == Verdict.TOLD
        delete_silence(silence)
        assert decided(at=NOW + 31 * SECOND).verdict == Verdict.TOLD

    def test_it_follows_its_resource_group(self) -> None:
        a_rule(mute_for=300)
        group = ResourceGroup(account=an_account(), name="prod", patterns=["*:secret/prod-*"])
        keep_resource_group(group, now=NOW)
        a_silence(resource_group=group)
        assert decided(resource="acs:kms:r:u:secret/test-1").verdict == Verdict.TOLD
        group.patterns = ["*:secret/test-*"]
        keep_resource_group(group, now=NOW)
        assert decided(resource="acs:kms:r:u:secret/test-1").verdict == Verdict.SILENCED
        with pytest.raises(Refused, match="still used"):
            delete_resource_group(group)

    def test_a_recurring_one_hides_in_its_windows_only(self) -> None:
        a_rule(mute_for=300)
        begin = NOW.replace(hour=2, minute=0, second=0) - timedelta(days=2)
        a_silence(starts_at=begin, now=begin, rule="FREQ=DAILY", lasts=HOUR, time_zone="UTC")
        yesterday = begin + timedelta(days=1)
        inside, after = decided(at=yesterday + 30 * MINUTE), decided(at=yesterday + 90 * MINUTE)
        assert (inside.verdict, after.verdict) == (Verdict.SILENCED, Verdict.TOLD)

    def test_a_test_of_a_rule_is_never_hidden(self) -> None:
        rule = a_rule()
        a_silence()
        assert decided(test_of=rule.pk).verdict == Verdict.TOLD

    def test_a_storm_costs_no_statement_for_each_event(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dispatch, "BATCH", 100)
        a_rule()
        a_silence(names=[SCHEDULED])
        counts = []
        for size in (5, 100):
            some_events([a_draft(SCHEDULED) for _ in range(size)])
            dispatch_batch(now=NOW)
            some_events([a_draft(LOWER) for _ in range(size)])
            with CaptureQueriesContext(connection) as queries:
                dispatch_batch(now=NOW)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestVerbs:
    def test_one_that_has_not_begun_can_be_ended_and_then_hides_nothing(self) -> None:
        silence = a_silence(starts_at=NOW + HOUR)
        ended = end_silence(silence, now=NOW, by="li.na")
        assert (ended.ends_at, ended.untold_end) == (NOW, None)
        a_rule()
        assert decided(at=NOW + 90 * MINUTE).verdict == Verdict.TOLD

    def test_it_lasts_longer_for_a_year_at_most(self) -> None:
        silence = a_silence()
        assert extend_silence(silence, length=HOUR, now=NOW, by="li.na").ends_at == NOW + 2 * HOUR
        with pytest.raises(Refused, match="year"):
            extend_silence(silence, length=timedelta(days=366), now=NOW, by="li.na")

    def test_what_is_over_stays_as_it_was(self) -> None:
        silence = a_silence()
        later = NOW + 2 * HOUR
        with pytest.raises(Refused, match="over"):
            keep_silence(silence, now=later, by="li.na")
        with pytest.raises(Refused, match="over"):
            end_silence(silence, now=later, by="li.na")
        with pytest.raises(Refused, match="over"):
            extend_silence(silence, length=HOUR, now=later, by="li.na")

    def test_who_saves_over_a_newer_one_is_told(self) -> None:
        silence = a_silence()
        other = Silence.objects.get(pk=silence.pk)
        keep_silence(silence, now=NOW, by="li.na", opened=1)
        with pytest.raises(Refused, match="changed this silence"):
            keep_silence(other, now=NOW, by="wang.wu", opened=1)

    def test_a_name_is_there_once(self) -> None:
        a_silence(name="maintenance")
        with pytest.raises(Refused, match="this name"):
            a_silence(name="maintenance")

    def test_what_ended_ninety_days_ago_is_forgotten(self) -> None:
        long_ago = NOW - timedelta(days=92)
        old, recent = a_silence(now=long_ago), a_silence(now=NOW - timedelta(days=80))
        Silence.objects.update(untold_end=None)
        assert forget_silences(now=NOW) == 1
        assert list(Silence.objects.all()) == [recent]
        assert old.pk != recent.pk


class TestInhibition:
    @pytest.mark.parametrize("hider_first", [True, False])
    @pytest.mark.parametrize(("hider", "hidden"), [(DELETED, SCHEDULED), (UPPER, LOWER)])
    def test_both_in_one_batch_come_out_the_same_in_either_order(
        self, hider: str, hidden: str, *, hider_first: bool
    ) -> None:
        a_rule()
        drafts = [a_draft(hidden, resource="r", at=NOW - HOUR), a_draft(hider, resource="r", at=NOW - HOUR)]
        events = some_events(drafts[::-1] if hider_first else drafts)
        dispatch_batch(now=NOW)
        assert verdicts() == {hider: Verdict.TOLD, hidden: Verdict.INHIBITED}
        other = next(event for event in events if event.name == hider)
        assert Decision.objects.get(event_name=hidden).reason == f"hidden-by:{other.id}"

    def test_the_lesser_one_later_is_hidden_too(self) -> None:
        a_rule()
        an_event(UPPER, resource="r", at=NOW)
        dispatch_batch(now=NOW)
        assert decided(name=LOWER, resource="r", at=NOW + MINUTE).verdict == Verdict.INHIBITED

    def test_what_was_told_before_stays_told(self) -> None:
        a_rule()
        an_event(LOWER, resource="r", at=NOW)
        dispatch_batch(now=NOW)
        an_event(UPPER, resource="r", at=NOW + MINUTE)
        dispatch_batch(now=NOW)
        assert verdicts() == {LOWER: Verdict.TOLD, UPPER: Verdict.TOLD}

    def test_another_resource_and_a_time_far_away_hide_nothing(self) -> None:
        a_rule(mute_for=300)
        an_event(UPPER, resource="r", at=NOW)
        dispatch_batch(now=NOW)
        assert decided(name=LOWER, resource="other", at=NOW).verdict == Verdict.TOLD
        assert decided(name=LOWER, resource="r", at=NOW + 61 * MINUTE).verdict == Verdict.TOLD

    def test_a_new_one_of_the_same_name_is_not_hidden_by_the_end_of_the_old_one(self) -> None:
        a_rule()
        an_event(DELETED, resource="r", at=NOW - HOUR)
        dispatch_batch(now=NOW)
        assert decided(name=SCHEDULED, resource="r", at=NOW).verdict == Verdict.TOLD

    def test_who_hears_of_the_lesser_one_alone_is_told_of_it(self) -> None:
        a_rule(name="lower", names=[LOWER])
        a_rule(name="both")
        some_events([a_draft(UPPER, resource="r"), a_draft(LOWER, resource="r")])
        dispatch_batch(now=NOW)
        found = dict(Decision.objects.filter(event_name=LOWER).values_list("rule_name", "verdict"))
        assert found == {"lower": Verdict.TOLD, "both": Verdict.INHIBITED}

    def test_every_pair_names_events_of_the_catalogue_on_the_same_kind_of_resource(self) -> None:
        for pair in HIDING:
            assert BY_NAME[pair.name].resource_kind == BY_NAME[pair.hidden].resource_kind
            assert pair.later > timedelta(0)
