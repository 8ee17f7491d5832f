"""The first account, its administrator, API token and access key; also applies what is given later."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.accounts.access_keys import create_access_key
from alerts.accounts.models import AccessKey, ApiToken, CloudAccount, Member, Role, Scope, User
from alerts.accounts.tokens import create_token, digest_of
from alerts.contacts.models import DEFAULT_GROUP, ContactGroup
from alerts.events import partitions

if TYPE_CHECKING:
    from datetime import datetime

TOKEN_NAME = "first"  # noqa: S105 - the name of the token, not the token
ACCESS_KEY_NAME = "first"


@dataclass(slots=True)
class Made:
    """What was generated or applied and can be shown this once; None for what was there already."""

    user: str
    password: str | None = None
    token: str | None = None


@transaction.atomic
def make_first_account(
    *, uid: str, user_name: str, password: str, token: str, now: datetime, access_key: str = ""
) -> Made:
    """Make what is missing of account, administrator, token, access key and default contact group. Safe to repeat.

    `access_key` is `id:secret`. Raises Refused when the id is that of a key of another account.
    """
    account, _ = CloudAccount.objects.get_or_create(uid=uid, defaults={"name": "Main account", "created_at": now})
    ContactGroup.objects.get_or_create(account=account, name=DEFAULT_GROUP, defaults={"created_at": now})
    made = Made(user=user_name)
    made.password = _administrator(account, user_name, password)
    made.token = _token(account, token, now=now)
    _access_key(account, access_key, now=now)
    partitions.ensure(now=now)
    return made


def _administrator(account: CloudAccount, name: str, password: str) -> str | None:
    user, created = User.objects.get_or_create(username=name)
    Member.objects.get_or_create(user=user, account=account, defaults={"role": Role.ADMINISTRATOR})
    if created or not user.has_usable_password():
        chosen = password or secrets.token_urlsafe(12)
    elif password and not user.check_password(password):
        chosen = password
    else:
        return None
    user.set_password(chosen)
    user.save()
    return chosen


def _access_key(account: CloudAccount, given: str, *, now: datetime) -> None:
    """Make the access key, or give it the secret that it is to have; whether it is disabled stays as it is."""
    key_id, _colon, secret = given.partition(":")
    known = AccessKey.objects.filter(account=account, key_id=key_id).first()
    if known and known.secret != secret:
        known.secret, known.rotated_at = secret, now
        known.save(update_fields=["secret", "rotated_at"])
    elif given and not known:
        create_access_key(account, key_id=key_id, secret=secret, name=ACCESS_KEY_NAME, role=Role.ADMINISTRATOR, now=now)


def _token(account: CloudAccount, token: str, *, now: datetime) -> str | None:
    if token and ApiToken.objects.filter(digest=digest_of(token)).exists():
        return None
    if not token and account.tokens.filter(revoked_at=None).exists():
        return None
    scopes = (Scope.INGEST, Scope.READ)
    return create_token(account, name=TOKEN_NAME, scopes=scopes, token=token, now=now)[1]
