"""One's own settings, and which account one looks at."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import Member, Role, User
from tests.builders import OTHER_UID, UID, a_token, an_account
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

SETTINGS = reverse("accounts:settings")
SWITCH = reverse("accounts:switch")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_chooses_the_zone_in_which_times_are_shown(role: Role) -> None:
    client = signed_in(role)
    sent(client, SETTINGS, {"time_zone": "Asia/Kolkata"}, expect=302)
    assert User.objects.get().time_zone == "Asia/Kolkata"
    assert "Times are shown in Asia/Kolkata" in page_of(client, SETTINGS).get_text()


def test_a_zone_that_does_not_exist_is_refused() -> None:
    client = signed_in(Role.VIEWER)
    sent(client, SETTINGS, {"time_zone": "Mars/Olympus"}, expect=422)
    assert User.objects.get().time_zone == "UTC"


def test_the_settings_lead_to_password_and_two_factor_sign_in() -> None:
    page = page_of(signed_in(Role.VIEWER), SETTINGS)
    assert page.find("a", href=reverse("account_change_password"))
    assert page.find("a", href=reverse("mfa_index"))


def test_a_program_has_no_settings() -> None:
    answer = Client().get(SETTINGS, headers={"Authorization": f"Bearer {a_token()}"})
    assert answer.status_code == 403


def test_a_member_of_two_accounts_looks_at_one_at_a_time() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    Member.objects.create(user=User.objects.get(), account=an_account(OTHER_UID), role=Role.VIEWER)
    assert UID in words_of(client.get("/"))
    sent(client, SWITCH, {"account": OTHER_UID, "next": "/"}, expect=302)
    assert OTHER_UID in words_of(client.get("/"))
    assert client.get(reverse("accounts:administration")).status_code == 403


def test_nobody_switches_to_an_account_of_others_or_to_another_site() -> None:
    an_account(OTHER_UID)
    client = signed_in(Role.ADMINISTRATOR)
    sent(client, SWITCH, {"account": OTHER_UID}, expect=404)
    sent(client, SWITCH, {"account": "\0"}, expect=404)
    assert sent(client, SWITCH, {"account": UID, "next": "https://evil.example.com/"}, expect=302)["Location"] == "/"
