"""Event Center › Incidents: the list, one incident with its timeline, and what people do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.notifications.models import Notification
from tests.builders import NOW, OTHER_UID, a_draft, a_user, an_account, an_incident, some_events
from tests.subscriptions.making import a_configuration, a_group, a_policy, run

pytestmark = pytest.mark.django_db
LIST = "/cloudmonitor/event-center/incidents/"


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(a_user("ann", role=Role.OPERATOR))
    return client


def address(action: str, incident: Incident) -> str:
    return reverse(f"cloudmonitor:incident{action}", args=[incident.pk])


def act(client: Client, action: str, incident: Incident, **data: Any) -> Any:
    incident.refresh_from_db()
    return client.post(address(action, incident), {"version": incident.version, **data})


def test_the_list_shows_each_incident_once_and_finds_by_every_filter(operator: Client) -> None:
    for minute in range(3):
        an_incident(resource="acs:kms:cn-hangzhou:1000000000000001:secret/db", instance_name="db",
                    at=NOW + timedelta(minutes=minute))  # fmt: skip
    an_incident("Key:ScheduleKeyDeletion:Success", instance_name="orders", region="cn-shanghai")
    words = operator.get(LIST).content.decode()
    assert words.count("Managed secret rotation failed</strong>") == 1
    for query, found in (
        ("state=OPEN", 2), ("state=CLOSED", 0), ("level=CRITICAL", 1), ("cause=Key:Deletion", 1), ("taken=no", 2),
        ("taken=yes", 0), ("region=cn-shanghai", 1), ("text=orde", 1),
    ):  # fmt: skip
        assert len(operator.get(f"{LIST}?{query}&format=json").json()["incidents"]) == found, query


def test_the_page_tells_what_happened_in_order(operator: Client) -> None:
    incident = an_incident(instance_name="rds-prod-app")
    at = NOW + timedelta(minutes=1)
    same = {"resource": incident.resource, "instance_name": "rds-prod-app"}
    some_events([a_draft(at=at + timedelta(seconds=n), **same) for n in range(4)], correlated=False)  # type: ignore[arg-type]
    correlate_batch(now=NOW)
    words = operator.get(address("", incident)).content.decode()
    assert "rds-prod-app" in words
    assert words.index("Opened") < words.index("Repeated: 4 times")


def test_the_page_tells_what_policies_said_too_and_by_which_message(operator: Client) -> None:
    resource = "acs:kms:cn-hangzhou:1000000000000001:secret/rds"
    incident = an_incident(resource=resource)
    a_policy(a_configuration(a_group("li@example.com"), steps=[(1, a_group("wu@example.com"))]), name="night watch")
    run(NOW + timedelta(seconds=1))
    run(NOW + timedelta(minutes=2))
    words = operator.get(address("", incident)).content.decode()
    assert words.index("l•••@example.com · night watch – First message") < words.index(
        "w•••@example.com · night watch – Escalation"
    )


def test_acknowledging_stops_messages_and_says_how_many(operator: Client) -> None:
    incident = an_incident()
    Notification.objects.create(
        account=incident.account, channel="email", recipient="Ann", address="{}", destination="d", masked="a•••",
        state="PENDING", incident_id=incident.pk, created_at=NOW, due_at=NOW,
    )  # fmt: skip
    assert b"selected>4 hours" in operator.get(address("_acknowledge", incident)).content.replace(b'value="240" ', b"")
    answer = operator.post(address("_acknowledge", incident), {"version": 1, "minutes": 60}, follow=True)
    assert "1 message is not sent any more." in answer.content.decode()
    incident.refresh_from_db()
    assert (incident.acknowledged_by, Notification.objects.get().state) == ("ann", "STOPPED")
    assert AuditEntry.objects.get(verb="incident.acknowledge").actor == "ann"
    assert "Withdraw acknowledgement" in answer.content.decode()


def test_each_verb_changes_the_incident_and_stands_in_its_timeline(operator: Client) -> None:
    incident = an_incident()
    bob = a_user("bob", role=Role.VIEWER)
    for action, data in (
        ("_acknowledge", {"minutes": 60}), ("_unacknowledge", {}), ("_assign", {"assignee": bob.pk}),
        ("_note", {"text": "The DBA knows."}), ("_snooze", {"minutes": 15}), ("_close", {"text": "replaced"}),
    ):  # fmt: skip
        answer = act(operator, action, incident, **data)
        assert answer.status_code == 302, (action, answer.content.decode())
    incident.refresh_from_db()
    assert (incident.state, incident.closed_by, incident.assignee, incident.recovery) == ("CLOSED", "ann", bob, "")
    kinds = list(incident.entries.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["OPENED", "ACKED", "UNACKED", "ASSIGNED", "NOTED", "SNOOZED", "CLOSED"]
    words = operator.get(address("", incident)).content.decode()
    assert "The DBA knows." in words
    assert "replaced" in words


def test_who_comes_second_keeps_what_was_typed_and_reads_why(operator: Client) -> None:
    incident = an_incident()
    act(operator, "_note", incident, text="first")
    answer = operator.post(address("_note", incident), {"version": 1, "text": "second"})
    assert answer.status_code == 422
    assert "Somebody changed the incident" in answer.content.decode()
    assert "second" in answer.content.decode()


def test_marked_incidents_are_acknowledged_together(operator: Client) -> None:
    marked, other = [an_incident(), an_incident()], an_incident()
    data = {"incident": [each.pk for each in marked]}
    answer = operator.post(LIST + "acknowledge/", data, follow=True)
    assert "2 incidents acknowledged." in answer.content.decode()
    taken = Incident.objects.filter(acknowledged_until__isnull=False)
    assert set(taken) == set(marked)
    assert other not in taken


def test_looking_changes_nothing_and_a_viewer_only_looks() -> None:
    incident = an_incident()
    viewer = Client()
    viewer.force_login(a_user(role=Role.VIEWER))
    words = viewer.get(address("", incident)).content.decode()
    assert "Acknowledge" not in words.split("<main", 1)[1]
    assert viewer.post(address("_close", incident), {}).status_code == 403
    stranger = Client()
    stranger.force_login(a_user(role=Role.ADMINISTRATOR, account=an_account(OTHER_UID)))
    assert stranger.get(address("", incident)).status_code == 404


def test_an_event_names_its_incident(operator: Client) -> None:
    incident = an_incident()
    page = operator.get(reverse("cloudmonitor:system_event", args=[incident.first_event_id]))
    assert address("", incident) in page.content.decode()
