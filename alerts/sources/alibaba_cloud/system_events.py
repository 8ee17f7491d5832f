"""CloudMonitor's own system events of KMS, as observations: the same fact as its callbacks give, with the same id."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from alerts.sources.alibaba_cloud.asking import page_of
from alerts.sources.base import REGION, Observation
from alerts.sources.cloudmonitor import FACT_TYPE, KIND, LEVELS, LONGEST_ID
from alerts.sources.reading import find_flaw, read_json, read_moment

PAGE_SIZE: Final = 100
PRODUCT: Final = "KMS"


def read_events(client: Any, *, start: datetime, end: datetime, number: int) -> tuple[list[Observation], bool]:
    """Return the events of one page of a range of time, newest first, and whether it was the last page."""
    page = page_of(
        client, "DescribeSystemEventAttribute", ("SystemEvents", "SystemEvent"), number=number, size=PAGE_SIZE,
        Product=PRODUCT, StartTime=_sent(start), EndTime=_sent(end),
    )  # fmt: skip
    found = [_observation(row) for row in page.rows]
    return [each for each in found if each is not None], page.last


def _sent(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000))


def _observation(row: Mapping[str, Any]) -> Observation | None:
    """Return what a row observed, None for one without an id, a name or a time, which no system event lacks."""
    named, moment = str(row.get("Id") or ""), read_moment(row.get("Time"))
    if not 0 < len(named) <= LONGEST_ID or not row.get("Name") or moment is None:
        return None
    level = LEVELS.get(str(row.get("Level") or "").upper())
    region = str(row.get("RegionId") or "")
    data = {
        "product": str(row.get("Product") or ""), "name": str(row.get("Name")), "eventType": "",
        "level": level or "INFO", "status": str(row.get("Status") or ""), "regionId": region,
        "resourceId": str(row.get("ResourceId") or ""), "instanceName": str(row.get("InstanceName") or ""),
        "groupId": str(row.get("GroupId") or ""), "content": _content(row.get("Content")), "originalId": named,
    }  # fmt: skip
    return Observation(
        source=KIND, id=named, type=FACT_TYPE, region=region if REGION.fullmatch(region) else "",
        resource=str(row.get("ResourceId") or "")[:1024], occurred_at=moment.astimezone(UTC),
        data=data if level else data | {"originalLevel": str(row.get("Level") or "")},
    )  # fmt: skip


def _content(text: object) -> object:
    """Return the content, which is JSON in a text; what is none is kept as text under `text`."""
    try:
        read = read_json(text) if isinstance(text, str) else text
    except ValueError:
        read = text
    if find_flaw(read):
        return {}
    return read if isinstance(read, dict) else {"text": read}
