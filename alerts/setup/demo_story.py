"""What happens in the demonstration: moments and what is done at them, in the order of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from alerts.estate.instances import record_usage
from alerts.estate.keys import cancel_key_deletion, delete_key, schedule_key_deletion
from alerts.estate.models import Key, Replica, Secret
from alerts.estate.replicas import record_synchronization
from alerts.estate.secrets import delete_secret, record_rotation, restore_secret, schedule_secret_deletion

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from alerts.accounts.models import CloudAccount
    from alerts.estate.models import Instance

Act = Callable[[datetime], object]
Told = tuple[datetime, Act]

SAMPLE_EVERY = timedelta(hours=17)
USUAL_LOAD = {"payments": 0.52, "checkout": 0.46, "ledger": 0.3}
FAILURES = (
    ("Kms:AccountNotFound", "The database account payments_app does not exist."),
    ("Kms:Forbidden", "The service-linked role may not change the password of this account."),
    ("Kms:Throttling", "The database instance is busy; the rotation was given up after five tries."),
)


class Story:
    """Ninety days of a company, drawn from one seeded source of chance, so that it is the same everywhere."""

    def __init__(
        self, instances: Mapping[str, Instance], chance: random.Random, *, start: datetime, now: datetime
    ) -> None:
        self.instances = instances
        self.chance = chance
        self.start = start
        self.now = now

    def told(self) -> Iterator[Told]:
        """Yield every moment before now with its act, oldest first."""
        parts = (*self._load(), *self._rotations(), *self._synchronizations(), *self._key_deletions(),
                 *self._secret_deletions())  # fmt: skip
        yield from sorted((part for part in parts if self.start <= part[0] < self.now), key=lambda part: part[0])

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _load(self) -> Iterator[Told]:
        """Yield QPS samples: a daily wave, noise, and a promotion on some days that comes near to the quota."""
        for slot, usual in USUAL_LOAD.items():
            moment = self.start
            while moment < self.now:
                wave = 0.14 * math.sin(moment.timestamp() / 86_400 * math.tau)
                rush = 0.38 if self.chance.random() < 0.05 else 0.0
                share = max(0.02, usual + wave + rush + self.chance.uniform(-0.06, 0.06))
                instance = self.instances[slot]
                used = round(share * instance.qps_quota)
                yield moment, self._using(instance, "qps", used)
                moment += SAMPLE_EVERY
        checkout = self.instances["checkout"]
        for days, used in ((60, 5), (31, 7), (12, 9)):
            yield self._ago(days), self._using(checkout, "vpc", used)

    @staticmethod
    def _using(instance: Instance, quota: str, used: int) -> Act:
        return lambda now: record_usage(instance, resource_type=quota, used=used, now=now)

    def _rotations(self) -> Iterator[Told]:
        managed = [
            s for s in Secret.objects.filter(account=self.instances["payments"].account).order_by("pk") if s.managed
        ]
        for place, secret in enumerate(managed):
            moment = self.start + timedelta(days=1 + place * 1.6, hours=3)
            while moment < self.now:
                failure = self.chance.choice(FAILURES) if self.chance.random() < 0.14 else None
                if failure:
                    yield moment, self._failing(secret, failure)
                    moment += timedelta(hours=self.chance.randint(2, 30))
                yield moment, partial(self._rotating, secret)
                moment += timedelta(days=14)
        # The story ends with one rotation that nobody has mended yet.
        yield self._ago(0.11), self._failing(managed[0], FAILURES[0])

    @staticmethod
    def _rotating(secret: Secret, now: datetime) -> object:
        return record_rotation(secret, succeeded=True, now=now)

    @staticmethod
    def _failing(secret: Secret, failure: tuple[str, str]) -> Act:
        code, message = failure
        return lambda now: record_rotation(secret, succeeded=False, error_code=code, error_message=message, now=now)

    def _synchronizations(self) -> Iterator[Told]:
        primary = self.instances["payments"]
        replica = Replica.objects.get(primary=primary)
        for place, key in enumerate(primary.keys.order_by("pk")[:8]):
            first = self.start + timedelta(days=2, minutes=place * 3)
            for days in (0, 30, 60):
                moment = first + timedelta(days=days)
                if days == 30 and place == 2:
                    yield moment, self._syncing(replica, key, succeeded=False)
                    moment += timedelta(hours=5)
                yield moment, self._syncing(replica, key, succeeded=True)
        yield self._ago(1.3), self._syncing(replica, primary.keys.order_by("pk")[3], succeeded=False)

    @staticmethod
    def _syncing(replica: Replica, key: Key, *, succeeded: bool) -> Act:
        message = "" if succeeded else "The replica instance did not answer within 60 seconds."
        code = "" if succeeded else "ReplicaUnreachable"
        return lambda now: record_synchronization(
            replica, key=key, succeeded=succeeded, error_code=code, error_message=message, now=now
        )

    def _key_deletions(self) -> Iterator[Told]:
        keys = {key.alias.removeprefix("alias/"): key for key in Key.objects.filter(account=self._account())}
        plan = (
            ("tenant-30", 70, 7),
            ("tenant-31", 41, 30),
            ("tenant-32", 25, 14),
            ("coupons", 2.2, 30),
            ("tax-archive", 0.4, 7),
        )
        for alias, days_ago, days in plan:
            key = keys[alias]
            yield self._ago(days_ago), self._scheduling(key, days)
            yield self._ago(days_ago) + timedelta(days=days), self._deleting(key)
        saved = keys["customer-pii"]
        yield self._ago(52), lambda now: schedule_key_deletion(saved, days=7, now=now)
        yield self._ago(51.6), lambda now: cancel_key_deletion(saved, now=now)

    @staticmethod
    def _scheduling(key: Key, days: int) -> Act:
        return lambda now: schedule_key_deletion(key, days=days, now=now)

    @staticmethod
    def _deleting(key: Key) -> Act:
        return lambda now: delete_key(key, now=now)

    def _secret_deletions(self) -> Iterator[Told]:
        secrets = {secret.name: secret for secret in Secret.objects.filter(account=self._account())}
        cdn, relay, partner = secrets["cdn-signing"], secrets["smtp-relay"], secrets["partner-api-key"]
        yield self._ago(38), lambda now: schedule_secret_deletion(cdn, days=7, now=now)
        yield self._ago(36), lambda now: restore_secret(cdn, now=now)
        yield self._ago(20), lambda now: delete_secret(relay, force=True, now=now)
        yield self._ago(0.8), lambda now: schedule_secret_deletion(partner, days=14, now=now)

    def _account(self) -> CloudAccount:
        return self.instances["payments"].account
