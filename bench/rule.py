"""Make one alert rule that calls a URL back at each failed rotation: `python -m bench.rule <account uid> <url>`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import django
from django.apps import apps

NAME = "bench"
EVENT = "Secret:RotateSecret:Failure"


def make(account: str, url: str) -> None:
    """Make the rule and its target; each secret has its own mute, so that none of the messages is muted."""
    now = datetime.now(UTC)
    rule = apps.get_model("rules", "AlertRule").objects.create(
        account_id=account, name=NAME, names=[EVENT], created_at=now, changed_at=now
    )
    apps.get_model("rules", "RuleTarget").objects.create(
        rule=rule, kind="webhook", address=json.dumps({"url": url, "method": "POST"})
    )


if __name__ == "__main__":
    django.setup()
    make(sys.argv[1], sys.argv[2])
