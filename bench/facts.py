"""The facts that are sent: failed rotations of one secret after the other, as calls and as rows for a bare table."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bench.calls import Call
from tests.installation import ACCOUNT, TOKEN

DOOR = "/ingest/cloudevents"
ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"
REGION = "cn-hangzhou"
SOURCE = f"acs:kms:{REGION}:{ACCOUNT}"
FAILURE = {"errorCode": "Kms:AccountNotFound", "errorMessage": "The database account payments_app does not exist."}
Fact = dict[str, Any]

_numbers = itertools.count()


def a_failed_rotation() -> Fact:
    """Return a CloudEvent about a secret that no other one is about."""
    number = next(_numbers)
    return {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": SOURCE, "type": "kms.secret.rotation-failed",
        "subject": f"{SOURCE}:secret/bench-{number:07d}", "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json", "data": {"secretType": "Rds", "failureInfo": FAILURE},
    }  # fmt: skip


def singles(count: int) -> list[Call]:
    """Return calls that carry one fact each."""
    return [single(a_failed_rotation()) for _ in range(count)]


def single(fact: Fact) -> Call:
    """Return the call that carries one fact."""
    return _call(fact, ONE)


def batches(facts: Sequence[Fact], size: int) -> list[Call]:
    """Return calls that carry `size` of the facts each."""
    return [_call(list(each), MANY) for each in batched(facts, size)]


def batched(facts: Sequence[Fact], size: int) -> Iterator[Sequence[Fact]]:
    """Cut facts into batches."""
    for start in range(0, len(facts), size):
        yield facts[start : start + size]


def refused(calls: Sequence[Call]) -> list[Call]:
    """Return the same calls by a method that the door does not know: the emptiest answer for the same bytes."""
    return [Call(call.path, "PUT", call.body, call.headers, expect=405) for call in calls]


def _call(document: object, content_type: str) -> Call:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": content_type}
    return Call(DOOR, "POST", json.dumps(document).encode(), headers, expect=202)
