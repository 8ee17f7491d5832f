"""Alerts › Silences: written, previewed while typed, ended, extended, copied and looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import Decision
from alerts.notifications.silence_ends import tell_ends
from alerts.silences.models import Silence
from tests.builders import NOW, OTHER_UID, a_rule, an_account, an_event, an_incident
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of
from tests.silences.quiet import HOUR, a_silence

pytestmark = pytest.mark.django_db

LIST, CREATE = reverse("cloudmonitor:silences"), reverse("cloudmonitor:silence_create")
PREVIEW = reverse("cloudmonitor:silence_preview")
HTMX = {"HX-Request": "true"}


def local(hours: float) -> str:
    """Return a moment so many hours from now, as the browser's own control sends it (in UTC)."""
    return f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}"


def once(**fields: Any) -> dict[str, Any]:
    return {"name": "rotation of rds-prod", "reason": "Change 4711", "recurs": "once", "ends_at": local(2), **fields}


def again(**fields: Any) -> dict[str, Any]:
    usual = {"rule": "FREQ=MONTHLY;BYDAY=3TU", "begins": "22:00", "lasts": "4:30", "time_zone": "Europe/Berlin"}
    return {"name": "patch day", "reason": "Patches", "recurs": "again", **usual, **fields}


def previewed(**fields: Any) -> str:
    answer = signed_in().post(PREVIEW, fields, headers=HTMX)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_silence_holds_once_the_page_answers_and_stands_in_the_audit_trail() -> None:
    client = signed_in()
    answer = sent(client, CREATE, once(names=["Secret:RotateSecret:Failure"], resources="*:secret/rds-*"), expect=302)
    silence = Silence.objects.get()
    assert answer.url == reverse("cloudmonitor:silence", args=[silence.pk])
    assert (silence.names, silence.resources) == (["Secret:RotateSecret:Failure"], ["*:secret/rds-*"])
    assert silence.ends_at == NOW + 2 * HOUR
    assert AuditEntry.objects.get(verb="silence.create").subject == "rotation of rds-prod"
    a_rule()
    event = an_event(resource="acs:kms:r:u:secret/rds-1", at=silence.starts_at)
    dispatch_batch(now=NOW)
    assert Decision.objects.get(event_id=event.id).silence_id == silence.pk


def test_a_recurring_one_is_kept_with_its_zone_and_its_wall_time() -> None:
    sent(signed_in(), CREATE, again(first_on="2027-03-01"), expect=302)
    silence = Silence.objects.get()
    assert (silence.rule, silence.lasts_for, silence.time_zone) == (
        "FREQ=MONTHLY;BYDAY=3TU", timedelta(hours=4, minutes=30), "Europe/Berlin",
    )  # fmt: skip
    assert silence.starts_at.isoformat() == "2027-03-01T21:00:00+00:00"
    assert silence.ends_at is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (once(reason=""), "This field is required"),
        (once(ends_at=""), "A silence needs an end"),
        (once(ends_at=local(-1)), "after the start"),
        (once(ends_at=local(24 * 400)), "a year at most"),
        (once(resources="nonsense"), "neither a resource"),
        (once(sql_filter="level ="), "Column"),
        (again(rule="FREQ=HOURLY"), "FREQ=HOURLY"),
        (again(rule="FREQ=WEEKLY;BYDAY=XX"), "BYDAY=XX"),
        (again(rule="FREQ=DAILY;COUNT=3"), "fields of their own"),
        (again(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "never comes"),
        (again(rule="FREQ=DAILY", lasts="25:00"), "overlap"),
        (again(lasts="a while"), "duration such as"),
        (again(lasts="200h"), "seven days"),
        (again(begins=""), "time of day"),
        (again(rule=""), "how it recurs"),
        (again(begins="02:30", first_on="2027-03-28"), "leave this time out"),
        (again(rule="FREQ=YEARLY;BYDAY=53MO;BYMONTH=2;BYMONTHDAY=29;INTERVAL=366"), "“BYDAY=53MO” never comes"),
        (again(first_on="9999-12-31", begins="23:59", time_zone="America/New_York"), "years from 1970 to 2100"),
        (again(first_on="0001-01-01", begins="00:00", time_zone="Asia/Shanghai"), "years from 1970 to 2100"),
        (again(ends_at="9999-12-31T23:59:00-05:00"), "years from 1970 to 2100"),
        (once(starts_at="0001-01-01T00:00:00+05:00"), "years from 1970 to 2100"),
        (once(starts_at="9999-12-30T00:00", ends_at="9999-12-31T23:59"), "years from 1970 to 2100"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_stored(fields: dict[str, Any], sentence: str) -> None:
    answer = sent(signed_in(), CREATE, fields, expect=422)
    assert sentence in words_of(answer)
    assert not Silence.objects.exists()


def test_while_typing_it_says_what_it_would_hide() -> None:
    a_rule()
    an_event("Secret:RotateSecret:Failure", resource="r", at=NOW - timedelta(days=1))
    an_event("Secret:RotateSecret:Failure", resource="r", at=NOW - timedelta(days=8))
    an_event("Key:DeleteKey:Success", at=NOW - timedelta(days=1))
    dispatch_batch(now=NOW)
    said = previewed(name="", recurs="once", names=["Secret:RotateSecret:Failure"])
    assert '<dd class="stat-value">1</dd>' in said
    assert "It covers critical events" in said
    assert "Managed secret rotation failed" in said
    assert "A silence needs an end" in said


def test_while_typing_it_hides_nothing_now_when_no_window_is_open() -> None:
    name = an_incident("Secret:RotateSecret:Failure").event_name
    lasting = "incident that lasts in one"
    assert lasting not in previewed(**once(names=[name]))
    later = {"rule": "FREQ=DAILY", "first_on": f"{NOW + timedelta(days=5):%Y-%m-%d}"}
    for fields in (once(names=[name], starts_at=local(1)), again(names=[name], **later)):
        said = previewed(**fields)
        assert "Incidents that it would hide in a window" in said
        assert f"no window is open; 1 {lasting}" in said


def test_while_typing_it_shows_the_next_five_windows_and_what_changes_of_clocks_do() -> None:
    said = previewed(**again(rule="FREQ=DAILY", begins="02:15", lasts="0:30"))
    assert said.count("02:15 –") == 5
    assert "lies in the hour that is left out" in said
    assert "1 h longer" in said
    assert "do not change" in previewed(**again(time_zone="Asia/Shanghai"))


def test_without_scripts_the_preview_comes_back_with_the_form() -> None:
    answer = signed_in().post(PREVIEW, once(names=["Key:DeleteKey:Success"]))
    assert answer.status_code == 200
    said = words_of(answer)
    assert "Would have hidden in 7 days" in said
    assert "is not right" not in said
    assert not Silence.objects.exists()


def test_an_event_leads_to_a_silence_of_its_kind_and_resource() -> None:
    page = page_of(
        signed_in(), CREATE, name="Secret:RotateSecret:Failure", resource="acs:kms:cn-hangzhou:1:secret/rds-1"
    )
    assert page.select_one("#id_silence_name")["value"] == "Managed secret rotation failed · rds-1"  # type: ignore[index]
    assert page.select_one("#id_silence_resources").text.strip() == "acs:kms:cn-hangzhou:1:secret/rds-1"  # type: ignore[union-attr]
    chosen = [box["value"] for box in page.select("input[name=names][checked]")]
    assert chosen == ["Secret:RotateSecret:Failure"]


@pytest.mark.parametrize("asked", ["?name=%00&resource=%00", "?name=Key:DeleteKey:Success&resource=a/%00"])
def test_an_address_that_no_name_can_be_made_of_gives_the_form_without_one(asked: str) -> None:
    answer = signed_in().get(CREATE + asked)
    assert answer.status_code == 200
    assert 'id="id_silence_name"' in answer.content.decode()


def test_what_no_database_keeps_is_no_silence_either() -> None:
    for name in ("name", "reason", "resources", "keywords", "sql_filter", "resource_group", "names"):
        fields = once(**{name: "\0"})
        sent(signed_in(), CREATE, fields, expect=422)
        previewed(**fields)


def test_the_list_says_what_each_does_now_and_what_it_hid() -> None:
    a_rule()
    a_silence(name="active")
    a_silence(name="coming", starts_at=NOW + 10 * HOUR)
    a_silence(name="over", starts_at=NOW - 3 * HOUR, now=NOW - 3 * HOUR)
    a_silence(name="foreign", account=an_account(OTHER_UID))
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    page = page_of(signed_in(Role.VIEWER), LIST)
    rows = {row.select_one("a").text: row.get_text(" ", strip=True) for row in page.select("#results tbody tr")}  # type: ignore[union-attr]
    assert list(rows) == ["over", "coming", "active"]
    assert ("Ended" in rows["over"], "Coming" in rows["coming"], "Active" in rows["active"]) == (True, True, True)
    assert "1" in rows["active"]
    assert not page.find("a", string="Modify")
    found = page_of(signed_in(), LIST, state="coming").select("#results tbody tr")
    assert ["coming" in row.text for row in found] == [True]
    exported = signed_in().get(LIST, {"format": "json"}).json()["silences"]
    assert [each["Hidden"] for each in exported] == [0, 0, 1]


def test_its_page_shows_what_its_window_hid() -> None:
    a_rule()
    silence = a_silence(reason="Change 4711")
    an_event(at=NOW)
    dispatch_batch(now=NOW)
    tell_ends(now=NOW + 2 * HOUR)
    said = words_of(signed_in(Role.VIEWER).get(reverse("cloudmonitor:silence", args=[silence.pk])))
    assert "Change 4711" in said
    assert "1 event hidden" in said
    assert "Secret:RotateSecret:Failure 1" in said


def test_it_is_modified_ended_extended_copied_and_deleted() -> None:
    client, silence = signed_in(), a_silence(name="maintenance", ends_at=NOW + 5 * HOUR)
    page = page_of(client, reverse("cloudmonitor:silence_modify", args=[silence.pk]))
    assert page.select_one("#id_silence_name")["value"] == "maintenance"  # type: ignore[index]
    fields = once(name="maintenance", opened="1", starts_at=local(0), ends_at=local(4))
    sent(client, reverse("cloudmonitor:silence_modify", args=[silence.pk]), fields, expect=302)
    sent(client, reverse("cloudmonitor:silence_extend", args=[silence.pk]), {"length": "60"}, expect=302)
    silence.refresh_from_db()
    assert silence.ends_at == NOW + 5 * HOUR
    copy = page_of(client, CREATE, copy=str(silence.pk))
    assert copy.select_one("#id_silence_name")["value"] == "maintenance copy"  # type: ignore[index]
    sent(client, reverse("cloudmonitor:silence_end", args=[silence.pk]), {}, expect=302)
    sent(client, reverse("cloudmonitor:silence_end", args=[silence.pk]), {}, expect=422)
    sent(client, reverse("cloudmonitor:silence_delete", args=[silence.pk]), {}, expect=302)
    assert not Silence.objects.exists()
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["silence.modify", "silence.extend", "silence.end", "silence.delete"]


def test_the_event_page_says_which_silence_kept_it_quiet() -> None:
    a_rule()
    silence = a_silence(name="maintenance")
    event = an_event(at=NOW)
    dispatch_batch(now=NOW)
    page = page_of(signed_in(), reverse("cloudmonitor:system_event", args=[event.id]))
    link = page.find("a", href=reverse("cloudmonitor:silence", args=[silence.pk]))
    assert link is not None
    assert "maintenance" in link.get_text()
    assert page.find("a", string="Silence this") is not None
    why = page_of(signed_in(), reverse("cloudmonitor:event_explained", args=[event.id]))
    row = why.select_one("tbody tr")
    assert row is not None
    assert "a silence hid it" in row.get_text()
    assert row.find("a", href=reverse("cloudmonitor:silence", args=[silence.pk])) is not None


def test_the_home_page_names_what_ends_soon_is_old_or_covers_critical_events() -> None:
    a_silence(name="soon", levels=["INFO"], lasts=HOUR)
    a_silence(name="old", levels=["INFO"], rule="FREQ=DAILY", lasts=HOUR, now=NOW - timedelta(days=40))
    a_silence(name="broad", lasts=timedelta(days=10))
    a_silence(name="harmless", levels=["INFO"], lasts=timedelta(days=10))
    a_silence(name="finished", now=NOW - 3 * HOUR, starts_at=NOW - 3 * HOUR)
    said = words_of(signed_in(Role.VIEWER).get("/"))
    assert [name in said for name in ("soon", "old", "broad", "harmless", "finished")] == [
        True,
        True,
        True,
        False,
        False,
    ]
