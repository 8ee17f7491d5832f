"""Facts: everything that a message about an event may say, under the names by which templates know it.

A mail answers, in this order: what happened, to what, since when, what it means, what to do, where to look. Whatever
comes from outside is brought to one line first, so that no content can pass for a heading or a header.

| Name | What it is |
|---|---|
| `level`, `title`, `name`, `region`, `resource`, `account` | what happened to what, and where |
| `time`, `utc_time` | when, in the recipient's zone and in UTC |
| `cause`, `meaning`, `impact`, `remedy` | what the failing side said, and what the catalogue says; empty for nothing |
| `rule`, `recipient`, `reason`, `muted` | which rule tells whom, as names and as sentences |
| `url` | the page of the event |
| `test`, `test_mark`, `test_note` | whether all of this is a test; its mark for subjects, its sentence for texts |
| `event` | its `id`, `name`, `type`, `status`, `product`, `instance` |
| `rows`, `origin` | the most important of these, each with `label` and `value` |
| `details` | the content of the event, each with `path` and `value` |
| `merged`, `merged_count`, `merged_more` | what goes along with this message: `level`, `title`, `name`, `time` and \
all of it as `line`; how many there are, and how many are not listed |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from alerts.estate.regions import BY_ID
from alerts.events.catalog import BY_NAME, PRODUCT_TITLE
from alerts.events.catalog.chinese import IN_CHINESE
from alerts.notifications.plain import line, pairs_of, shortened
from alerts.notifications.wording import CHINESE, Wording, wording_of

if TYPE_CHECKING:
    from alerts.events.models import SystemEvent
    from alerts.notifications.models import Decision

NAME_LENGTH = 120
CAUSE_LENGTH = 300
MOST_LISTED = 100
"""Merged messages that are listed in the text."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a message is for: the name, and the language and zone to speak in."""

    name: str
    language: str
    zone: str = "UTC"

    @property
    def words(self) -> Wording:
        """The words of the language."""
        return wording_of(self.language)


def facts_of(
    event: SystemEvent, reader: Reader, *, decision: Decision, merged: Sequence[Decision] = ()
) -> dict[str, Any]:
    """Return the variables of a message about a decision, which takes along what `merged` decided."""
    words, known = reader.words, event.record
    muted_for = words.periods.get(decision.rule.mute_for, "") if decision.rule and not decision.test else ""
    return {
        "test": decision.test,
        "test_mark": words.test,
        "test_note": words.test_note,
        "level": line(event.level),
        "title": title_of(event.name, words),
        "name": name_of(event.resource, event.instance_name),
        "region": line(event.region),
        "resource": line(event.resource),
        "account": line(event.account),
        "time": zoned_time(event.occurred_at, reader.zone),
        "utc_time": utc_time(event.occurred_at),
        "cause": cause_of(event.content),
        "meaning": _said(known.meaning, words) if known else "",
        "impact": _said(known.impact, words) if known else "",
        "remedy": _said(known.remedy, words) if known else "",
        "rule": line(decision.rule_name),
        "recipient": line(reader.name),
        "reason": words.reason.format(recipient=line(reader.name), rule=line(decision.rule_name)),
        "muted": words.muted.format(period=muted_for) if muted_for else "",
        "url": settings.SITE_URL + reverse("cloudmonitor:system_event", args=[event.id]),
        "event": _event(event),
        "rows": _rows(event, reader),
        "origin": _origin(event, words),
        "details": [{"path": path, "value": value} for path, value in pairs_of(event.content)],
        "merged": [_merged(each, reader) for each in merged[:MOST_LISTED]],
        "merged_count": len(merged),
        "merged_more": max(0, len(merged) - MOST_LISTED),
    }


def _said(sentence: str, words: Wording) -> str:
    return IN_CHINESE.get(sentence, sentence) if words is CHINESE else sentence


def _event(event: SystemEvent) -> Row:
    return {
        "id": str(event.id),
        "name": line(event.name),
        "type": line(event.event_type),
        "status": line(event.status),
        "product": line(event.product),
        "instance": line(event.instance_name),
    }


def _merged(decision: Decision, reader: Reader) -> Row:
    told = {
        "level": line(decision.level),
        "title": title_of(decision.event_name, reader.words),
        "name": name_of(decision.resource),
        "time": zoned_time(decision.occurred_at, reader.zone),
    }
    return told | {"line": f"[{told['level']}] {told['title']} · {told['name']} · {told['time']}"}


def title_of(name: str, words: Wording) -> str:
    """Return the title of an event by its name; the name itself where the catalogue knows no title."""
    known = BY_NAME.get(name)
    if known is None:
        return line(name)
    return known.title_zh if words is CHINESE else known.title


def name_of(resource: str, instance_name: str = "") -> str:
    """Return what people call a resource."""
    return shortened(line(instance_name or resource.rpartition("/")[2] or resource), NAME_LENGTH)


def _rows(event: SystemEvent, reader: Reader) -> list[Row]:
    """Return to what it happened, where and when, each with its label."""
    words, region = reader.words, BY_ID.get(event.region)
    kind = event.record.resource_kind if event.record else ""
    rows = [
        (words.kinds.get(kind, words.resource), name_of(event.resource, event.instance_name)),
        (words.region, f"{region.name} · {region.id}" if region else line(event.region)),
        (words.account, line(event.account)),
    ]
    since = words.since if event.status in {"Failed", "Warning"} else words.time
    if reader.zone == "UTC":
        rows.append((since, utc_time(event.occurred_at)))
    else:
        rows += [(since, zoned_time(event.occurred_at, reader.zone)), ("", utc_time(event.occurred_at))]
    return _filled([*rows, (words.cause, cause_of(event.content))])


def _filled(rows: Sequence[tuple[str, str]]) -> list[Row]:
    return [{"label": label, "value": value} for label, value in rows if value]


def cause_of(content: object) -> str:
    """Return what the failing side said, with its code; nothing where the event tells of no failure."""
    failure = content.get("failureInfo") if isinstance(content, Mapping) else None
    if not isinstance(failure, Mapping):
        return ""
    code, said = (line(failure.get(name) or "") for name in ("errorCode", "errorMessage"))
    return shortened(f"{said} ({code})" if said and code else said or code, CAUSE_LENGTH)


def _origin(event: SystemEvent, words: Wording) -> list[Row]:
    """Return the event as other systems know it."""
    product = PRODUCT_TITLE if event.product == "KMS" else event.product
    kind = " · ".join(word for word in (event.event_type, event.status) if word)
    rows = ((words.event, event.name), (words.type, kind), (words.product, product),
            (words.resource, event.resource), (words.event_id, event.id))  # fmt: skip
    return _filled([(label, line(value)) for label, value in rows])


def zoned_time(moment: datetime, zone: str) -> str:
    """Return a moment in a zone, with name and offset, because letters (CST) name more than one zone."""
    if zone == "UTC":
        return utc_time(moment)
    local = moment.astimezone(ZoneInfo(zone))
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} {zone} (UTC{offset[:3]}:{offset[3:5]})"


def utc_time(moment: datetime) -> str:
    """Return a moment in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
