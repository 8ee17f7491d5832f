"""Make alert rules that call URLs back at each event of a name: `python -m bench.rule <account uid> <event> <url>…`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module

import django
from django.apps import apps

from kmsconsole import env
from kmsconsole.keys import keys_of
from kmsconsole.programs import base_environ
from tests.installation import ROOT, Installation


def make_rules(installation: Installation, event: str, *urls: str) -> None:
    """Make a rule for each URL in a process of its own, with the environment of the installation's programs."""
    environment = env.read({"KMSCONSOLE_DATA": str(installation.data)})
    environ = base_environ(environment, keys_of(environment), installation.database_url, "")
    command = (sys.executable, "-m", "bench.rule", installation.account, event, *urls)
    subprocess.run(command, env=dict(os.environ) | environ, cwd=ROOT, check=True)


def make(account: str, event: str, urls: Sequence[str]) -> None:
    """Make the rules and their targets; each resource has its own mute, so that none of the messages is muted."""
    now = datetime.now(UTC)
    for url in urls:
        rule = apps.get_model("rules", "AlertRule").objects.create(
            account_id=account, name=f"{event} {url.rpartition(':')[2]}".replace("/", "."), names=[event],
            created_at=now, changed_at=now,
        )  # fmt: skip
        apps.get_model("rules", "RuleTarget").objects.create(
            rule=rule, kind="webhook", address=json.dumps({"url": url, "method": "POST"})
        )
    import_module("alerts.rules.shelf").new_edition([account])


if __name__ == "__main__":
    django.setup()
    make(sys.argv[1], sys.argv[2], sys.argv[3:])
