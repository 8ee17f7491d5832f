"""The webhook channel: the machine envelope by HTTP POST as JSON, or by GET as query parameters.

A 2xx answer within the time-out is success, whatever stands in it: a webhook's receiver owes us no words. The headers
follow Standard Webhooks: `webhook-id` stays the same for every try, so that a receiver can drop a repeat, and with a
secret there is a `webhook-signature` (see `signature`).
"""

import json
import time
from collections.abc import Mapping

from alerts.channels import outgoing
from alerts.channels.base import ChannelSettings, DeliveryError, Limits, Message, Outcome
from alerts.channels.exchange import as_json, exchange, masked_url
from alerts.channels.signature import PREFIX, signatures
from alerts.channels.urls import read_url, with_query

METHODS = ("POST", "GET")

_JSON = {"Content-Type": "application/json; charset=utf-8"}


class Webhook:
    """Calls a URL back.

    An address is `url`, `method` (POST when absent), and for signed calls `secret`; `previous_secret` signs as well
    while the secret is being changed.
    """

    kind = "webhook"
    label = "Webhook"
    fields = ("url", "method", "secret", "previous_secret")
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
        params = _as_query(message.body) if by_query else {}
        content = b"" if by_query else as_json(dict(message.body))
        payload = with_query(read_url(url), params).query if by_query else content
        done = exchange(
            method,
            url,
            content=content,
            params=params,
            headers=_headers(message, payload=payload, address=address) | ({} if by_query else _JSON),
            secrets=_secrets(address),
            settings=settings,
            wiring=self._wiring,
        )
        done.check_status()
        return done.accepted()

    def mask(self, address: Mapping[str, str]) -> str:
        """Scheme and host; path and query of a webhook are its password."""
        return masked_url(address.get("url", ""))


def _headers(message: Message, *, payload: bytes, address: Mapping[str, str]) -> dict[str, str]:
    # The time of this try, by which a receiver can tell a late repeat.
    timestamp = int(time.time())
    headers = {"webhook-id": message.delivery_id, "webhook-timestamp": str(timestamp)}
    secrets = (address.get("secret", ""), address.get("previous_secret", ""))
    signed = signatures(payload, delivery_id=message.delivery_id, timestamp=timestamp, secrets=secrets)
    return headers | {"webhook-signature": " ".join(signed)} if signed else headers


def _secrets(address: Mapping[str, str]) -> tuple[str, ...]:
    given = (address.get("secret", ""), address.get("previous_secret", ""))
    return tuple(form for secret in given if secret for form in (secret, secret.removeprefix(PREFIX)))


def _as_query(body: Mapping[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else _text(value) for name, value in body.items()}


def _text(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, separators=(",", ":"))
