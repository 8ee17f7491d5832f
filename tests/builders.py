"""Builders: an article and a noun make one thing in the database with everything that it needs.

What has a verb is made by its verb, at `NOW` unless told otherwise: the moment at which the tests started.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from alerts.accounts.models import CloudAccount, Member, Role, Scope, User
from alerts.accounts.tokens import create_token
from alerts.contacts.directory import keep_contact
from alerts.contacts.models import Contact, ContactGroup
from alerts.estate import client_keys, instances, keys, secrets
from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Replica, Secret
from alerts.estate.replicas import add_replica
from alerts.events import partitions
from alerts.events.catalog import BY_NAME
from alerts.events.models import SystemEvent
from alerts.events.record import Draft, record
from alerts.facts.collect import collect
from alerts.facts.models import Fact
from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.rules.models import AlertRule, RuleTarget
from alerts.sources.base import Observation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOW = timezone.now().replace(microsecond=0)
UID = "1000000000000001"
OTHER_UID = "2000000000000002"
REGION = "cn-hangzhou"
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def a_number() -> int:
    """Return the next free number."""
    return next(_numbers)


def an_account(uid: str = UID) -> CloudAccount:
    """Return the account with this uid, made if need be."""
    return CloudAccount.objects.get_or_create(uid=uid, defaults={"name": f"Account {uid[0]}", "created_at": NOW})[0]


def a_user(
    name: str = "", *, role: Role | None = Role.ADMINISTRATOR, account: CloudAccount | None = None, zone: str = "UTC"
) -> User:
    """Return a person with the password `PASSWORD` and this role in the account; with no role, in none."""
    user = User.objects.create_user(name or f"user{a_number()}", password=PASSWORD, time_zone=zone)
    if role:
        Member.objects.create(user=user, account=account or an_account(), role=role)
    return user


def a_token(*scopes: str, account: CloudAccount | None = None, now: datetime = NOW) -> str:
    """Return the text of a new API token, with both scopes unless told."""
    chosen = scopes or (Scope.INGEST, Scope.READ)
    return create_token(account or an_account(), name=f"token {a_number()}", scopes=chosen, now=now)[1]


def an_instance(
    *, account: CloudAccount | None = None, region: str = REGION, name: str = "", now: datetime = NOW, **quotas: int
) -> Instance:
    """Return an instance made in the console; `quotas` may also set `secret_quota` and the like (100 by default)."""
    return instances.create_instance(
        account or an_account(),
        region=region,
        name=name or f"instance-{a_number()}",
        quotas={"secret_quota": 100, "vpc_quota": 10, **quotas},
        now=now,
    )


def a_key(
    *,
    state: str = Key.State.ENABLED,
    account: CloudAccount | None = None,
    region: str = REGION,
    instance: Instance | None = None,
    now: datetime = NOW,
    alias: str = "",
) -> Key:
    """Return a key in this state; one that waits for deletion does so for 7 days from `now`."""
    owner = account or an_account()
    begun = now - timedelta(days=7) if state == Key.State.DELETED else now
    material = Key.Material.EXTERNAL if state == Key.State.PENDING_IMPORT else Key.Material.SERVICE
    key = keys.create_key(owner, region=region, instance=instance, alias=alias, material=material, now=begun)
    if state == Key.State.DISABLED:
        return keys.disable_key(key, now=now)
    if state in {Key.State.ENABLED, Key.State.PENDING_IMPORT}:
        return key
    key = keys.schedule_key_deletion(key, days=7, now=begun)
    return keys.delete_key(key, now=now) if state == Key.State.DELETED else key


def a_secret(
    *,
    name: str = "",
    state: str = Secret.State.ENABLED,
    kind: str = Secret.Type.RDS,
    account: CloudAccount | None = None,
    region: str = REGION,
    instance: Instance | None = None,
    now: datetime = NOW,
) -> Secret:
    """Return a secret in this state, of a type that rotates unless told; a waiting one waits for 7 days."""
    secret = secrets.create_secret(
        account or an_account(),
        region=region,
        name=name or f"secret-{a_number()}",
        instance=instance,
        secret_type=kind,
        sub_type="SingleUser" if kind != Secret.Type.GENERIC else "",
        now=now,
    )
    if state == Secret.State.PENDING_DELETION:
        secret = secrets.schedule_secret_deletion(secret, days=7, now=now)
    if state == Secret.State.DELETED:
        secret = secrets.delete_secret(secret, force=True, now=now)
    return secret


def an_access_point(
    *, account: CloudAccount | None = None, region: str = REGION, name: str = "", now: datetime = NOW
) -> AccessPoint:
    """Return an application access point without client keys."""
    owner = account or an_account()
    return client_keys.create_access_point(owner, region=region, name=name or f"aap-{a_number()}", now=now)


def a_client_key(
    *,
    days_left: float = 365,
    point: AccessPoint | None = None,
    account: CloudAccount | None = None,
    now: datetime = NOW,
) -> ClientKey:
    """Return a client key that is valid for so many days from `now`."""
    where = point or an_access_point(account=account, now=now)
    return client_keys.create_client_key(where, not_after=now + timedelta(days=days_left), now=now)


def a_replica(*, primary: Instance | None = None, replica: Instance | None = None, now: datetime = NOW) -> Replica:
    """Return a replica of an instance in another region of the mainland."""
    first = primary or an_instance(now=now)
    second = replica or an_instance(account=first.account, region="cn-shanghai", now=now)
    return add_replica(first, replica=second, now=now)


def a_contact(
    name: str = "", *, email: str = "ann@example.com", webhook: str = "", account: CloudAccount | None = None,
    confirmed: bool = True, **addresses: Mapping[str, str],
) -> Contact:  # fmt: skip
    """Return a contact, its e-mail address confirmed unless told; `addresses` are further ones, fields by kind."""
    contact = Contact(account=account or an_account(), name=name or f"Ann{a_number()}")
    given = {"email": {"email": email}, "webhook": {"url": webhook, "method": "POST"}}
    wanted = {k: v for k, v in given.items() if all(v.values())} | addresses
    return keep_contact(contact, addresses=wanted, confirmed=confirmed, now=NOW)


def a_contact_group(
    *contacts: Contact, name: str = "", account: CloudAccount | None = None, created_at: datetime = NOW
) -> ContactGroup:
    """Return a group of these contacts, which may be none."""
    owner = account or an_account()
    group = ContactGroup.objects.create(account=owner, name=name or f"group {a_number()}", created_at=created_at)
    group.contacts.set(contacts)
    return group


def a_rule(
    *, name: str = "", account: CloudAccount | None = None, group: ContactGroup | None = None, url: str = "",
    mute_for: int = 24 * 3600, **fields: object,
) -> AlertRule:  # fmt: skip
    """Return an enabled rule; it tells the group, the URL or both, else a new contact by e-mail. No filter: everything.

    `fields` are those of the model: product, event_types, levels, names, keyword_mode, keywords, state.
    """
    owner = account or an_account()
    rule = AlertRule.objects.create(
        account=owner, name=name or f"rule {a_number()}", mute_for=mute_for, created_at=NOW, changed_at=NOW, **fields
    )
    if group or not url:
        told = group or a_contact_group(a_contact(account=owner), account=owner)
        RuleTarget.objects.create(rule=rule, kind=RuleTarget.Kind.CONTACT_GROUP, group=told)
    if url:
        address = json.dumps({"url": url, "method": "POST"})
        RuleTarget.objects.create(rule=rule, kind=RuleTarget.Kind.WEBHOOK, address=address)
    return rule


def a_draft(
    name: str = "Secret:RotateSecret:Failure", *, account: CloudAccount | None = None, at: datetime = NOW,
    content: Mapping[str, object] | None = None, **fields: object,
) -> Draft:  # fmt: skip
    """Return a draft of an event of the catalogue (or, with an unknown name, of none); `fields` are those of Draft."""
    known, number = BY_NAME.get(name), a_number()
    kind = known.resource_kind if known else "secret"
    region = str(fields.get("region", REGION))
    owner = account or an_account()
    usual = {
        "product": "KMS",
        "event_type": known.event_type if known else "Notification",
        "level": known.level if known else "INFO",
        "status": known.status if known else "Normal",
        "region": region,
        "resource": f"acs:kms:{region}:{owner.uid}:{kind}/{kind}-{number}",
        "instance_name": f"{kind}-{number}",
        "occurrence": f"builder {number}",
        "origin": "cloudevents",
        "titles": (known.title, known.title_zh) if known else (),
    }
    told = dict(known.sample) if known and content is None else dict(content or {})
    return Draft(account=owner.uid, name=name, occurred_at=at, content=told, **(usual | fields))  # type: ignore[arg-type]


def an_event(name: str = "Secret:RotateSecret:Failure", **fields: object) -> SystemEvent:
    """Return a recorded event that no rule has looked at yet; takes what `a_draft` takes."""
    return some_events([a_draft(name, **fields)])[0]  # type: ignore[arg-type]


def some_events(drafts: Iterable[Draft], *, correlated: bool = True) -> list[SystemEvent]:
    """Record drafts in one go and return their rows in the order given; unless told, they open and close nothing."""
    wanted = list(drafts)
    partitions.ensure(now=NOW)
    record(wanted, now=NOW)
    ids = [draft.id for draft in wanted]
    if correlated:
        SystemEvent.objects.filter(id__in=ids, correlated_at=None).update(correlated_at=NOW)
    rows = SystemEvent.objects.in_bulk(ids)
    return [rows[draft.id] for draft in wanted]


def an_incident(name: str = "Secret:RotateSecret:Failure", **fields: object) -> Incident:
    """Return the incident that a new event opens; takes what `a_draft` takes."""
    event = some_events([a_draft(name, **fields)], correlated=False)[0]  # type: ignore[arg-type]
    correlate_batch(now=NOW)
    event.refresh_from_db()
    assert event.incident_id
    return Incident.objects.get(pk=event.incident_id)


def an_arn(kind: str, local_id: str = "", *, uid: str = UID, region: str = REGION) -> str:
    """Return a resource name."""
    return f"acs:kms:{region}:{uid}:{kind}/{local_id or f'{kind}-{a_number()}'}"


def an_observation(fact_type: str, resource: str, *, at: datetime = NOW, key: str = "", **data: Any) -> Observation:
    """Return what a source saw of a resource; `key` is its id, `data` the fact's own."""
    region, uid = resource.split(":")[2:4]
    source = f"acs:kms:{region}:{uid}"
    return Observation(source, key or f"o-{a_number()}", fact_type, region, resource, at, data)


def a_fact(fact_type: str, resource: str, *, at: datetime = NOW, origin: str = "cloudevents", **data: Any) -> Fact:
    """Return a stored fact from outside that is not evaluated yet."""
    account = an_account(resource.split(":")[3])
    seen = Observation(**{**asdict(an_observation(fact_type, resource, at=at)), "data": data})
    collect(account, [seen], origin=origin, now=NOW)
    return Fact.objects.get(account=account, source=seen.source, external_id=seen.id)
