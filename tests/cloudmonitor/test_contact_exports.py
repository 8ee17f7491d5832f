"""Alerts › Alert Contacts: what its exports hold, and for whom."""

from __future__ import annotations

import pytest
from django.urls import reverse

from alerts.accounts.models import AuditEntry, Role
from tests.builders import a_contact
from tests.cloudmonitor.people import signed_in

pytestmark = pytest.mark.django_db

LIST = reverse("cloudmonitor:contacts")
SECRET_PATH = "canary-7f3a-path"
LOCAL_PART = "canary.local.part"
HOOK = f"https://hooks.example.com/{SECRET_PATH}?key={SECRET_PATH}"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_an_administrator_exports_addresses_as_they_are(role: Role) -> None:
    a_contact("Li.Na", email=f"{LOCAL_PART}@example.com", webhook=HOOK)
    for kind in ("csv", "json"):
        answer = signed_in(role).get(LIST, {"format": kind, "secrets": "1"})
        assert answer.status_code == 403
        assert LOCAL_PART not in answer.content.decode()
    assert not AuditEntry.objects.exists()


def test_an_administrator_who_asks_gets_the_addresses_and_the_audit_trail_says_so() -> None:
    a_contact("Li.Na", email=f"{LOCAL_PART}@example.com", webhook=HOOK)
    client = signed_in(Role.ADMINISTRATOR)
    assert LOCAL_PART not in client.get(LIST, {"secrets": "1"}).content.decode()
    exported = client.get(LIST, {"format": "json", "secrets": "1"}).json()["contacts"]
    assert exported[0]["Address"]["webhook"]["url"] == HOOK
    assert LOCAL_PART in client.get(LIST, {"format": "csv", "secrets": "1"}).getvalue().decode()
    noted = AuditEntry.objects.order_by("pk").values_list("verb", "subject")
    assert list(noted) == [("contact.export_addresses", "json"), ("contact.export_addresses", "csv")]
