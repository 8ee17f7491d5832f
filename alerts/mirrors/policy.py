"""The permissions that a source needs, and the least RAM policies that grant them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from alerts.mirrors.models import Reads

ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    Reads.INSTANCES: ("ListKmsInstances", "GetKmsInstance", "GetKmsInstanceQuotaInfos"),
    Reads.KEYS: ("ListKeys", "DescribeKey"),
    Reads.ALIASES: ("ListAliases",),
    Reads.SECRETS: ("ListSecrets", "DescribeSecret"),
    Reads.ACCESS_POINTS: ("ListApplicationAccessPoints",),
    Reads.CLIENT_KEYS: ("ListClientKeys", "GetClientKey"),
    Reads.EVENTS: ("DescribeSystemEventAttribute",),
}
ASSUME: Final = "sts:AssumeRole"


def least_policy(reads: Sequence[str]) -> str:
    """Return the least RAM policy, as JSON to paste, for who reads these things: the key's user, or the role."""
    actions = [
        f"{'cms' if what == Reads.EVENTS else 'kms'}:{action}" for what in Reads.values if what in reads
        for action in ACTIONS[what]
    ]  # fmt: skip
    return _policy(actions, "*")


def assuming_policy(role_arn: str) -> str:
    """Return the least RAM policy for the user of a key that only assumes this role."""
    return _policy(ASSUME, role_arn)


def _policy(actions: str | Sequence[str], resource: str) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return json.dumps({"Version": "1", "Statement": [statement]}, indent=2)
