"""DingTalk: the custom robot of a group, as Markdown.

After DingTalk Open Platform, "Custom robot access", "Custom robot security settings" and "Robot message types":
20 messages a minute, after more of them ten minutes of silence; with the security setting *Sign*, the query holds
`timestamp` in milliseconds and `sign`, the HMAC-SHA256 of `timestamp\\nsecret` by the secret, in base64; errors come
inside HTTP 200 as `errcode` and `errmsg`. Mentions come only from the field `at`, which names nobody here.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from alerts.channels.base import Limits, Outcome
from alerts.channels.exchange import Exchange, Meaning, for_good, for_now, judged_by_code
from alerts.channels.markdown import link, plain
from alerts.channels.robot import Content, Robot, Signature

_SILENCE = 600.0
_GONE = for_good("Create the robot anew in the group and save its new webhook URL.")
_CONTENT = for_good("DingTalk judged the content of the message; look at the text in Alert History.")
MEANINGS: Mapping[str, Meaning] = {
    "-1": for_now("DingTalk is busy."),
    "130101": for_now("The robot is silenced for ten minutes after more than 20 messages in one.", wait=_SILENCE),
    "410100": for_now("The robot is silenced for ten minutes after more than 20 messages in one.", wait=_SILENCE),
    "310000": for_good("Compare keywords, signing secret and IP addresses with the robot's security settings."),
    "300001": _GONE,
    "300005": _GONE,
    "400101": _GONE,
    "400106": _GONE,
    "400013": for_good("The group was dissolved; choose another robot."),
    "400102": for_good("The robot was disabled; enable it in the group's settings."),
    "400105": for_good("The robot does not take this type of message."),
    "40035": for_good("DingTalk did not find what it expects in the message."),
    "43004": for_good("DingTalk did not find what it expects in the message."),
    "460101": for_good("The message is too long for this robot."),
    "430101": _CONTENT,
    "430102": _CONTENT,
    "430103": _CONTENT,
    "430104": _CONTENT,
}


class DingTalk(Robot):
    """Posts to a group of DingTalk. An address is `url` and, where the robot asks for signatures, `secret`."""

    kind = "dingtalk"
    label = "DingTalk"
    fields = ("url", "secret")
    limits = Limits(per_minute=20, max_bytes=20_000)

    def document(self, content: Content) -> Mapping[str, object]:
        """Return a Markdown message; two blanks before the end of a line are DingTalk's line break."""
        parts = [f"### {plain(content.heading)}", "  \n".join(plain(line) for line in content.lines)]
        parts += [link(content.label, content.url)] if content.url else []
        markdown = {"title": content.heading, "text": "\n\n".join(part for part in parts if part)}
        return {"msgtype": "markdown", "markdown": markdown, "at": {"isAtAll": False}}

    def sign(self, secret: str, *, at: float) -> Signature:
        """Return the two query parameters."""
        if not secret:
            return Signature()
        stamp = str(round(at * 1000))
        digest = hmac.new(_utf8(secret), _utf8(f"{stamp}\n{secret}"), hashlib.sha256).digest()
        sign = base64.b64encode(digest).decode("ascii")
        return Signature(params={"timestamp": stamp, "sign": sign}, secrets=(secret, sign))

    def judge(self, done: Exchange) -> Outcome:
        """Read `errcode`."""
        return judged_by_code(done, codes=("errcode",), texts=("errmsg",), meanings=MEANINGS)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
