"""The first account, its administrator and its API token; also applies a password or token that is given later."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from alerts.accounts.models import ApiToken, CloudAccount, Member, Role, Scope, User
from alerts.accounts.tokens import create_token, digest_of
from alerts.contacts.models import DEFAULT_GROUP, ContactGroup
from alerts.events import partitions

if TYPE_CHECKING:
    from datetime import datetime

TOKEN_NAME = "first"  # noqa: S105 - the name of the token, not the token


@dataclass(slots=True)
class Made:
    """What was generated or applied and can be shown this once; None for what was there already."""

    user: str
    password: str | None = None
    token: str | None = None


@transaction.atomic
def make_first_account(*, uid: str, user_name: str, password: str, token: str, now: datetime) -> Made:
    """Make what is missing of account, administrator, token and default contact group. Safe to repeat."""
    account, _ = CloudAccount.objects.get_or_create(uid=uid, defaults={"name": "Main account", "created_at": now})
    ContactGroup.objects.get_or_create(account=account, name=DEFAULT_GROUP, defaults={"created_at": now})
    made = Made(user=user_name)
    made.password = _administrator(account, user_name, password)
    made.token = _token(account, token, now=now)
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


def _token(account: CloudAccount, token: str, *, now: datetime) -> str | None:
    if token and ApiToken.objects.filter(digest=digest_of(token)).exists():
        return None
    if not token and account.tokens.filter(revoked_at=None).exists():
        return None
    scopes = (Scope.INGEST, Scope.READ)
    return create_token(account, name=TOKEN_NAME, scopes=scopes, token=token, now=now)[1]
