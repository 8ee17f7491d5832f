"""Administration › API Tokens and the audit trail: a token is shown once, opens what it says, and ends when revoked."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from alerts.accounts.models import ApiToken, AuditEntry, Role, Scope
from alerts.accounts.tokens import find_token
from tests.builders import NOW, a_token, an_account
from tests.cloudmonitor.people import a_stranger, sent, signed_in, words_of

pytestmark = pytest.mark.django_db

LIST = reverse("accounts:tokens")
CREATE = reverse("accounts:token_create")
AUDIT = reverse("accounts:audit")


def test_a_token_is_shown_once_and_opens_what_was_chosen() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    answer = sent(client, CREATE, {"name": "event bridge", "scopes": ["ingest"]}, expect=200)
    assert answer["Cache-Control"] == "no-store"
    codes = [code.get_text() for code in BeautifulSoup(answer.content, "html.parser").select("main code")]
    text = codes[0]
    assert find_token(text, scope=Scope.INGEST, now=NOW)
    assert not find_token(text, scope=Scope.READ, now=NOW)
    assert any(code.endswith(f"/ingest/cloudmonitor/{text}") for code in codes)
    for path in (LIST, f"{LIST}?format=csv", AUDIT, f"{AUDIT}?format=json", "/"):
        assert text not in client.get(path).getvalue().decode()
    assert "event bridge" in words_of(client.get(LIST))
    assert "token.create event bridge" in words_of(client.get(AUDIT))


def test_a_token_needs_a_name_and_a_scope() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    answer = sent(client, CREATE, {"name": "event bridge"}, expect=422)
    assert 'value="event bridge"' in answer.content.decode()
    sent(client, CREATE, {"scopes": ["read"]}, expect=422)
    sent(client, CREATE, {"name": "x", "scopes": ["everything"]}, expect=422)
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing() -> None:
    text = a_token()
    token = ApiToken.objects.get()
    client = signed_in(Role.ADMINISTRATOR)
    sent(client, reverse("accounts:token_revoke", args=[token.pk]), {}, expect=302)
    assert Client().get("/", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert "Revoked" in words_of(client.get(LIST))


def test_a_token_of_another_account_is_as_if_it_did_not_exist() -> None:
    a_token(account=an_account())
    token = ApiToken.objects.get()
    client = a_stranger()
    sent(client, reverse("accounts:token_revoke", args=[token.pk]), {}, expect=404)
    assert token.name not in words_of(client.get(LIST))
    assert ApiToken.objects.get().revoked_at is None


def test_the_audit_trail_is_searched_and_keeps_to_the_account() -> None:
    for actor, verb in (("ann", "contact.create"), ("bob", "member.add")):
        AuditEntry.objects.create(account=an_account(), actor=actor, verb=verb, subject="Li.Na", at=NOW)
    client = signed_in(Role.ADMINISTRATOR)
    words = words_of(client.get(AUDIT, {"actor": "an"}))
    assert "contact.create" in words
    assert "member.add" not in words
    assert "member.add" in words_of(client.get(AUDIT, {"text": "member"}))
    assert "Li.Na" not in words_of(a_stranger().get(AUDIT))
