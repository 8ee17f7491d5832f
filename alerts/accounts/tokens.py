"""API tokens: made once, compared by digest, limited in rate by a bucket that lives in the row."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from alerts.accounts.models import ApiToken, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.accounts.models import CloudAccount

BURST_SECONDS = 10
USED_RESOLUTION = timedelta(minutes=1)


def digest_of(token: str) -> str:
    """Return the hex SHA-256 of a token. Tokens are long and random, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(
    account: CloudAccount, *, name: str, scopes: Iterable[str], now: datetime, token: str = ""
) -> tuple[ApiToken, str]:
    """Make a token and return its row and its text; the text is not stored and cannot be shown again."""
    text = token or f"kmsc_{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        account=account,
        name=name,
        digest=digest_of(text),
        hint=text[:8] if not token else text[:4],
        scopes=[Scope(scope) for scope in scopes],
        created_at=now,
    )
    return row, text


def revoke_token(token: ApiToken, *, now: datetime) -> None:
    """Close a token for good, from the next call on. Revoking twice changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def find_token(text: str, *, scope: str, now: datetime) -> ApiToken | None:
    """Return the live token with this text and scope, or None. Notes the use at most once a minute."""
    found = (
        ApiToken.objects.select_related("account")
        .filter(digest=digest_of(text), revoked_at=None, scopes__contains=[scope])
        .first()
    )
    if found and (found.last_used_at is None or now - found.last_used_at > USED_RESOLUTION):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a call may go on, and if not, after how many seconds it may come again."""

    granted: bool
    retry_after: int = 0


TAKE_ONE = """
    UPDATE accounts_apitoken SET
        allowance = LEAST(%(burst)s, COALESCE(
            allowance + EXTRACT(epoch FROM %(now)s - allowance_at) * %(rate)s, %(burst)s)) - 1,
        allowance_at = %(now)s
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS hurried
    WHERE id = %(id)s AND LEAST(%(burst)s, COALESCE(
        allowance + EXTRACT(epoch FROM %(now)s - allowance_at) * %(rate)s, %(burst)s)) >= 1
"""


def take_one(token: ApiToken, *, rate: float, now: datetime) -> Allowance:
    """Take one call from the token's bucket.

    `rate` is calls per second; the bucket holds ten seconds' worth. One UPDATE decides, so many web processes share
    one bucket without a lock of their own. It does not wait for the disk, while others wait for the row: what a crash
    forgets of a bucket is worth nothing. So call it outside of any transaction whose commit must last.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ONE, {"id": token.pk, "now": now, "rate": rate, "burst": max(1.0, rate * BURST_SECONDS)})
        granted = cursor.rowcount == 1
    return Allowance(granted=granted, retry_after=0 if granted else max(1, round(1 / rate)))
