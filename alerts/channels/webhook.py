"""The webhook channel: the machine envelope by HTTP POST as JSON, or by GET as query parameters.

With a `format`, as push channels have it, JSON stands in the body of a POST and in the query parameter `data` of a GET;
FORM makes each field of the envelope a parameter, of the form that a POST sends or of the query.

A 2xx answer within the time-out is success, whatever stands in it: a webhook's receiver owes us no words. The headers
follow Standard Webhooks: `webhook-id` stays the same for every try, so that a receiver can drop a repeat, and with a
secret there is a `webhook-signature` (see `signature`).
"""

import json
import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from alerts.channels import outgoing
from alerts.channels.base import ChannelSettings, DeliveryError, Limits, Message, Outcome
from alerts.channels.exchange import as_json, exchange, masked_url
from alerts.channels.signature import PREFIX, signatures
from alerts.channels.urls import read_url, with_query

METHODS = ("POST", "GET")
FORMATS = ("JSON", "FORM")
MOST_HEADERS = 10

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_VALUE = re.compile(r"[\x20-\x7e]{0,1024}")
_RESERVED = frozenset(
    {
        "host",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "expect",
    }
)


class Webhook:
    """Calls a URL back.

    An address is `url`, `method` (POST when absent), and for signed calls `secret`; `previous_secret` signs as well
    while the secret is being changed. `format` is JSON or FORM, `headers` a JSON object of further headers.
    """

    kind = "webhook"
    label = "Webhook"
    fields = ("url", "method", "secret", "previous_secret", "format", "headers")
    limits = Limits()

    def __init__(self, *, wiring: outgoing.Wiring = outgoing.SYSTEM) -> None:
        """Take the way to the network; tests bring their own."""
        self._wiring = wiring

    def send(self, message: Message, *, address: Mapping[str, str], settings: ChannelSettings) -> Outcome:
        """Call the URL once.

        Raises DeliveryError; which answers are for good stands at `outgoing.PERMANENT_STATUSES`.
        """
        method = (address.get("method") or "POST").upper()
        if method not in METHODS:
            raise DeliveryError("The request method must be POST or GET.", permanent=True, code="AddressInvalid")
        url, by_query = address.get("url", ""), method == "GET"
        params, content, kind = _written(message.body, by_query=by_query, form=address.get("format", ""))
        payload = with_query(read_url(url), params).query if by_query else content
        done = exchange(
            method,
            url,
            content=content,
            params=params,
            headers=own_headers(address.get("headers", ""))
            | _headers(message, payload=payload, address=address)
            | kind,
            secrets=_secrets(address),
            settings=settings,
            wiring=self._wiring,
        )
        done.check_status()
        return done.accepted()

    def mask(self, address: Mapping[str, str]) -> str:
        """Scheme and host; path and query of a webhook are its password."""
        return masked_url(address.get("url", ""))


def _written(body: Mapping[str, object], *, by_query: bool, form: str) -> tuple[dict[str, str], bytes, dict[str, str]]:
    """Return the query parameters, the content, and the header that says what the content is."""
    if by_query:
        return ({"data": _text(body)} if form == "JSON" else _as_query(body)), b"", {}
    if form == "FORM":
        return {}, urlencode(_as_query(body), errors="replace").encode("ascii"), _FORM
    return {}, as_json(dict(body)), _JSON


def own_headers(text: str) -> dict[str, str]:
    """Return the headers in a JSON object of names and values; raise DeliveryError for one that cannot be sent.

    Nothing is sent here, so forms may call it for what is typed into them.
    """
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(found) > MOST_HEADERS or not all(_is_header(*pair) for pair in found.items()):
        reason = (
            "The headers must be at most ten, each a name and a value of one line, and none that HTTP itself needs."
        )
        raise DeliveryError(reason, permanent=True, code="HeadersInvalid")
    return found


def is_reserved(name: str) -> bool:
    """Tell whether a header is set here, or would break the request."""
    return name.lower() in _RESERVED or name.lower().startswith("webhook-")


def _is_header(name: str, value: object) -> bool:
    return (
        not is_reserved(name)
        and bool(_NAME.fullmatch(name))
        and isinstance(value, str)
        and bool(_VALUE.fullmatch(value))
    )


def _headers(message: Message, *, payload: bytes, address: Mapping[str, str]) -> dict[str, str]:
    # The time of this try, by which a receiver can tell a late repeat.
    timestamp = int(time.time())
    headers = {"webhook-id": message.delivery_id, "webhook-timestamp": str(timestamp)}
    secrets = (address.get("secret", ""), address.get("previous_secret", ""))
    signed = signatures(payload, delivery_id=message.delivery_id, timestamp=timestamp, secrets=secrets)
    return headers | {"webhook-signature": " ".join(signed)} if signed else headers


def _secrets(address: Mapping[str, str]) -> tuple[str, ...]:
    given = (address.get("secret", ""), address.get("previous_secret", ""))
    signing = tuple(form for secret in given if secret for form in (secret, secret.removeprefix(PREFIX)))
    return signing + tuple(value for value in own_headers(address.get("headers", "")).values() if value)


def _as_query(body: Mapping[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else _text(value) for name, value in body.items()}


def _text(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, separators=(",", ":"))
