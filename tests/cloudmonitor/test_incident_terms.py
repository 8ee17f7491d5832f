"""Event Center › Incidents › Settings: the terms of an account's incidents; and the ways between them and resources."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.incidents.models import Incident, IncidentTerms
from alerts.incidents.verbs import terms_of
from alerts.kms.addresses import address_of
from alerts.ui.resource_links import resource_url
from tests.builders import (
    NOW,
    a_client_key,
    a_key,
    a_secret,
    an_access_point,
    an_account,
    an_arn,
    an_incident,
    an_instance,
)
from tests.cloudmonitor.people import a_stranger, page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

SETTINGS = reverse("cloudmonitor:incidents_settings")


def typed(**fields: Any) -> dict[str, Any]:
    """Return the form as it stands at first, with these fields changed."""
    usual = {
        "critical_acknowledged_for_0": 4, "critical_acknowledged_for_1": 3600, "acknowledged_for_0": 1,
        "acknowledged_for_1": 86400, "reopens_within_0": 1, "reopens_within_1": 86400, "flaps_after": 3,
        "flaps_within_0": 1, "flaps_within_1": 3600, "calm_for_0": 30, "calm_for_1": 60,
    }  # fmt: skip
    return usual | fields


def test_the_settings_of_incidents_are_found_from_their_list_and_hold_for_the_account_alone() -> None:
    client = signed_in()
    assert page_of(client, reverse("cloudmonitor:incidents")).select_one(f'a[href="{SETTINGS}"]')
    assert "4" in str(page_of(client, SETTINGS).select_one('[name="critical_acknowledged_for_0"]'))
    wanted = typed(critical_acknowledged_for_0=30, critical_acknowledged_for_1=60, flaps_after=5)
    said = words_of(client.post(SETTINGS, wanted, follow=True))
    assert said
    terms = terms_of(an_account())
    assert (terms.critical_acknowledged_for, terms.flaps_after, terms.acknowledged_for) == (1800, 5, 86400)
    entry = AuditEntry.objects.get(verb="incidents.settings")
    assert entry.subject == "critical_acknowledged_for 14400 → 1800, flaps_after 3 → 5"
    assert "30" in str(page_of(client, SETTINGS).select_one('[name="critical_acknowledged_for_0"]'))
    assert "4" in str(page_of(a_stranger(), SETTINGS).select_one('[name="critical_acknowledged_for_0"]'))
    assert IncidentTerms.objects.count() == 1


def test_settings_that_say_the_same_change_nothing() -> None:
    client = signed_in()
    sent(client, SETTINGS, typed(acknowledged_for_0=24, acknowledged_for_1=3600), expect=302)
    assert not IncidentTerms.objects.exists()
    assert not AuditEntry.objects.filter(verb="incidents.settings").exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"acknowledged_for_0": 8}, "This must be from 5 minutes to 7 days."),
        ({"critical_acknowledged_for_0": 1, "critical_acknowledged_for_1": 60}, "This must be from 5 minutes"),
        ({"calm_for_0": ""}, "Write how long."),
        ({"flaps_within_0": 0}, "This must be from 1 minute to 7 days."),
        ({"flaps_after": 0}, "greater than or equal to 1"),
        ({"flaps_after": 101}, "less than or equal to 100"),
    ],
)
def test_settings_outside_of_their_bounds_are_refused(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in words_of(sent(signed_in(), SETTINGS, typed(**fields), expect=422))
    assert not IncidentTerms.objects.exists()


def test_a_viewer_neither_sees_the_way_to_the_settings_nor_opens_them() -> None:
    client = signed_in(Role.VIEWER)
    assert page_of(client, reverse("cloudmonitor:incidents")).select_one(f'a[href="{SETTINGS}"]') is None
    assert client.post(SETTINGS, typed(flaps_after=9)).status_code == 403
    assert not IncidentTerms.objects.exists()


def test_an_incident_that_is_flapping_is_looked_at_anew_when_the_terms_change() -> None:
    incident = an_incident()
    Incident.objects.update(flapping_since=NOW, due_at=NOW + timedelta(days=900))
    sent(signed_in(), SETTINGS, typed(calm_for_0=5), expect=302)
    incident.refresh_from_db()
    assert incident.due_at is not None
    assert incident.due_at < NOW + timedelta(days=800)


def test_every_kind_of_resource_is_found_by_its_arn() -> None:
    rows = [an_instance(), a_key(), a_secret(name="prod/db/password"), a_client_key(), an_access_point()]
    for row in rows:
        assert resource_url(row.account, row.arn) == address_of(row), row.arn
    gone = a_secret(name="gone", state="Deleted")
    assert resource_url(gone.account, gone.arn) == address_of(gone)


@pytest.mark.parametrize(
    "arn",
    ["", "secret", an_arn("secret", "nowhere"), an_arn("keystore", "prod", uid="1000000000000002"),
     "acs:ecs:cn-hangzhou:1000000000000001:key/k", "acs:kms:cn-hangzhou:1000000000000001:alias/k",
     "acs:kms:cn-hangzhou:1000000000000001:key"],
)  # fmt: skip
def test_what_is_not_known_has_no_page(arn: str) -> None:
    assert resource_url(an_account(), arn) == ""


def test_resource_and_incident_lead_to_each_other_while_it_lasts() -> None:
    key, client = a_key(), signed_in()
    incident = an_incident("Key:ScheduleKeyDeletion:Success", resource=key.arn)
    here, there = reverse("cloudmonitor:incident", args=[incident.pk]), address_of(key)
    assert page_of(client, here).select_one(f'main a[href="{there}"]')
    assert page_of(client, there).select_one(f'main a[href="{here}"]')
    Incident.objects.update(acknowledged_by="zhang", acknowledged_until=NOW + timedelta(days=90_000))
    assert "acknowledged by zhang" in words_of(client.get(there))
    Incident.objects.update(state="CLOSED", closed_at=NOW)
    assert page_of(client, there).select_one(f'main a[href="{here}"]') is None


def test_an_incident_on_something_unknown_has_no_way_to_the_kms_console_but_one_to_a_silence() -> None:
    page = page_of(signed_in(), reverse("cloudmonitor:incident", args=[an_incident().pk]))
    assert page.select_one('main a[href^="/kms/"]') is None
    assert page.select_one(f'main a[href^="{reverse("cloudmonitor:silence_create")}?"]')


def test_incidents_after_a_name_was_given_anew_are_not_those_of_the_old_secret() -> None:
    old, new = a_secret(name="again", state="Deleted"), a_secret(name="again")
    assert old.deleted_at
    incident = an_incident(resource=new.arn, at=old.deleted_at + timedelta(hours=1))
    link = f'main a[href="{reverse("cloudmonitor:incident", args=[incident.pk])}"]'
    client = signed_in()
    assert page_of(client, address_of(new)).select_one(link)
    row = {"row": str(old.pk)}
    assert page_of(client, address_of(old).partition("?")[0], **row).select_one(link) is None
