"""Check: for each permission that a source needs, whether it is there, and the least policy that grants them all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.mirrors.cloud import CMS, KMS, Trouble, opened
from alerts.mirrors.models import Reads, Source
from alerts.sources.alibaba_cloud.asking import ask

ACTIONS: dict[str, tuple[str, ...]] = {
    Reads.INSTANCES: ("ListKmsInstances", "GetKmsInstance", "GetKmsInstanceQuotaInfos"),
    Reads.KEYS: ("ListKeys", "DescribeKey"),
    Reads.ALIASES: ("ListAliases",),
    Reads.SECRETS: ("ListSecrets", "DescribeSecret"),
    Reads.ACCESS_POINTS: ("ListApplicationAccessPoints",),
    Reads.CLIENT_KEYS: ("ListClientKeys",),
    Reads.EVENTS: ("DescribeSystemEventAttribute",),
}
NAMED_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "GetKmsInstance": ("KmsInstanceId", ("KmsInstances", "KmsInstance")),
    "GetKmsInstanceQuotaInfos": ("KmsInstanceId", ("KmsInstances", "KmsInstance")),
    "DescribeKey": ("KeyId", ("Keys", "Key")),
    "DescribeSecret": ("SecretName", ("SecretList", "Secret")),
}
"""Actions that need something to be about: the parameter that names it, and where in the list it stands."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What came of trying one action in one region; `granted` is None where there was nothing to try it on."""

    region: str
    action: str
    granted: bool | None
    said: str = ""


def check(source: Source, *, now: datetime) -> list[Permission]:
    """Try each action that this source needs, and remember what came of it."""
    found: list[Permission] = []
    for region in source.regions:
        for what in source.reads:
            if what != Reads.EVENTS:
                found += _try_all(source, region, ACTIONS[what])
    if Reads.EVENTS in source.reads:
        found.append(_try_events(source, now=now))
    source.checked, source.checked_at = [asdict(each) for each in found], now
    source.save(update_fields=["checked", "checked_at"])
    return found


def _try_all(source: Source, region: str, actions: Sequence[str]) -> list[Permission]:
    listing, *describing = actions
    listed: dict[str, Any] = {}
    found = []
    try:
        with opened(source, KMS, region=region) as client:
            listed = ask(client, listing, **({} if listing == "ListClientKeys" else {"PageSize": 1}))
        found.append(Permission(region, f"kms:{listing}", granted=True))
    except Trouble as trouble:
        found.append(Permission(region, f"kms:{listing}", granted=False, said=trouble.message))
    return found + [_try_one(source, region, action, listed) for action in describing]


def _try_one(source: Source, region: str, action: str, listed: dict[str, Any]) -> Permission:
    name, path = NAMED_BY[action]
    rows: Any = listed
    for each in path:
        rows = (rows or {}).get(each)
    if not rows:
        return Permission(region, f"kms:{action}", granted=None, said="There is nothing to try it on.")
    try:
        with opened(source, KMS, region=region) as client:
            ask(client, action, **{name: rows[0].get(name)})
    except Trouble as trouble:
        return Permission(region, f"kms:{action}", granted=False, said=trouble.message)
    return Permission(region, f"kms:{action}", granted=True)


def _try_events(source: Source, *, now: datetime) -> Permission:
    action = ACTIONS[Reads.EVENTS][0]
    start, end = (str(int(each.timestamp() * 1_000)) for each in (now - timedelta(hours=1), now))
    try:
        with opened(source, CMS, region=source.regions[0]) as client:
            ask(client, action, Product="KMS", PageSize=1, StartTime=start, EndTime=end)
    except Trouble as trouble:
        return Permission("", f"cms:{action}", granted=False, said=trouble.message)
    return Permission("", f"cms:{action}", granted=True)


def least_policy(reads: Sequence[str]) -> str:
    """Return the least RAM policy, as JSON to paste, that lets a source read these things."""
    actions = [
        f"{'cms' if what == Reads.EVENTS else 'kms'}:{action}" for what in Reads.values if what in reads
        for action in ACTIONS[what]
    ]  # fmt: skip
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "1", "Statement": [statement]}, indent=2)
