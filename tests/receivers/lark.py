"""The custom bots of Lark and Feishu, as their page tells: signature, keywords, size, 100 messages a minute."""

import base64
import hashlib
import hmac
import json
import time

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, read_json, said

WINDOW = 3600.0
"""Seconds by which the timestamp of a signature may differ."""


class LarkReceiver(Provider):
    """One bot with its security settings."""

    per_minute = 100

    def __init__(self, *, token: str, secret: str = "", keywords: tuple[str, ...] = ()) -> None:
        """Take the last part of the webhook's path, and what the bot asks of a message."""
        super().__init__()
        self.token = token
        self.secret = secret
        self.keywords = keywords

    @property
    def webhook(self) -> str:
        """The URL as Lark shows it."""
        return f"{self.url}/open-apis/bot/v2/hook/{self.token}"

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer with `code` and `msg`."""
        if request.path != f"/open-apis/bot/v2/hook/{self.token}":
            return said(code=19001, msg="param invalid: incoming webhook access token invalid", data={})
        document = read_json(request)
        if not _is_card(document) or len(request.body) > 20 * 1024:
            return said(400, code=9499, msg="Bad Request", data={})
        if self.secret and not self._signed(document):
            return said(code=19021, msg="sign match fail or timestamp is not within one hour from current time")
        if self.keywords and not any(word in json.dumps(document, ensure_ascii=False) for word in self.keywords):
            return said(code=19024, msg="Key Words Not Found")
        if self.too_fast():
            return said(code=11232, msg="frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]")
        return said(StatusCode=0, StatusMessage="success", code=0, data={}, msg="success")

    def _signed(self, document: dict[str, object]) -> bool:
        stamp, sign = str(document.get("timestamp", "")), str(document.get("sign", ""))
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > WINDOW:
            return False
        key = f"{stamp}\n{self.secret}".encode()
        return hmac.compare_digest(base64.b64decode(sign), hmac.new(key, b"", hashlib.sha256).digest())


def _is_card(document: dict[str, object]) -> bool:
    card = document.get("card")
    if document.get("msg_type") != "interactive" or not isinstance(card, dict):
        return False
    tags = [element.get("tag") for element in card["elements"]]
    return card["header"]["title"]["tag"] == "plain_text" and set(tags) <= {"div", "action", "hr", "note"}
