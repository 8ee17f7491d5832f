"""Nonces: each call of an access key has its own, so that a call that somebody overheard cannot be repeated.

They are kept in Redis, which forgets them by itself, for as long as the time of a call is accepted at all. A Redis that
is killed forgets them too early: those of calls that change something are kept in the database as well. While Redis is
away all of them are. A process that saw it away asks both until nothing from that time counts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import redis
from django.conf import settings

from alerts.openapi.models import Nonce
from alerts.openapi.signatures.encoding import digest

KEPT = timedelta(minutes=31)
"""For how long a nonce may count: twice the quarter of an hour by which a call may be early or late, and a moment."""
MOMENT = timedelta(minutes=1)
REST = 5.0
"""Seconds for which Redis is left alone when it did not answer."""
PATIENCE = 0.5
NAME_LENGTH = 40


@dataclass(slots=True)
class Away:
    """When this process last saw Redis away, in monotonic seconds; None for never."""

    at: float | None = None

    def resting(self) -> bool:
        """Tell whether Redis is not to be asked just now."""
        return self.at is not None and time.monotonic() - self.at < REST

    def remembered(self) -> bool:
        """Tell whether nonces of that time may be in the database."""
        return self.at is not None and time.monotonic() - self.at < KEPT.total_seconds()


AWAY = Away()


@cache
def client() -> redis.Redis:
    """Return the connections to Redis, which threads share."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def take(key_id: str, nonce: str, *, now: datetime, until: datetime, lasting: bool) -> bool:
    """Use up a nonce; tell whether it was still unused. From `until` on its call would be refused for its time.

    One that is `lasting` counts whatever becomes of Redis.
    """
    name = digest(f"{key_id}\n{nonce}".encode())[:NAME_LENGTH]
    new = None if AWAY.resting() else _in_redis(name, kept=until - now + MOMENT)
    if new is False:
        return False  # and not written down: the one who took it may be just about to
    return _in_database(name, now=now) if new is None or lasting or AWAY.remembered() else True


def _in_redis(name: str, *, kept: timedelta) -> bool | None:
    """Return whether the nonce is new, None when Redis does not answer."""
    try:
        return bool(client().set(f"kmsconsole:nonce:{name}", 1, nx=True, ex=kept))
    except (redis.RedisError, OSError):
        AWAY.at = time.monotonic()
        return None


def _in_database(name: str, *, now: datetime) -> bool:
    Nonce.objects.filter(expires_at__lt=now).delete()
    return Nonce.objects.get_or_create(digest=name, defaults={"expires_at": now + KEPT})[1]
