"""A cloud of records in place of the network: what a source reads, and what it is told of that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.mirrors import pages, system_events
from alerts.mirrors.book import connect
from alerts.mirrors.cloud import Trouble
from alerts.mirrors.models import Source
from alerts.mirrors.poll import poll_batch
from alerts.sources.alibaba_cloud.estate import Record, Records
from alerts.sources.alibaba_cloud.records import ClientKeyRecord, InstanceRecord, KeyRecord, SecretRecord
from alerts.sources.base import Observation
from tests.builders import NOW, REGION, UID, an_account

PAGE = 2
LONG_AGO = NOW - timedelta(days=200)
ESTATE = ["instances", "keys", "aliases", "secrets", "access_points", "client_keys"]


@dataclass
class Cloud:
    """What there is, by kind and id; `trouble` is raised by the next call of its kind, and `calls` counts them."""

    there: dict[str, dict[str, Record]] = field(default_factory=lambda: {what: {} for what in ESTATE})
    events: list[Observation] = field(default_factory=list)
    trouble: dict[str, Trouble] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def put(self, what: str, record: Record) -> None:
        """Let there be something, or let it be changed."""
        self.there[what][record.id] = record

    def change(self, what: str, local_id: str, **fields: Any) -> None:
        """Change what is there."""
        self.there[what][local_id] = replace(self.there[what][local_id], **fields)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if what in self.trouble:
            raise self.trouble.pop(what)

    def read_page(self, _client: object, what: str, *, number: int) -> Records:
        """Answer a list, two a page; what is hidden is left out of it."""
        self._called(what)
        rows = [each for each in self.there[what].values() if each.id not in self.hidden]
        start = (number - 1) * PAGE
        return Records(rows=rows[start : start + PAGE], total=len(rows), last=start + PAGE >= len(rows))

    def is_there(self, _client: object, what: str, local_id: str) -> bool:
        """Answer a question for one."""
        return local_id in self.there[what]

    def read_events(
        self, _client: object, *, start: datetime, end: datetime, number: int
    ) -> tuple[list[Observation], bool]:
        """Answer the newest events of a range first, two a page."""
        self._called("events")
        found = [each for each in self.events if start <= each.occurred_at <= end]
        found.sort(key=lambda each: (each.occurred_at, each.id), reverse=True)
        page = found[(number - 1) * PAGE : number * PAGE]
        return page, len(page) < PAGE


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Give a cloud that every source of the test reads."""
    made = Cloud()

    @contextmanager
    def opened(*_source: object, **_region: object) -> Iterator[None]:
        yield None

    for module, names in ((pages, ("read_page", "is_there")), (system_events, ("read_events",))):
        monkeypatch.setattr(module, "opened", opened)
        for name in names:
            monkeypatch.setattr(module, name, getattr(made, name))
    return made


def a_source(*reads: str, now: datetime = NOW, **fields: Any) -> Source:
    """Return a source that reads the estate, or what it is told to."""
    return connect(
        an_account(), name="main", access_key_id="LTAI0123456789", access_key_secret="wJalrXUtnFEMI/K7MDENG",
        regions=[REGION], reads=list(reads or ESTATE), now=now, **fields,
    )  # fmt: skip


def read_all(source: Source, *, now: datetime, most: int = 500) -> Source:
    """Let everything be read that is due, and return the source as it is then."""
    Source.objects.filter(pk=source.pk).update(next_at=now)
    for _turn in range(most):
        if not poll_batch(now=now):
            break
    return Source.objects.get(pk=source.pk)


def a_key_record(local_id: str = "key-1", **fields: Any) -> KeyRecord:
    """Return an enabled key."""
    told = KeyRecord(
        id=local_id, arn=f"acs:kms:{REGION}:{UID}:key/{local_id}", instance_id="", description="",
        spec="Aliyun_AES_256",
        usage="ENCRYPT/DECRYPT", material="Aliyun_KMS", protection_level="SOFTWARE", state="Enabled",
        primary_version="v1", rotation_interval=None, created_at=LONG_AGO, rotated_at=None, rotate_at=None,
        delete_at=None, deletion_protection=False, protection_note="",
    )  # fmt: skip
    return replace(told, **fields)


def a_secret_record(local_id: str = "orders/db", **fields: Any) -> SecretRecord:
    """Return a secret of a database that rotates."""
    told = SecretRecord(
        id=local_id, arn=f"acs:kms:{REGION}:{UID}:secret/{local_id}", instance_id="", type="Rds",
        sub_type="SingleUser", description="", encryption_key_id="", extended_config={}, rotation="Enabled",
        rotation_interval=timedelta(days=7), created_at=LONG_AGO, rotated_at=None, rotate_at=None, delete_at=None,
    )  # fmt: skip
    return replace(told, **fields)


def an_instance_record(local_id: str = "kst-1", *, qps: float = 10) -> InstanceRecord:
    """Return an instance that uses so many of its thousand queries a second."""
    return InstanceRecord(
        id=local_id, arn=f"acs:kms:{REGION}:{UID}:keystore/{local_id}", name="main", management="software",
        created_at=LONG_AGO, deletion_protection=True, protection_note="", usages={"qps": (qps, 1000)},
    )  # fmt: skip


def a_client_key_record(local_id: str = "KAAP.1", *, days_left: int = 365) -> ClientKeyRecord:
    """Return a client key that is valid for so many more days."""
    return ClientKeyRecord(
        id=local_id, access_point="orders", created_at=LONG_AGO, not_before=LONG_AGO,
        not_after=NOW + timedelta(days=days_left),
    )  # fmt: skip


def an_event(name: str, local_id: str, *, at: datetime, number: str = "", kind: str = "key") -> Observation:
    """Return an event of the cloud's own about a key or another kind of resource."""
    resource = f"acs:kms:{REGION}:{UID}:{kind}/{local_id}"
    data = {
        "product": "KMS", "name": name, "eventType": "", "level": "INFO", "status": "", "regionId": REGION,
        "resourceId": resource, "instanceName": local_id, "groupId": "", "content": {}, "originalId": number,
    }  # fmt: skip
    return Observation(
        source="cloudmonitor", id=number or f"{name} {local_id} {at.isoformat()}", type="cloudmonitor.system-event",
        region=REGION, resource=resource, occurred_at=at, data=data,
    )  # fmt: skip
