"""Silences for tests, made by their verb."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alerts.accounts.models import CloudAccount
from alerts.silences.keep import keep_silence
from alerts.silences.models import Silence
from tests import builders

HOUR = timedelta(hours=1)


def a_silence(
    *, account: CloudAccount | None = None, starts_at: datetime | None = None, lasts: timedelta = HOUR,
    now: datetime = builders.NOW, **fields: Any,
) -> Silence:  # fmt: skip
    """Return a silence of everything, from `now` on for an hour unless told; `rule` makes it recur without an end."""
    known: dict[str, Any] = {"name": f"silence {builders.a_number()}", "reason": "Maintenance", **fields}
    begin = starts_at or now
    silence = Silence(account=account or builders.an_account(), starts_at=begin, **known)
    if silence.rule:
        silence.lasts_for = lasts
    else:
        silence.ends_at = known.get("ends_at", begin + lasts)
    return keep_silence(silence, now=now, by="li.na")
