"""Administration › Access Keys, `manage.py accesskey` and the key of the environment: a secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from alerts.accounts.models import AccessKey, AuditEntry, Role
from alerts.setup.first_run import make_first_account
from tests.builders import NOW, UID, an_account
from tests.cloudmonitor.people import a_stranger, sent, signed_in, words_of
from tests.openapi.signing import Program, an_access_key

pytestmark = pytest.mark.django_db
LIST, CREATE = reverse("accounts:access_keys"), reverse("accounts:access_key_create")
AUDIT = reverse("accounts:audit")
TYPED = {"name": "Terraform", "role": "operator", "region": "cn-beijing"}


def page_of(name: str, key: AccessKey) -> str:
    return reverse(f"accounts:access_key_{name}", args=[key.pk])


def test_a_secret_is_shown_once_and_signs() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    answer = sent(client, CREATE, {**TYPED, "actions": "cms:Describe*", "networks": "127.0.0.1"}, expect=200)
    assert answer["Cache-Control"] == "no-store"
    key_id, secret, *_more = [
        code.get_text() for code in BeautifulSoup(answer.content, "html.parser").select("main code")
    ]
    assert Program(key_id, secret).call("DescribeEventRuleList").status_code == 200
    key = AccessKey.objects.get()
    assert (key.key_id, key.region, key.networks) == (key_id, "cn-beijing", ["127.0.0.1/32"])
    for path in (LIST, f"{LIST}?format=csv", f"{LIST}?format=json", AUDIT, page_of("modify", key)):
        assert secret not in client.get(path).getvalue().decode()
    assert f"access_key.create {key_id}" in words_of(client.get(AUDIT))
    assert "Terraform" in words_of(client.get(LIST))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"role": "king"},
        {"actions": "rm -rf"},
        {"networks": "everywhere"},
        {"region": "Mars!"},
        {"expires_at": "2001-01-01T00:00"},
        {"networks": "\n".join(f"10.0.{number}.0/24" for number in range(51))},
    ],
)
def test_a_key_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    sent(signed_in(Role.ADMINISTRATOR), CREATE, {**TYPED, **wrong}, expect=422)
    assert not AccessKey.objects.exists()


def test_a_key_is_changed_disabled_enabled_rotated_and_deleted() -> None:
    client, (key, secret) = signed_in(Role.ADMINISTRATOR), an_access_key(role="viewer")
    sent(
        client, page_of("modify", key), {**TYPED, "expires_at": f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M}"}, expect=302
    )
    key.refresh_from_db()
    assert (key.name, key.role, key.secret) == ("Terraform", "operator", secret)
    assert key.expires_at
    sent(client, page_of("disable", key), {}, expect=302)
    assert "Disabled" in words_of(client.get(LIST))
    sent(client, page_of("enable", key), {}, expect=302)
    assert "Active" in words_of(client.get(LIST))
    answer = sent(client, page_of("rotate", key), {}, expect=200)
    key.refresh_from_db()
    assert key.secret != secret
    assert key.secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    sent(client, page_of("delete", key), {}, expect=302)
    assert not AccessKey.objects.exists()
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs == {f"access_key.{verb}" for verb in ("modify", "disable", "enable", "rotate", "delete")}


def test_a_key_of_another_account_is_as_if_it_did_not_exist() -> None:
    key, _secret = an_access_key(account=an_account(), name="ours")
    stranger = a_stranger()
    sent(stranger, page_of("rotate", key), {}, expect=404)
    assert "ours" not in words_of(stranger.get(LIST))


def command(*words: str) -> str:
    out = StringIO()
    call_command("accesskey", *words, stdout=out)
    return out.getvalue()


def test_the_command_makes_lists_and_changes_keys() -> None:
    an_account()
    made = command(
        "create", "--name", "script", "--role", "operator", "--action", "kms:*", "--expires", "2099-01-01T00:00Z"
    )
    key_id, _colon, secret = made.strip().partition(":")
    key = AccessKey.objects.get()
    assert (key.key_id, key.secret, key.actions, key.role) == (key_id, secret, ["kms:*"], "operator")
    assert "active\tnever\tscript" in command("list")
    command("disable", key_id)
    assert "disabled" in command("list")
    command("enable", key_id)
    assert command("rotate", key_id).strip() != made.strip()
    assert secret not in command("list")
    command("delete", key_id)
    assert command("list") == ""
    with pytest.raises(CommandError, match="no access key"):
        command("disable", key_id)
    with pytest.raises(CommandError, match="region"):
        command("create", "--name", "script", "--region", "?")
    assert AuditEntry.objects.filter(actor="manage.py accesskey").count() == 5


def prepared(access_key: str) -> None:
    make_first_account(
        uid=UID, user_name="root", password="correct horse", token="", access_key=access_key, now=timezone.now()
    )


def test_the_key_of_the_environment_is_made_once_and_takes_a_new_secret() -> None:
    prepared("LTAIadmin:first-secret")
    prepared("LTAIadmin:first-secret")
    assert Program("LTAIadmin", "first-secret").call("DescribeEventRuleList").status_code == 200
    prepared("LTAIadmin:second:secret")
    prepared("")
    key = AccessKey.objects.get()
    assert (key.secret, key.role) == ("second:secret", Role.ADMINISTRATOR)
