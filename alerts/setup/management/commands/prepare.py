"""`manage.py prepare`: makes what a start needs and prints, as JSON, what was generated or applied."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from alerts.accounts.models import CloudAccount
from alerts.setup.demo import load_demonstration
from alerts.setup.first_run import make_first_account


class Command(BaseCommand):
    """Reads KMSCONSOLE_ACCOUNT, _ADMIN_USER, _ADMIN_PASSWORD, _API_TOKEN, _ADMIN_ACCESS_KEY, _DEMO; safe to repeat."""

    help = "Make the first account, administrator, API token and, with KMSCONSOLE_DEMO=1, the demonstration estate."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make it, and write one line of JSON."""
        now = timezone.now()
        wanted = settings.FIRST_RUN
        call_command("createcachetable", verbosity=0)
        made = make_first_account(
            uid=wanted.account,
            user_name=wanted.admin_user,
            password=wanted.admin_password,
            token=wanted.api_token,
            access_key=wanted.admin_access_key,
            now=now,
        )
        if wanted.demo:
            self._load(CloudAccount.objects.get(pk=wanted.account), now=now)
        self.stdout.write(json.dumps(asdict(made)))

    def _load(self, account: CloudAccount, *, now: datetime) -> None:
        started = time.monotonic()
        if load_demonstration(account, now=now):
            self.stderr.write(f"demonstration estate: {time.monotonic() - started:.1f} s")
