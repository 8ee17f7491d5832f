"""Export and import of alert rules in the console: who may, what is shown first, no secret unasked."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from alerts.notifications.models import Notification
from alerts.rules.models import AlertRule
from tests.builders import a_rule
from tests.cloudmonitor.people import sent, signed_in, words_of
from tests.cloudmonitor.test_alert_rules import HOOK

pytestmark = pytest.mark.django_db

EXPORT, IMPORT = (reverse(f"cloudmonitor:alert_rules_{name}") for name in ("export", "import"))


def test_secrets_leave_only_for_an_administrator_who_asks_and_that_is_written_down() -> None:
    a_rule(name="hooked", url=HOOK)
    for role in (Role.OPERATOR, Role.ADMINISTRATOR):
        answer = signed_in(role).get(EXPORT)
        assert (b"hooked" in answer.content, b"canary" in answer.content) == (True, False)
    assert signed_in(Role.VIEWER).get(EXPORT).status_code == 403
    assert signed_in(Role.OPERATOR).get(EXPORT, {"secrets": "1"}).status_code == 403
    assert not AuditEntry.objects.exists()
    assert b"canary" in signed_in(Role.ADMINISTRATOR).get(EXPORT, {"secrets": "1"}).content
    assert AuditEntry.objects.get().verb == "alert_rule.export_secrets"


def test_an_import_says_what_it_would_change_and_does_it_after_ok() -> None:
    text = ("contacts:\n- {name: Bob, email: bob@example.com}\ncontact_groups:\n- {name: g, contacts: [Bob]}\n"
            "rules:\n- {name: imported, groups: [{group: g}]}\n")  # fmt: skip
    client = signed_in()
    file = SimpleUploadedFile("rules.yaml", text.encode())
    asked = BeautifulSoup(sent(client, IMPORT, {"file": file}, expect=200).content, "html.parser")
    assert "imported" in asked.get_text()
    assert not AlertRule.objects.exists()
    typed, plan = asked.select_one("textarea[name=text]"), asked.select_one("input[name=plan]")
    assert typed is not None
    assert plan is not None
    again = {"text": typed.text.lstrip("\n"), "plan": plan["value"]}
    sent(client, IMPORT, again, expect=302)
    assert AlertRule.objects.get().name == "imported"
    assert Notification.objects.get().purpose == "CONFIRMATION"
    assert AuditEntry.objects.get().subject == "Bob, g, imported"
    assert "changes nothing" in words_of(sent(client, IMPORT, {"text": text}, expect=200))
    stale = words_of(sent(client, IMPORT, again, expect=422))
    assert "Somebody changed something meanwhile" in stale


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file"),
        ({"text": "rules: 5"}, "Line 1: A list is wanted here."),
        ({"text": "rules:\n- name: x\n"}, "Line 2: Alert rule “x”"),
        ({"file": SimpleUploadedFile("a.yaml", b"\xff\xfe")}, "not UTF-8: byte 1"),
        ({"file": SimpleUploadedFile("a.yaml", b"#" * 1_000_001)}, "larger than"),
    ],
)
def test_a_mistake_in_a_file_is_said(fields: dict[str, object], said: str) -> None:
    assert said in words_of(sent(signed_in(), IMPORT, fields, expect=422))


def test_a_viewer_imports_nothing() -> None:
    sent(signed_in(Role.VIEWER), IMPORT, {"text": "rules:"}, expect=403)
