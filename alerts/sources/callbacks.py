"""CloudMonitor's callback bodies, whichever envelope and encoding, brought to one set of fields.

Three envelopes: that of an alert rule (kms_events.md 2.2), the bare payload that the rotation events are documented
with (2.1), and that of an event subscription (cms_console.md 6.6); each by POST or GET, as JSON or as form. The same
event by any of them has the same fields, so that what follows need not know how it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from alerts.sources.base import Malformed
from alerts.sources.reading import Unreadable, find_flaw, read_json, read_text

FORM: Final = "application/x-www-form-urlencoded"
MOST_PARAMETERS: Final = 100
ENVELOPE_LEVEL: Final = -2  # an envelope lies up to three levels above the content, whose own depth is what is capped

# Field of the callback body → the most characters that it may have.
LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "id": 512,
        "product": 64,
        "name": 256,
        "eventType": 64,
        "level": 64,
        "status": 64,
        "regionId": 64,
        "resourceId": 1_024,
        "instanceName": 512,
        "groupId": 64,
        "userId": 64,
        "ver": 16,
        "eventTime": 64,
        "traceId": 256,
        "ruleName": 256,
        "strategyName": 256,
        "alertStatus": 64,
    }
)
RULE_FIELDS: Final = tuple(name for name in LIMITS if name not in {"strategyName", "alertStatus"})


@dataclass(frozen=True, slots=True)
class Callback:
    """One event as it was sent: `envelope` is rule, payload or subscription; a field that was not sent is empty.

    `time` is the event's own time in the form that was sent (text or number), or None.
    """

    envelope: str
    fields: Mapping[str, str]
    content: Mapping[str, object]
    time: object


def read_callback(body: bytes, query: Mapping[str, str], content_type: str) -> Callback:
    """Return the event of a call; `query` are the parameters of its address. Raises Malformed."""
    try:
        value = _value(body, query, content_type)
    except Unreadable as error:
        raise Malformed(f"The body {error}.") from error
    if not isinstance(value, dict):
        raise Malformed("The body is no JSON object: send the callback body of one event.")
    alert = _opened(value.get("alert"))
    if alert in (None, ""):
        callback = _of_rule(value)
    elif isinstance(alert, dict):
        callback = _of_subscription(value, alert)
    else:
        raise Malformed("The parameter alert is no JSON object: send the callback body of an event subscription.")
    flaw = find_flaw([value, alert, callback.content], level=ENVELOPE_LEVEL, any_integer=True)
    if flaw:
        raise Malformed(f"In the body, {flaw.sentence}.")
    return callback


def _value(body: bytes, query: Mapping[str, str], content_type: str) -> object:
    """Return the JSON or the parameters of the call; what looks like JSON is, whatever its content type says."""
    text = read_text(body).strip()
    if text and (text[0] in "{[" or not content_type.lower().startswith(FORM)):
        return read_json(text)
    parameters = _parameters(text) if text else dict(query)
    if not parameters:
        raise Malformed("The call is empty: send the callback body of an alert rule or of an event subscription.")
    whole = parameters.get("data") or parameters.get("body")
    return read_json(whole) if whole and not parameters.keys() & {"alert", "name"} else parameters


def _parameters(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS))
    except ValueError as error:
        raise Malformed(f"The form has more than {MOST_PARAMETERS} fields, or is not UTF-8.") from error


def _of_rule(value: Mapping[str, object]) -> Callback:
    fields = {name: _text(name, value.get(name)) for name in RULE_FIELDS}
    return Callback(
        envelope="rule" if fields["id"] or fields["ruleName"] else "payload",
        fields=fields,
        content=_content(value.get("content")),
        time=value.get("eventTime"),
    )


def _of_subscription(value: Mapping[str, object], alert: Mapping[str, object]) -> Callback:
    meta = _part(_part(alert, "meta"), "sysEventMeta")
    time = _first(meta.get("eventTime"), alert.get("timestamp"))
    sent = {
        **{name: _first(meta.get(name), alert.get(name)) for name in LIMITS},
        "id": meta.get("id"),
        "name": _first(meta.get("name"), alert.get("eventName"), meta.get("eventNameEn"), meta.get("eventNameZh")),
        "level": _first(meta.get("level"), alert.get("severity"), value.get("severity")),
        "resourceId": _resource(meta.get("resourceId"), alert.get("arn"), meta.get("resource")),
        "userId": _first(value.get("userId"), alert.get("userId"), _part(value, "userInfo").get("userId")),
        "eventTime": time,
        "strategyName": value.get("strategyName"),
    }
    del sent["ruleName"]
    return Callback(
        envelope="subscription",
        fields={name: _text(name, given) for name, given in sent.items()},
        content=_content(alert.get("eventContentMap") or alert.get("eventRawContent")),
        time=time,
    )


def _resource(*candidates: object) -> object:
    """Prefer a full resource name: the subscription sends it as `arn`, and sometimes as `resourceId` too."""
    full = [given for given in candidates if isinstance(given, str) and given.startswith("acs:")]
    return _first(*full, *candidates)


def _first(*candidates: object) -> object:
    return next((given for given in candidates if given not in (None, "")), None)


def _part(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = _opened(value.get(name))
    return part if isinstance(part, dict) else {}


def _opened(value: object) -> object:
    """Return the object that a text holds as JSON, else the value as it is: forms nest objects as text."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return read_json(value)
    except Unreadable:
        return value


def _content(sent: object) -> Mapping[str, object]:
    if sent in (None, ""):
        return {}
    content = _opened(sent)
    if isinstance(content, dict):
        return content
    return {"text": content} if isinstance(content, str) else {"value": content}


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Malformed(f"The field {name} is no text.")
    text = str(value).strip()
    if len(text) > LIMITS[name]:
        raise Malformed(f"The field {name} has {len(text):,} characters: at most {LIMITS[name]:,} are allowed.")
    return text
