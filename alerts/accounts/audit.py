"""The audit trail: one verb that every change made by a person goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.accounts.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.accounts.models import CloudAccount


def note(
    account: CloudAccount,
    *,
    actor: str,
    verb: str,
    subject: str,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Record that `actor` did `verb` to `subject`. `detail` must be free of addresses and secrets."""
    return AuditEntry.objects.create(
        account=account, actor=actor, verb=verb, subject=subject[:512], detail=dict(detail or {}), at=now
    )
