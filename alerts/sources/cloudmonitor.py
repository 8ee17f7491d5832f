"""System events as CloudMonitor itself calls back with them.

Such a thing is an event already: it is kept as it is, its content untouched, also when nobody here knows its name. Only
its level is brought to the three words of the catalogue, and its time into the days for which events are kept.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from alerts.sources.base import CLOCK_SKEW, REGION, RETENTION, Malformed, Observation
from alerts.sources.callbacks import Callback, read_callback
from alerts.sources.reading import read_moment

KIND: Final = "cloudmonitor"
READ: Final = f"{KIND}.read"
HISTORY: Final = f"{KIND}.history"
"""Origins of events that were not sent here but read from the cloud: since the source was connected, and before."""
ORIGINS: Final = (KIND, READ, HISTORY)
FACT_TYPE: Final = "cloudmonitor.system-event"
EMITS: Final = frozenset({FACT_TYPE})
LONGEST_ID: Final = 200
ARN_REGION: Final = 2  # acs:<product>:<region>:…

LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CRITICAL": "CRITICAL",
        "严重": "CRITICAL",
        "WARN": "WARN",
        "WARNING": "WARN",
        "警告": "WARN",
        "INFO": "INFO",
        "NOTIFICATION": "INFO",
        "信息": "INFO",
    }
)


def parse(body: bytes, *, query: Mapping[str, str], content_type: str, uid: str, now: datetime) -> list[Observation]:
    """Return the one observation of a call, of type `cloudmonitor.system-event`; `query` is of the call's address.

    Its data has the fields of the callback body under their own names (`callbacks.LIMITS`, but for `id`), where none
    was sent an empty text, and `userId` is `uid` where none was sent; besides, `content` (an object), `envelope` (rule,
    payload, subscription), `originalId`, `originalLevel` if the level was missing or unknown, and `timeNote`
    (OutsideRetention, Unreadable) if `occurred_at` is `now` in place of the time that was sent.

    The id is the event's own, the same by any envelope; where none was sent it is made of what does not change from
    one call to the next. Raises Malformed for what is no system event.
    """
    callback = read_callback(body, query, content_type)
    fields = callback.fields
    if not fields["name"]:
        raise Malformed("The event has no name: send the callback body of an alert rule or of an event subscription.")
    moment, note = _occurred_at(callback.time, now=now)
    data = {
        **{name: text for name, text in fields.items() if name != "id"},
        "userId": fields["userId"] or uid,
        **_level(fields["level"]),
        "content": callback.content,
        "envelope": callback.envelope,
        "originalId": fields["id"],
        **note,
    }
    return [
        Observation(
            source=KIND,
            id=fields["id"] if 0 < len(fields["id"]) <= LONGEST_ID else _fingerprint(callback),
            type=FACT_TYPE,
            region=_region(fields),
            resource=fields["resourceId"],
            occurred_at=moment,
            data=data,
        )
    ]


def _level(sent: str) -> dict[str, str]:
    level = LEVELS.get(sent.upper())
    return {"level": level} if level else {"level": "INFO", "originalLevel": sent}


def _occurred_at(sent: object, *, now: datetime) -> tuple[datetime, dict[str, str]]:
    """An event of which the time is not to be had is kept all the same, at the time it came."""
    if sent in (None, ""):
        return now.astimezone(UTC), {}
    moment = read_moment(sent)
    if moment is None:
        return now.astimezone(UTC), {"timeNote": "Unreadable"}
    if now - RETENTION <= moment <= now + CLOCK_SKEW:
        return moment, {}
    return now.astimezone(UTC), {"timeNote": "OutsideRetention"}


def _region(fields: Mapping[str, str]) -> str:
    """The region that was sent, else that of the resource name, else none."""
    parts = fields["resourceId"].split(":")
    named = parts[ARN_REGION] if parts[0] == "acs" and len(parts) > ARN_REGION else ""
    return next((region for region in (fields["regionId"], named) if REGION.fullmatch(region)), "")


def _fingerprint(callback: Callback) -> str:
    """Hash what is the same in every call about one event: not who was told, nor when, nor by which envelope."""
    moment = read_moment(callback.time)
    same = {name: callback.fields[name] for name in ("id", "product", "name", "status", "regionId", "resourceId")}
    same["level"] = _level(callback.fields["level"])["level"]
    same["eventTime"] = moment.isoformat() if moment else callback.fields["eventTime"]
    text = json.dumps([same, callback.content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
