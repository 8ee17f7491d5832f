"""Resend: what failed, or may not have arrived, goes out once more with the same delivery id.

Attempts go on being numbered; the retries start anew. Only the state of a row decides, under its lock, so resending
twice, or while somebody else does, changes nothing more; what is being delivered is waiting already and is left alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from alerts.notifications.models import Notification

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from alerts.accounts.models import CloudAccount

State = Notification.State
AGAIN = (State.FAILED, State.UNKNOWN, State.KEPT, State.MERGED)
"""What can be sent again. A merged message then goes out by itself."""


def resend(notification: Notification, *, now: datetime) -> bool:
    """Let a message go out again; return whether it could be. The bell is the caller's to ring."""
    return bool(_again(Notification.objects.filter(pk=notification.pk, state__in=AGAIN), now=now))


@transaction.atomic
def resend_failed(account: CloudAccount, *, since: datetime, until: datetime, now: datetime) -> list[int]:
    """Let every message go out again that was created in since ≤ time < until and failed; return which."""
    created = Notification.objects.filter(account=account, created_at__gte=since, created_at__lt=until)
    failed = created.filter(state=State.FAILED).order_by("pk").select_for_update()
    found = list(failed.values_list("pk", flat=True))
    _again(Notification.objects.filter(pk__in=found), now=now)
    return found


def _again(found: QuerySet[Notification], *, now: datetime) -> int:
    return found.update(
        state=State.PENDING,
        due_at=now,
        finished_at=None,
        claimed_until=None,
        merged_into=None,
        tries_before=F("tries"),
        answer="",  # the attempts keep what was answered; here it would look like the answer to what is on its way
    )
