"""Retention: events for 90 days, and what is needed to know a repeat for as long as one can come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from alerts.events import retention
from alerts.events.evaluate import evaluate_batch
from alerts.events.models import EventCount, SystemEvent
from alerts.facts.models import Fact
from tests.builders import NOW, a_fact, an_arn, an_event

pytestmark = pytest.mark.django_db


def test_events_and_counts_of_90_days_stay_and_older_ones_go() -> None:
    kept, gone = an_event(at=NOW - timedelta(days=70)), an_event(at=NOW - timedelta(days=89))
    connection.check_constraints()  # what a commit does, without which nothing can be dropped
    retention.retain(now=NOW + timedelta(days=15))
    assert set(SystemEvent.objects.values_list("id", flat=True)) == {kept.id}
    assert gone.id not in SystemEvent.objects.values_list("id", flat=True)
    retention.retain(now=NOW + timedelta(days=31))
    assert SystemEvent.objects.count() == 0
    assert EventCount.objects.filter(hour__lt=NOW - timedelta(days=80)).count() == 0


def test_a_fact_outlives_every_repeat_of_it_that_could_be_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        a_fact("kms.key.deleted", an_arn("key"))
    evaluate_batch(now=NOW)
    waiting = a_fact("kms.key.deleted", an_arn("key"))
    connection.check_constraints()
    retention.retain(now=NOW + timedelta(days=91))
    assert Fact.objects.count() == 6
    retention.retain(now=NOW + timedelta(days=101))
    assert list(Fact.objects.all()) == [waiting]
