"""What the console says of itself: whether it still hears from the sources that it mirrors."""

from __future__ import annotations

from typing import Final

from alerts.events.catalog.event_type import EventType
from alerts.events.catalog.event_type import mark as _
from alerts.events.triggers import Raised

MIRROR_SAMPLE = {"eventId": "0f8b2c1e", "source": "acs:kms:cn-hangzhou:1000000000000001"}

MIRRORS: Final[tuple[EventType, ...]] = (
    EventType(
        name="Source:Poll:Silent",
        title=_("Source silent"),
        title_zh="数据源无响应",
        level="CRITICAL",
        event_type="Exception",
        status="Failed",
        resource_kind="source",
        trigger=Raised(),
        condition=_("A mirrored source cannot be asked any more."),
        meaning=_("Nothing is known of the resources of this source since then: no news is not good news."),
        impact=_("What goes wrong there is not noticed, and open incidents there are shown as unknown."),
        remedy=_("Look at the failure's cause: credentials, permissions, network; then wait for the next poll."),
        sample={**MIRROR_SAMPLE, "silentSince": "2026-11-22T02:15:02Z"},
        opens="Source:Poll",
    ),
    EventType(
        name="Source:Poll:Resumed",
        title=_("Source speaks again"),
        title_zh="数据源恢复响应",
        level="INFO",
        event_type="Notification",
        status="Normal",
        resource_kind="source",
        trigger=Raised(),
        condition=_("A mirrored source that was silent answers again."),
        meaning=_("What happened there meanwhile is being caught up on."),
        impact=_("None: incidents there are followed again."),
        remedy=_("Nothing to do."),
        sample={**MIRROR_SAMPLE},
        closes=("Source:Poll",),
    ),
)
