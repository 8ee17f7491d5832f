"""Lark and Feishu: the custom bot of a group, as a card.

After Feishu Open Platform, "Custom bot usage guide": 100 messages a minute and 5 a second, 20 KB a request; with
signature verification, the body holds `timestamp` in seconds and `sign`, the HMAC-SHA256 of nothing by the key
`timestamp\\nsecret`, in base64; errors come as `code` and `msg`, by older bots as `StatusCode` and `StatusMessage`.
Feishu (open.feishu.cn) and Lark (open.larksuite.com) speak the same; the URL decides. Every text of the card is
`plain_text`, in which neither mentions nor links nor Markdown are read.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from alerts.channels.base import Limits, Outcome
from alerts.channels.exchange import Exchange, Meaning, for_good, for_now, judged_by_code
from alerts.channels.robot import Content, Robot, Signature

_COLOURS = {"CRITICAL": "red", "WARN": "orange"}
_GONE = for_good("Add the bot anew to the group and save its new webhook URL.")
_BUSY = for_now("The bot sends too much, or the hour is busy.", wait=60.0)
MEANINGS: Mapping[str, Meaning] = {
    "9499": for_good("Lark could not read the message."),
    "11232": _BUSY,
    "11233": _BUSY,
    "11247": _BUSY,
    "99991400": _BUSY,
    "19001": _GONE,
    "19002": for_good("Lark could not read the message."),
    "19007": _GONE,
    "19021": for_good("Compare the signing secret with the bot's security settings, and the clock of this machine."),
    "19022": for_good("Add the address of this machine to the IP addresses in the bot's security settings."),
    "19024": for_good("Compare the keywords in the bot's security settings with the text of the message."),
    "19036": for_good("The bot's security settings refuse the message."),
}


class Lark(Robot):
    """Posts to a group of Lark or Feishu. An address is `url` and, where the bot asks for signatures, `secret`."""

    kind = "lark"
    label = "Lark"
    fields = ("url", "secret")
    limits = Limits(per_minute=100, max_bytes=20_000)

    def document(self, content: Content) -> Mapping[str, object]:
        """Return a card with a coloured header, the text, and a button that opens the page."""
        elements: list[Mapping[str, object]] = []
        if content.lines:
            elements.append({"tag": "div", "text": _plain("\n".join(content.lines))})
        if content.url:
            button = {"tag": "button", "text": _plain(content.label), "url": content.url, "type": "default"}
            elements.append({"tag": "action", "actions": [button]})
        header = {"template": _COLOURS.get(content.level, "blue"), "title": _plain(content.heading)}
        card = {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
        return {"msg_type": "interactive", "card": card}

    def sign(self, secret: str, *, at: float) -> Signature:
        """Return the two fields of the body."""
        if not secret:
            return Signature()
        stamp = str(int(at))
        digest = hmac.new(f"{stamp}\n{secret}".encode(errors="replace"), b"", hashlib.sha256).digest()
        sign = base64.b64encode(digest).decode("ascii")
        return Signature(fields={"timestamp": stamp, "sign": sign}, secrets=(secret, sign))

    def judge(self, done: Exchange) -> Outcome:
        """Read `code`, or what older bots call it."""
        names, texts = ("code", "StatusCode"), ("msg", "StatusMessage")
        return judged_by_code(done, codes=names, texts=texts, meanings=MEANINGS)


def _plain(text: str) -> Mapping[str, object]:
    return {"tag": "plain_text", "content": text}
