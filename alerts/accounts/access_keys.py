"""Access keys: the verbs by which they come about, change and end. The secret of one is returned once, when it is made.

It is stored encrypted, for whoever checks a signature needs it.
"""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.accounts.models import AccessKey
from alerts.accounts.refusal import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.accounts.models import CloudAccount

ALPHABET = string.ascii_letters + string.digits
ID_LENGTH, SECRET_LENGTH = 20, 30
USED_RESOLUTION = timedelta(minutes=1)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(length))


def create_access_key(
    account: CloudAccount, *, now: datetime, key_id: str = "", secret: str = "", **fields: Any
) -> tuple[AccessKey, str]:
    """Make an access key and return it with its secret, which cannot be shown again.

    `fields` are name, role, actions, networks, region and expires_at. Raises Refused when there is one of this id.
    """
    secret = secret or _random(SECRET_LENGTH)
    key = AccessKey(account=account, key_id=key_id or f"LTAI{_random(ID_LENGTH)}", secret=secret, created_at=now)
    for name, value in fields.items():
        setattr(key, name, value)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("There is an access key of this ID already."), field="key_id") from error
    return key, secret


def change_access_key(key: AccessKey, **fields: Any) -> None:
    """Change what a key is called, may do, and until when; `fields` as for a new one."""
    for name, value in fields.items():
        setattr(key, name, value)
    key.save(update_fields=list(fields))


def rotate_access_key(key: AccessKey, *, now: datetime) -> str:
    """Give the key a new secret and return it; the one before signs nothing any more."""
    key.secret, key.rotated_at = _random(SECRET_LENGTH), now
    key.save(update_fields=["secret", "rotated_at"])
    return key.secret


def disable_access_key(key: AccessKey, *, now: datetime) -> None:
    """Refuse every call of this key from now on. Disabling twice changes nothing."""
    AccessKey.objects.filter(pk=key.pk, disabled_at=None).update(disabled_at=now)


def enable_access_key(key: AccessKey) -> None:
    """Let a disabled key sign again."""
    AccessKey.objects.filter(pk=key.pk).update(disabled_at=None)


def delete_access_key(key: AccessKey) -> None:
    """Delete a key for good; the audit trail keeps its id."""
    key.delete()


def note_use(key: AccessKey, *, action: str, now: datetime) -> None:
    """Write down that a key was used, at most once a minute; `key` may be a few seconds old."""
    if key.last_used_at and now - key.last_used_at < USED_RESOLUTION:
        return
    key.last_used_at, key.last_used_for = now, action[:128]
    AccessKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_for=key.last_used_for)
