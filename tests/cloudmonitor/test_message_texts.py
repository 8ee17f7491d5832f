"""Alerts › Message Texts: edited, checked, previewed on a past event, and given up again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.notifications.models import MessageTemplate
from tests.builders import NOW, OTHER_UID, an_account, an_event
from tests.cloudmonitor.people import page_of, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:message_texts")
MAIL = reverse("cloudmonitor:message_text", args=["email", "en"])


def test_every_kind_stands_in_every_language_and_says_whether_it_is_the_default() -> None:
    client = signed_in(Role.OPERATOR)
    sent(client, MAIL, {"subject": "", "body": "{{ name }}"}, expect=302)
    rows = [row.get_text(" ", strip=True) for row in page_of(client, LIST).select("tbody tr")]
    assert len(rows) == 6
    assert [("Your own" in row) for row in rows] == [True] + [False] * 5
    assert "中文" in rows[1]


def test_an_own_text_is_stored_and_audited() -> None:
    client = signed_in(Role.OPERATOR)
    sent(client, MAIL, {"subject": "{{ level }}!", "body": "{{ name }}\r\n{{ url }}"}, expect=302)
    stored = MessageTemplate.objects.get()
    assert (stored.subject, stored.body, stored.channel, stored.language) == (
        "{{ level }}!", "{{ name }}\n{{ url }}", "email", "en",
    )  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject) == ("message_text.modify", "email en")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": "", "body": ""}, "This field is required."),
        ({"subject": "", "body": "a\n{{ nothing }}"}, "Line 2: "),
        ({"subject": "{% if x", "body": "fine"}, "Line 1: "),
        ({"subject": "", "body": "{% include 'secrets' %}"}, "Line 1: "),
    ],
)
def test_a_mistake_stands_at_its_field_and_nothing_typed_is_lost(typed: dict[str, str], said: str) -> None:
    page = words_of(sent(signed_in(Role.OPERATOR), MAIL, typed, expect=422))
    assert said in page
    if typed["body"]:
        assert typed["body"].split("\n")[-1] in page
    assert not MessageTemplate.objects.exists()


def test_the_preview_speaks_of_the_newest_event_or_of_the_chosen_one() -> None:
    first = an_event(instance_name="first-one", at=NOW - timedelta(hours=1))
    an_event(instance_name="newest-one")
    foreign = an_event(instance_name="foreign-one", account=an_account(OTHER_UID))
    client = signed_in(Role.OPERATOR)
    assert "newest-one" in words_of(client.get(MAIL))
    typed = {"subject": "", "body": "about {{ name }}", "preview": "1"}
    assert "about newest-one" in words_of(client.post(MAIL, typed))
    fragment = client.post(MAIL, typed | {"event": str(first.pk)}, headers={"HX-Request": "true"})
    assert "about first-one" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "about newest-one" in words_of(client.post(MAIL, typed | {"event": str(foreign.pk)}))
    assert "about newest-one" in words_of(client.post(MAIL, typed | {"event": "nonsense"}))
    assert not MessageTemplate.objects.exists()


def test_a_preview_of_a_broken_text_says_what_would_be_sent_instead() -> None:
    page = words_of(signed_in(Role.OPERATOR).post(MAIL, {"subject": "", "body": "{{ x }}", "preview": "1"}))
    assert "There is no event yet" in page
    assert "Text: Line 1: " in page
    assert "The alert rule and the recipient in it are examples." in page
    assert "Managed secret rotation failed" in page


def test_the_default_comes_back() -> None:
    client = signed_in(Role.OPERATOR)
    sent(client, MAIL, {"subject": "", "body": "mine"}, expect=302)
    sent(client, MAIL, {"default": "1"}, expect=302)
    assert not MessageTemplate.objects.exists()
    assert AuditEntry.objects.filter(verb="message_text.reset").exists()


def test_a_viewer_looks_and_a_text_that_is_none_is_not_found() -> None:
    client = signed_in(Role.VIEWER)
    page = page_of(client, MAIL)
    assert "Save" not in [button.get_text(strip=True) for button in page.select("button")]
    assert client.post(MAIL, {"subject": "", "body": "x"}).status_code == 403
    assert client.get(reverse("cloudmonitor:message_text", args=["fax", "en"])).status_code == 404
    assert client.get(reverse("cloudmonitor:message_text", args=["email", "la"])).status_code == 404
