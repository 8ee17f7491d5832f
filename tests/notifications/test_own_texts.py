"""Texts that an account has changed: what is sent, what happens when they fail, their check and their preview."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.notifications.deliver import deliver_one
from alerts.notifications.dispatch import dispatch_batch
from alerts.notifications.models import MessageTemplate, Notification
from alerts.notifications.own import check, render_preview
from alerts.notifications.texts import KINDS, LANGUAGES, default_source
from tests.builders import NOW, a_contact, a_contact_group, a_rule, an_account, an_event

pytestmark = pytest.mark.django_db


def a_template(body: str, *, subject: str = "", channel: str = "email", language: str = "en") -> MessageTemplate:
    """Return an own text."""
    return MessageTemplate.objects.create(
        account=an_account(), channel=channel, language=language, subject=subject, body=body, changed_at=NOW
    )


def the_message(**contact: Any) -> Notification:
    """Return the mail about a failed rotation, once it went out."""
    a_rule(name="rotation_failed", group=a_contact_group(a_contact("Li.Na", **contact)))
    an_event(instance_name="rds-<b>")
    dispatch_batch(now=NOW)
    assert deliver_one(now=NOW)
    return Notification.objects.get()


def test_an_own_text_is_sent_with_its_own_subject() -> None:
    a_template("{{ name }} of {{ rule }}\n{{ url }}", subject="{{ level }}! {{ name }}")
    row = the_message()
    assert (row.subject, row.note) == ("CRITICAL! rds-<b>", "")
    assert row.text.startswith("rds-<b> of rotation_failed\nhttp")


def test_an_empty_own_subject_is_the_default_one() -> None:
    a_template("{{ name }}")
    assert the_message().subject == "[CRITICAL] Managed secret rotation failed: rds-<b> (cn-hangzhou)"


def test_the_text_of_another_language_or_kind_is_not_used() -> None:
    a_template("other", language="zh-hans")
    a_template("other", channel="robot")
    row = the_message()
    assert "What to do" in row.text
    assert row.note == ""


@pytest.mark.parametrize("body", ["{{ unknown }}", "{% if name == '' %}never{% endif %}", "{{ name | divided_by: 0 }}"])
def test_a_text_that_fails_or_makes_nothing_gives_way_to_the_default_and_is_noted(body: str) -> None:
    a_template(body)
    row = the_message()
    assert row.state == "KEPT"
    assert "What to do" in row.text
    assert row.note.startswith("The account's own text was not used. Text: ")


def test_in_html_what_comes_from_outside_is_text() -> None:
    template = MessageTemplate(channel="email", language="en", body="<i>{{ name }}</i>")
    preview = render_preview(template, an_event(instance_name="rds-<b>"), language="en", zone="UTC")
    assert "&lt;i&gt;rds-&lt;b&gt;&lt;/i&gt;" in preview.html
    assert "<b>" not in preview.html
    assert preview.text == "<i>rds-<b></i>"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_defaults_pass_the_check_and_make_what_is_sent(kind: str, language: str) -> None:
    source = default_source(kind, language)
    assert check(source.subject, source.body) == []
    template = MessageTemplate(channel=kind, language=language, subject=source.subject, body=source.body)
    preview = render_preview(template, an_event(), language=language, zone="Asia/Shanghai")
    assert preview.mistakes == ()
    assert "{{" not in preview.subject + preview.text
    assert bool(preview.html) is (kind == "email")


def test_a_check_names_field_and_line() -> None:
    found = [(each.field, each.line) for each in check("{{ foo }}", "a\n{{ b }}")]
    assert found == [("subject", 1), ("body", 2)]
    assert str(check("", "{% if x")[0]).startswith("Text: line 1: ")


def test_a_preview_speaks_of_a_real_event_in_language_and_zone() -> None:
    template = MessageTemplate(channel="robot", language="zh-hans", body="{{ title }} {{ time }}")
    preview = render_preview(template, an_event(), language="zh-hans", zone="Asia/Shanghai")
    assert preview.text.startswith("托管凭据轮转失败 ")
    assert "Asia/Shanghai (UTC+08:00)" in preview.text
    assert preview.subject.startswith("[CRITICAL] 托管凭据轮转失败：")


def test_a_preview_of_a_broken_text_shows_what_would_be_sent_instead_and_why() -> None:
    template = MessageTemplate(channel="phone", language="en", body="{{ name }}\n{{ foo }}")
    preview = render_preview(template, an_event(), language="auto", zone="UTC")
    assert [(each.field, each.line, each.said) for each in preview.mistakes] == [("body", 2, "'foo' is undefined")]
    assert "CRITICAL - Managed secret rotation failed" in preview.text


def test_an_own_text_of_a_test_is_marked_all_the_same() -> None:
    rule = a_rule()
    template = MessageTemplate(channel="robot", language="en", subject="{{ name }}", body="{{ name }}")
    event = an_event(instance_name="app")
    event.test_of = rule.pk
    preview = render_preview(template, event, language="en", zone="UTC")
    assert preview.subject == "[TEST] app"
    assert preview.text == "This is a test. Nothing has happened to any key, secret or client key.\n\napp"
