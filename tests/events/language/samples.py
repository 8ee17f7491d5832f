"""One event to try expressions on, and the expressions by hand with what they say of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alerts.events.record import Draft
from tests.builders import NOW, UID

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).with_name("cases.txt")
CONTENT: dict[str, object] = {
    "secretName": "rds-prod",
    "secretType": "Rds",
    "failureInfo": {
        "errorCode": "Kms:AccountNotFound",
        "errorMessage": "The account 'app' does not exist: 100% gone_\\path",
    },
    "failureTime": "2026-01-05T10:15:02Z",
    "attempts": 3,
    "ratio": 0.25,
    "tiny": 1e-7,
    "big": 12345678901234567890,
    "negative": -0.0,
    "retry": False,
    "final": True,
    "void": None,
    "digits": "12",
    "empty": "",
    "list": ["x", "y", 7],
    "odd key": {"a.b": "c", "it's": "q"},
    "中文": "密钥",
    "": "blank",
}


def a_failure(**fields: object) -> Draft:
    """Return the event, not stored; `fields` are those of Draft."""
    usual: dict[str, object] = {
        "account": UID,
        "product": "KMS",
        "name": "Secret:RotateSecret:Failure",
        "event_type": "Exception",
        "level": "CRITICAL",
        "status": "Failed",
        "region": "cn-hangzhou",
        "resource": f"acs:kms:cn-hangzhou:{UID}:secret/rds-prod",
        "instance_name": "rds-prod",
        "group_id": "12",
        "occurred_at": NOW,
        "content": CONTENT,
        "occurrence": "sample",
        "origin": "cloudevents",
    }
    return Draft(**(usual | fields))  # type: ignore[arg-type]


def cases() -> Iterator[tuple[str, str]]:
    """Yield (verdict, expression) as the file has them."""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            verdict, expression = line.split(" ", 1)
            yield verdict, expression
