"""A mirrored source that falls silent: its incidents are unknown, never over, and it raises an event of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.events.models import SystemEvent
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.incidents.unknown import known_again, mark_unknown
from tests.builders import NOW, UID, an_account, an_incident

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SOURCE = f"acs:kms:cn-hangzhou:{UID}"


def states() -> dict[str, str]:
    correlate_batch(now=NOW)
    return dict(Incident.objects.values_list("resource", "state"))


def test_silence_makes_open_incidents_of_that_source_unknown_and_is_an_incident_itself() -> None:
    account, here, elsewhere = an_account(), an_incident(), an_incident(region="cn-shanghai")
    for _again in range(2):
        mark_unknown(account, SOURCE, since=NOW - HOUR, now=NOW)
    assert states() == {here.resource: "UNKNOWN", elsewhere.resource: "OPEN", f"{SOURCE}:source/poll": "OPEN"}
    event = SystemEvent.objects.get(name="Source:Poll:Silent")
    assert (event.level, event.region, event.occurred_at) == ("CRITICAL", "cn-hangzhou", NOW - HOUR)
    assert [entry.kind for entry in here.entries.order_by("pk")] == ["OPENED", "UNKNOWN"]


def test_when_it_speaks_again_they_are_open_and_the_silence_is_over() -> None:
    account, here = an_account(), an_incident()
    mark_unknown(account, SOURCE, since=NOW - HOUR, now=NOW)
    states()
    assert known_again(account, SOURCE, since=NOW - HOUR, now=NOW) == 1
    assert states() == {here.resource: "OPEN", f"{SOURCE}:source/poll": "CLOSED"}


def test_an_event_of_an_unknown_incident_makes_it_known() -> None:
    account, here = an_account(), an_incident()
    mark_unknown(account, SOURCE, since=NOW - HOUR, now=NOW)
    an_incident(resource=here.resource, at=NOW + timedelta(seconds=1))
    assert states()[here.resource] == "OPEN"
