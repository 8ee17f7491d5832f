"""The webhook channel: the machine envelope by HTTP POST as JSON, or by GET as query parameters.

A 2xx answer within the time-out is success. The headers follow Standard Webhooks as far as they go without a signature:
`webhook-id` stays the same for every try, so that a receiver can drop a repeat.
"""

import json
import time
from collections.abc import Mapping

from alerts.channels import outgoing
from alerts.channels.base import MASK, ChannelSettings, DeliveryError, Limits, Message, Outcome
from alerts.channels.urls import read_url

METHODS = ("POST", "GET")


class Webhook:
    """Calls a URL back. An address is `url` and `method` (POST when absent)."""

    kind = "webhook"
    label = "Webhook"
    fields = ("url", "method")
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
        answer = outgoing.request(
            method,
            address.get("url", ""),
            headers=_headers(message, method=method, settings=settings),
            content=_as_json(message.body) if method == "POST" else b"",
            params=_as_query(message.body) if method == "GET" else None,
            timeout=settings.timeout,
            allow=settings.outgoing_allow,
            wiring=self._wiring,
        )
        outgoing.accepted(answer)
        return Outcome(status="ACCEPTED", code=str(answer.status), detail=answer.body_excerpt)

    def mask(self, address: Mapping[str, str]) -> str:
        """Scheme and host; path and query of a webhook are its password."""
        try:
            url = read_url(address.get("url", ""))
        except DeliveryError:
            return MASK
        return f"{url.scheme}://{url.netloc.decode('ascii')}/…"


def _headers(message: Message, *, method: str, settings: ChannelSettings) -> dict[str, str]:
    headers = {
        "User-Agent": settings.user_agent,
        "webhook-id": message.delivery_id,
        # The time of this try, by which a receiver can tell a late repeat.
        "webhook-timestamp": str(int(time.time())),
    }
    return headers | {"Content-Type": "application/json; charset=utf-8"} if method == "POST" else headers


def _as_json(body: Mapping[str, object]) -> bytes:
    # A lone surrogate cannot be written as UTF-8; a question mark in its place is better than no message.
    return _text(body).encode("utf-8", errors="replace")


def _as_query(body: Mapping[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else _text(value) for name, value in body.items()}


def _text(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, separators=(",", ":"))
