"""CloudEvents 1.0 over HTTP: binary, structured and batched, down to observations and rejections.

Standard: CloudEvents 1.0.2, HTTP protocol binding (3.1 binary, 3.2 structured, 3.3 batched) and JSON event format. What
is no CloudEvent is `Malformed` when it is the whole call, and a rejection when it is one of a batch; what is one, but
says something that is of no use here, is a rejection always. `kms_facts` knows what is of use.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from alerts.sources.base import Malformed, Observation, Rejection, TooMany, shown
from alerts.sources.kms_facts import FACT_TYPES, INTERNAL_TYPES, OUTSIDE_TYPES, Refused, observe
from alerts.sources.reading import Unreadable, find_flaw, read_json, read_text

__all__ = ["EMITS", "FACT_TYPES", "INTERNAL_TYPES", "KIND", "LIMIT", "parse"]

KIND: Final = "cloudevents"
EMITS: Final = OUTSIDE_TYPES
LIMIT: Final = 1_000
LONGEST_ATTRIBUTE: Final = 512
REQUIRED: Final = ("id", "source", "type")
BATCH: Final = "application/cloudevents-batch"
STRUCTURED: Final = "application/cloudevents"
CHARSET: Final = re.compile(r""";\s*charset\s*=\s*"?([^\s;"]+)""", re.IGNORECASE)
QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)


def parse(
    content_type: str, headers: Mapping[str, str], body: bytes, *, uid: str, now: datetime
) -> tuple[list[tuple[int, Observation]], list[Rejection]]:
    """Return what the call observed, each with its index in the call, and what was rejected.

    `headers` may hold names in any case; `uid` is the account that the token belongs to. An empty batch is a good one.
    Raises Malformed for what is no CloudEvent at all, and TooMany for a batch of more than 1,000.
    """
    events, batched = _events(content_type, headers, body)
    observations: list[tuple[int, Observation]] = []
    rejections: list[Rejection] = []
    for index, event in enumerate(events):
        try:
            observations.append((index, _observation(event, uid=uid, now=now)))
        except Refused as refused:
            if refused.code == "NotACloudEvent" and not batched:
                raise Malformed(refused.message) from refused
            rejections.append(Rejection(index, refused.code, refused.message))
    return observations, rejections


def _events(content_type: str, headers: Mapping[str, str], body: bytes) -> tuple[list[object], bool]:
    """Return the events of the call in the JSON event format, and whether the call was a batch."""
    media = content_type.partition(";")[0].strip().lower()
    if not media.startswith(STRUCTURED):
        return [_binary(media, content_type, headers, body)], False
    if media not in {f"{BATCH}+json", f"{STRUCTURED}+json"}:
        raise Malformed(f"The event format {shown(media)} is not read here: send {STRUCTURED}+json.")
    value = _json_body(content_type, body)
    if media == f"{STRUCTURED}+json":
        return [value], False
    if not isinstance(value, list):
        raise Malformed("The body is no JSON array: a batch is […], also when it holds one event.")
    if len(value) > LIMIT:
        raise TooMany(LIMIT)
    return value, True


def _json_body(content_type: str, body: bytes) -> object:
    charset = CHARSET.search(content_type)
    try:
        return read_json(read_text(body, charset[1] if charset else "utf-8"))
    except Unreadable as error:
        raise Malformed(f"The body {error}.") from error


def _binary(media: str, content_type: str, headers: Mapping[str, str], body: bytes) -> dict[str, object]:
    """Attributes from the ce- headers, data from the body, whose content type is that of the data."""
    event: dict[str, object] = {
        name.lower()[3:]: _header(name, value) for name, value in headers.items() if name.lower().startswith("ce-")
    }
    if not event:
        told = "The call is no CloudEvent: it has neither ce- headers nor a content type of CloudEvents"
        raise Malformed(f"{told}, such as {STRUCTURED}+json.")
    event.pop("data", None)
    event.pop("data_base64", None)
    if body.strip() and not _is_json(media):
        event["datacontenttype"], event["data"] = media, body
    elif body.strip():
        event["data"] = _json_body(content_type, body)
    return event


def _is_json(media: str) -> bool:
    return media in {"", "application/json", "text/json"} or media.endswith("+json")


def _header(name: str, value: str) -> str:
    """Undo the quoting and the percent-encoding of a header's value: HTTP binding 3.1.3.2."""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = QUOTED_PAIR.sub(r"\1", text[1:-1])
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise Malformed(f"The header {shown(name)} is not UTF-8 once its percent-encoding is undone.") from error


def _observation(event: object, *, uid: str, now: datetime) -> Observation:
    if not isinstance(event, dict):
        raise Refused("NotACloudEvent", "The event is no JSON object: send {…} with specversion, id, source and type.")
    _check_required(event)
    attributes = {name: value for name, value in event.items() if name not in {"data", "data_base64"}}
    data = _data(event)
    flaw = find_flaw({**attributes, "data": data}, level=0)
    if flaw:
        code = "TextInvalid" if flaw.kind == "text" else "DataInvalid"
        raise Refused(code, f"In the event, {flaw.sentence}: leave it out.")
    return observe(attributes, data, uid=uid, now=now)


def _check_required(event: Mapping[str, object]) -> None:
    if event.get("specversion") != "1.0":
        told = f"has specversion {shown(event['specversion'])}" if "specversion" in event else "has no specversion"
        raise Refused("NotACloudEvent", f"The event {told}: this is CloudEvents 1.0, so send 1.0.")
    for name in REQUIRED:
        value = event.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Refused("NotACloudEvent", f"The event has no {name}: give a text that is not empty.")
        if len(value) > LONGEST_ATTRIBUTE:
            told = f"The event's {name} has {len(value):,} characters"
            raise Refused("NotACloudEvent", f"{told}: at most {LONGEST_ATTRIBUTE} are allowed.")
    if event.get("data") is not None and event.get("data_base64") is not None:
        raise Refused("NotACloudEvent", "The event has both data and data_base64: send one of them.")


def _data(event: Mapping[str, object]) -> object:
    encoded, data = event.get("data_base64"), event.get("data")
    if encoded is None and not isinstance(data, bytes):
        return data
    media = str(event.get("datacontenttype") or "").partition(";")[0].strip().lower()
    if not _is_json(media):
        raise Refused("DataInvalid", f"The data is {shown(media)}, not JSON: send application/json.")
    if not isinstance(encoded, str):
        raise Refused("DataInvalid", "The event's data_base64 is no text: send base64.")
    try:
        return read_json(read_text(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError) as error:
        reason = str(error) if isinstance(error, Unreadable) else "is not base64"
        raise Refused("DataInvalid", f"The event's data_base64 {reason}.") from error
