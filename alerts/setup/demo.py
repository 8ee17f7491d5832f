"""The demonstration estate: ninety days of a made-up company, told through the real verbs and the real line.

Nothing here writes an event: the script moves a clock forward, calls the verbs of the estate at their moments, and lets
evaluation and dispatch find out by themselves what that means.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.accounts.audit import note
from alerts.estate.client_keys import create_access_point, create_client_key
from alerts.estate.instances import create_instance
from alerts.estate.keys import create_key
from alerts.estate.models import Instance
from alerts.estate.replicas import add_replica
from alerts.estate.secrets import create_secret
from alerts.events import partitions
from alerts.events.evaluate import evaluate_batch
from alerts.incidents.correlate import correlate_batch
from alerts.notifications.dispatch import dispatch_batch
from alerts.setup.demo_people import make_people
from alerts.setup.demo_story import Story, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.accounts.models import CloudAccount

DAYS = 89
SEED = 20_260_101
LOADED = "load-demonstration"

INSTANCES = (
    ("payments", "cn-hangzhou", "payments-prod", Instance.Kind.SOFTWARE, (2000, 60, 40, 5)),
    ("replica", "cn-shanghai", "payments-dr", Instance.Kind.SOFTWARE, (2000, 100, 60, 5)),
    ("checkout", "ap-southeast-1", "checkout-sg", Instance.Kind.SOFTWARE, (1000, 100, 20, 10)),
    ("ledger", "eu-central-1", "ledger-hsm", Instance.Kind.HARDWARE, (1000, 100, 10, 3)),
)
KEYS = {
    "payments": ("orders", "refunds", "card-tokens", "settlement", "customer-pii", "invoices", "audit-log", "backups"),
    "checkout": ("baskets", "sessions", "coupons", "addresses", "loyalty", "fraud-scores"),
    "ledger": ("postings", "period-close", "tax-archive", "signing"),
}
SPARE_KEYS = 33
SECRETS = {
    "payments": (("rds-payments-app", "Rds"), ("rds-payments-report", "Rds"), ("redis-sessions", "Redis"),
                 ("acs/ram/user/deploy-bot", "RAMCredentials"), ("smtp-relay", "Generic"),
                 ("partner-api-key", "Generic")),
    "checkout": (("rds-checkout-app", "Rds"), ("polardb-catalogue", "PolarDB"), ("cdn-signing", "Generic")),
    "ledger": (("acs/ecs/batch-root", "ECS"), ("rds-ledger", "Rds")),
}  # fmt: skip
ACCESS_POINTS = {
    "payments": (("aap-payments-api", (3, 1500)), ("aap-payments-batch", (26,)), ("aap-reporting", (84, 400))),
    "checkout": (("aap-checkout", (171,)), ("aap-storefront", (700,))),
    "ledger": (("aap-ledger", (1200,)),),
}
TURN = timedelta(days=3)
ROTATION = timedelta(days=14)


def load_demonstration(account: CloudAccount, *, now: datetime) -> bool:
    """Load the estate and its ninety days, once per account and only into an empty one; return whether it was done."""
    if account.audit.filter(verb=LOADED).exists() or Instance.objects.filter(account=account).exists():
        return False
    with transaction.atomic():
        partitions.ensure(now=now)
        start = now - timedelta(days=DAYS)
        story = Story(_found(account, start=start, now=now), random.Random(SEED), start=start, now=now)  # noqa: S311 - no secret
        _tell(story.told(), account, now=now)
        partitions.drop(now=now)
        note(account, actor="setup", verb=LOADED, subject=account.name, now=now)
    return True


def _found(account: CloudAccount, *, start: datetime, now: datetime) -> dict[str, Instance]:
    """Make what the company had when the story begins."""
    founded = start - timedelta(hours=1)
    found = {}
    for slot, region, name, management, quotas in INSTANCES:
        names = ("qps_quota", "key_quota", "secret_quota", "vpc_quota")
        found[slot] = create_instance(
            account, region=region, name=name, management=management, quotas=dict(zip(names, quotas, strict=True)),
            now=founded,
        )  # fmt: skip
    add_replica(found["payments"], replica=found["replica"], now=founded)
    for slot, aliases in KEYS.items():
        spare = [f"tenant-{number:02d}" for number in range(SPARE_KEYS)] if slot == "payments" else []
        for alias in (*aliases, *spare):
            create_key(account, region=found[slot].region, instance=found[slot], alias=f"alias/{alias}", now=founded)
    for slot, wanted in SECRETS.items():
        for name, kind in wanted:
            interval = None if kind == "Generic" else ROTATION
            sub_type = "SingleUser" if kind in {"Rds", "PolarDB"} else "Password" if kind == "ECS" else ""
            create_secret(
                account, region=found[slot].region, name=name, instance=found[slot], secret_type=kind,
                sub_type=sub_type, rotation_interval=interval, now=founded,
            )  # fmt: skip
    _access_points(account, found, founded=founded, now=now)
    return found


def _access_points(account: CloudAccount, found: dict[str, Instance], *, founded: datetime, now: datetime) -> None:
    for slot, points in ACCESS_POINTS.items():
        for name, days_left in points:
            point = create_access_point(account, region=found[slot].region, name=name, policies=("use",), now=founded)
            for days in days_left:
                create_client_key(point, not_after=now + timedelta(days=days, hours=5), now=founded)


def _tell(told: Iterator[Told], account: CloudAccount, *, now: datetime) -> None:
    """Play the story; every three days the line gets its turn, as if the workers had been running all along."""
    people_at = now - timedelta(days=3)
    day: datetime | None = None
    for moment, act in told:
        if day is None or moment - day >= TURN:
            _take_turns(now=moment)
            day = moment
        if people_at <= moment:
            make_people(account, now=people_at)
        act(moment)
    make_people(account, now=people_at)
    _take_turns(now=now)


def _take_turns(*, now: datetime) -> None:
    while evaluate_batch(now=now):
        pass
    while correlate_batch(now=now):
        pass
    while dispatch_batch(now=now):
        pass
