"""DingTalk's custom robots, as their pages tell: token, signature, keywords, size, and 20 messages a minute."""

import base64
import hashlib
import hmac
import time

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, read_json, said

WINDOW = 3600.0
"""Seconds by which the timestamp of a signature may differ."""


class DingTalkReceiver(Provider):
    """One robot with its security settings."""

    per_minute = 20

    def __init__(self, *, token: str, secret: str = "", keywords: tuple[str, ...] = ()) -> None:
        """Take the access token, and what the robot asks of a message."""
        super().__init__()
        self.token = token
        self.secret = secret
        self.keywords = keywords

    @property
    def webhook(self) -> str:
        """The URL as DingTalk shows it."""
        return f"{self.url}/robot/send?access_token={self.token}"

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer with `errcode` and `errmsg` inside 200."""
        if request.path != "/robot/send" or request.query.get("access_token") != [self.token]:
            return said(errcode=300001, errmsg="token is not exist")
        document = read_json(request)
        markdown = document.get("markdown")
        if document.get("msgtype") != "markdown" or not isinstance(markdown, dict):
            return said(errcode=400105, errmsg="unsupported msgtype")
        if not markdown.get("title") or not markdown.get("text"):
            return said(errcode=40035, errmsg="缺少参数 title/text")
        if len(request.body) > 20_000:
            return said(errcode=460101, errmsg="message too long")
        return self._secured(request, str(markdown["text"]))

    def _secured(self, request: ReceivedRequest, text: str) -> Reply:
        if self.secret and not self._signed(request):
            return said(errcode=310000, errmsg="sign not match, more: [https://ding-doc.dingtalk.com/doc]")
        if self.keywords and not any(word in text for word in self.keywords):
            return said(errcode=310000, errmsg="keywords not in content, more: [https://ding-doc.dingtalk.com/doc]")
        if self.too_fast():
            return said(errcode=130101, errmsg="send too fast, exceed 20 times per minute")
        return said(errcode=0, errmsg="ok")

    def _signed(self, request: ReceivedRequest) -> bool:
        (stamp,), (sign,) = request.query.get("timestamp", [""]), request.query.get("sign", [""])
        if not stamp.isdigit() or abs(time.time() - int(stamp) / 1000) > WINDOW:
            return False
        expected = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64decode(sign), expected)
