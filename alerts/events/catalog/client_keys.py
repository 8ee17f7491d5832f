"""Client keys that come to their end."""

from __future__ import annotations

from typing import Final

from alerts.events.catalog.event_type import REMINDER_DAYS, EventType
from alerts.events.catalog.event_type import mark as _
from alerts.events.triggers import DueIn, Occurs

CLIENT_KEYS: Final[tuple[EventType, ...]] = (
    EventType(
        name="ClientKey:Expiration:Reminder",
        title=_("ClientKey expiration reminder"),
        title_zh="ClientKey到期提醒",
        level="CRITICAL",
        event_type="Notification",
        status="Normal",
        resource_kind="clientkey",
        trigger=DueIn("kms.client-key.observed", days=REMINDER_DAYS),
        condition=_("180, 90, 30 and 7 days before a client key expires."),
        meaning=_("The client key with which an application signs in to KMS comes to its end."),
        impact=_("After that date the application can no longer reach keys and secrets."),
        remedy=_("Create a new client key for the access point, roll it out, then delete the old one."),
        sample={
            "eventId": "0f8b2c1e",
            "clientKeyId": "KAAP.66dfec5e-0000",
            "aapName": "aap-payments",
            "notBefore": "2021-11-29T00:00:00Z",
            "notAfter": "2026-11-29T00:00:00Z",
            "remainingDays": 7,
            "missedReminders": [],
        },
        opens="ClientKey:Expiration",
    ),
    EventType(
        name="ClientKey:DeleteClientKey:Success",
        title=_("ClientKey deleted"),
        title_zh="ClientKey删除",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="clientkey",
        trigger=Occurs("kms.client-key.deleted"),
        condition=_("A client key is deleted."),
        meaning=_("The client key no longer exists: there is no end date to look out for."),
        impact=_("An application that still signs in with it cannot reach keys and secrets."),
        remedy=_("Check that every application has got its new client key."),
        sample={"eventId": "0f8b2c1e", "clientKeyId": "KAAP.66dfec5e-0000", "aapName": "aap-payments"},
        closes=("ClientKey:Expiration",),
    ),
)
