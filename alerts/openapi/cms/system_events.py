"""System events: the catalogue, the list, and what is counted of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alerts.events.catalog import CATALOG
from alerts.events.counts import slots, tally
from alerts.openapi.cms.event_counts import kinds_of
from alerts.openapi.cms.event_search import page_of, search_of
from alerts.openapi.cms.said import fine, pages, sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alerts.openapi.call import Call

YES = "true"
"""Success is text in the answers about events."""
STATUSES_ZH = {"Failed": "失败", "Warning": "警告", "Normal": "正常"}
FIELDS = (
    "id", "occurred_at", "product", "name", "level", "status", "region", "resource", "instance_name", "group_id",
    "content",
)  # fmt: skip


def meta_list(_call: Call) -> dict[str, object]:
    """DescribeSystemEventMetaList: every event type of the catalogue."""
    rows = [
        {
            "Product": each.product, "EventType": each.event_type, "Name": each.name, "NameDesc": each.title_zh,
            "NameDesc.En": each.title, "Level": each.level, "Status": each.status,
            "StatusDesc": STATUSES_ZH.get(each.status, each.status),
        }
        for each in CATALOG
    ]  # fmt: skip
    return fine(code=200, Data={"Resource": rows})


def attribute(call: Call) -> dict[str, object]:
    """DescribeSystemEventAttribute: the events themselves, newest first, without a total."""
    number, size = pages(call.parameters)
    rows = page_of(search_of(call), call.account, number=number, size=size, fields=FIELDS)
    return fine(success=YES, SystemEvents={"SystemEvent": [wire(row) for row in rows]})


def wire(row: Mapping[str, Any]) -> dict[str, object]:
    """Return an event as it is answered."""
    return {
        "Id": str(row["id"]), "Time": sent(row["occurred_at"]), "Product": row["product"], "Name": row["name"],
        "Level": row["level"], "Status": row["status"], "RegionId": row["region"], "ResourceId": row["resource"],
        "InstanceName": row["instance_name"], "GroupId": row["group_id"],
        "Content": json.dumps(row["content"], ensure_ascii=False),
    }  # fmt: skip


def count(call: Call) -> dict[str, object]:
    """DescribeSystemEventCount: how many there are of each kind, with the newest of it."""
    search = search_of(call)
    rows = []
    for number, newest in kinds_of(search, call.account, fields=FIELDS):
        row = wire(newest)
        del row["Id"]
        rows.append({**row, "Num": number})
    return fine(success=YES, SystemEventCounts={"SystemEventCount": rows})


def histogram(call: Call) -> dict[str, object]:
    """DescribeSystemEventHistogram: how many there were in each of at most some sixty stretches of the range."""
    search = search_of(call)
    period = search.period_asked()
    counted = tally(search, call.account).by_moment
    bars = slots(period, now=call.now)
    found = dict.fromkeys(bars, 0)
    for (moment, _level), number in counted.items():
        bar = next((bar for bar in bars if bar[0] <= moment < bar[1]), None)
        if bar:
            found[bar] += number
    rows = [_bar(max(start, period.start), end, number) for (start, end), number in found.items()]
    return fine(success=YES, SystemEventHistograms={"SystemEventHistogram": rows})


def _bar(start: datetime, end: datetime, number: int) -> dict[str, object]:
    return {"StartTime": sent(start), "EndTime": sent(end), "Count": number}
