"""Every address of the URL conf, walked as nobody, as each role, and as a member of another account."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from alerts.accounts.access_keys import create_access_key
from alerts.accounts.models import ApiToken, Member, Role
from alerts.estate.models import ClientKey
from alerts.notifications.models import Destination, Notification
from alerts.rules.models import ResourceGroup
from alerts.rules.save import set_state
from tests import builders
from tests.mirrors.cloud import a_source
from tests.silences.quiet import a_silence
from tests.subscriptions.making import a_configuration, a_policy, a_push_channel

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {
    "healthz", "confirm", "ingest:cloudevents", "ingest:cloudmonitor", "account_login", "account_inactive",
}  # fmt: skip
NOT_THERE = {"account_signup", "account_email", "account_set_password"}
FOR_ADMINISTRATORS = {
    "accounts:administration", "accounts:member_add", "accounts:member_modify", "accounts:member_remove",
    "accounts:tokens", "accounts:token_create", "accounts:token_revoke", "accounts:audit",
    "accounts:access_keys", "accounts:access_key_create", "accounts:access_key_modify", "accounts:access_key_rotate",
    "cloudmonitor:source_create", "cloudmonitor:source_modify", "cloudmonitor:source_teller",
    "cloudmonitor:source_delete", "cloudmonitor:source_check", "cloudmonitor:source_read", "cloudmonitor:source_pause",
    "cloudmonitor:source_resume",
    "accounts:access_key_disable", "accounts:access_key_enable", "accounts:access_key_delete",
}  # fmt: skip
ONES_OWN = {"accounts:settings", "accounts:switch"}
# allauth's own pages: their roles are its own business, that nobody reaches them without signing in is ours.
NOT_OURS = ("account_", "mfa_", "socialaccount_")


def every_name(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (view name, names of its arguments) of every address there is."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_name(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", tuple(entry.pattern.converters)


def row_for(name: str, rows: dict[str, Any]) -> Any:
    """Return the row of the thing that a view's name begins with."""
    return next((rows[start] for start in sorted(rows, key=len, reverse=True) if name.startswith(start)), 0)


NAMES = sorted(set(every_name()))
CLOSED = [(name, needed) for name, needed in NAMES if name not in OPEN_TO_ALL]
OURS = [(name, needed) for name, needed in CLOSED if not name.startswith(NOT_OURS)]
WITH_A_ROW = [(name, needed) for name, needed in OURS if set(needed) - {"region", "kind", "language"}]


@pytest.fixture
def addresses() -> Any:
    """Return a function from view name and arguments to the address of a row of the first account."""
    account = builders.an_account()
    instance, key, secret = builders.an_instance(), builders.a_key(), builders.a_secret()
    client_key, replica = builders.a_client_key(), builders.a_replica()
    rule = builders.a_rule()
    event = builders.an_event()
    decision = rule.decisions.create(
        account=account, event_id=event.id, rule_name=rule.name, event_name=event.name, resource=event.resource,
        level=event.level, verdict="TOLD", occurred_at=event.occurred_at, decided_at=event.occurred_at,
    )  # fmt: skip
    contact = builders.a_contact()
    notification = Notification.objects.create(
        account=account, decision=decision, channel="email", contact=contact, recipient=contact.name, address="{}",
        destination="d", masked="a•••@example.com", state="KEPT", created_at=builders.NOW, due_at=builders.NOW,
    )  # fmt: skip
    builders.a_token()
    member = Member.objects.create(user=builders.a_user(role=None), account=account, role=Role.VIEWER)
    set_state(rule, state=rule.State.DISABLED, now=builders.NOW)
    resources = ResourceGroup.objects.create(account=account, name="resources", created_at=builders.NOW)
    policy = a_policy()
    pks = {
        "subscription_policy": policy.pk, "policy_version": policy.versions.latest("pk").pk,
        "push_channel": a_push_channel().pk, "notification_configuration": a_configuration().pk,
        "destination": Destination.objects.create(account=account, destination="d", channel="email", masked="a").pk,
        "rule_version": rule.versions.latest("pk").pk, "resource_group": resources.pk,
        "alert_rule": rule.pk, "contact_group": builders.a_contact_group().pk, "contact": contact.pk,
        "notification": notification.pk, "outbox": notification.pk, "member": member.pk,
        "access_key": create_access_key(account, now=builders.NOW)[0].pk,
        "source": a_source().pk, "silence": a_silence().pk, "incident": builders.an_incident().pk,
        "address": contact.addresses.get().pk, "token": ApiToken.objects.get(account=account).pk, "replica": replica.pk,
    }  # fmt: skip
    assert isinstance(client_key, ClientKey)
    point = client_key.access_point
    assert point is not None
    local_ids = {
        "instance": instance.instance_id, "key": key.key_id, "secret": secret.name, "accesspoint": point.name,
        "clientkey": client_key.client_key_id,
    }  # fmt: skip
    known = {"event_id": event.id, "token": "no-token", "kind": "email", "language": "en", "key": uuid.uuid4()}

    def address_of(name: str, needed: tuple[str, ...]) -> str:
        plain = name.rpartition(":")[2]
        region = replica.primary.region if plain.startswith("replica") else builders.REGION
        values = known | {"region": region, "pk": row_for(plain, pks), "local_id": row_for(plain, local_ids)}
        return reverse(name, kwargs={each: values[each] for each in needed})

    return address_of


def signed_in(role: Role, *, uid: str = builders.UID) -> Client:
    client = Client()
    client.force_login(builders.a_user(role=role, account=builders.an_account(uid)))
    return client


Walk = list[tuple[str, str, int, int]]


def walk(client: Client, addresses: Any, names: Any) -> Walk:
    """Open every address and send it nothing; return (name, address, status of GET, status of POST)."""
    found = []
    for name, needed in names:
        address = addresses(name, needed)
        found.append((name, address, client.get(address).status_code, client.post(address).status_code))
    return found


def test_nobody_sees_anything_without_signing_in(addresses: Any) -> None:
    nobody = Client()
    for name, needed in CLOSED:
        for answer in (nobody.get(addresses(name, needed)), nobody.post(addresses(name, needed))):
            expected = {404} if name in NOT_THERE else {302, 405}
            assert answer.status_code in expected, (name, answer.status_code)
            to = answer.headers.get("Location", "/accounts/login/")
            assert "/accounts/login/" in to or (name == "account_logout" and to == "/"), (name, to)


def test_a_viewer_looks_and_changes_nothing(addresses: Any) -> None:
    for name, address, looked, changed in walk(signed_in(Role.VIEWER), addresses, OURS):
        if name in FOR_ADMINISTRATORS:
            assert (looked, changed) == (403, 403), address
        elif name not in ONES_OWN:
            assert looked in {200, 302, 403, 405}, (address, looked)
            assert changed in {403, 405}, (address, changed)


def test_an_operator_opens_everything_but_the_administration(addresses: Any) -> None:
    client = signed_in(Role.OPERATOR)
    for name, needed in OURS:
        address = addresses(name, needed)
        allowed = {403} if name in FOR_ADMINISTRATORS else {200, 302, 405}
        assert client.get(address).status_code in allowed, address


def test_an_administrator_opens_everything(addresses: Any) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    for name, needed in OURS:
        assert client.get(addresses(name, needed)).status_code in {200, 302, 405}, name


def test_rows_of_another_account_do_not_exist(addresses: Any) -> None:
    stranger = signed_in(Role.ADMINISTRATOR, uid=builders.OTHER_UID)
    for _name, address, looked, changed in walk(stranger, addresses, WITH_A_ROW):
        assert {looked, changed} <= {404, 405}, (address, looked, changed)
