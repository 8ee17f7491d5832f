"""WeCom: the robot of a group, as Markdown.

After WeCom developer centre, "Group robot configuration": 20 messages a minute, Markdown of at most 4,096 bytes (here
the whole request stays below that), errors as `errcode` and `errmsg` inside HTTP 200. A mention would be `<@userid>`,
a font `<font …>`: no text of an event keeps its angle brackets.
"""

from collections.abc import Mapping

from alerts.channels.base import Limits, Outcome
from alerts.channels.exchange import Exchange, Meaning, for_good, for_now, judged_by_code
from alerts.channels.markdown import link, plain
from alerts.channels.robot import Content, Robot

_FONTS = {"CRITICAL": "warning", "WARN": "warning", "INFO": "info"}
_GONE = for_good("Add the robot anew to the group and save its new webhook URL.")
_CONTENT = for_good("WeCom could not read the message.")
MEANINGS: Mapping[str, Meaning] = {
    "-1": for_now("WeCom is busy."),
    "45009": for_now("The robot sent more than 20 messages in a minute.", wait=60.0),
    "45033": for_now("WeCom takes no more messages at once.", wait=10.0),
    "93000": _GONE,
    "93008": for_good("The robot is no longer in the group; add it again."),
    "93004": for_good("The robot was disabled; enable it in the group's settings."),
    "60020": for_good("Add the address of this machine to the trusted IP addresses."),
    "40008": _CONTENT,
    "40058": _CONTENT,
    "44004": _CONTENT,
    "45002": for_good("The message is too long for this robot."),
}


class WeCom(Robot):
    """Posts to a group of WeCom. An address is `url`."""

    kind = "wecom"
    label = "WeCom"
    limits = Limits(per_minute=20, max_bytes=4_096)

    def document(self, content: Content) -> Mapping[str, object]:
        """Return a Markdown message whose heading has the colour of its level."""
        font = _FONTS.get(content.level, "comment")
        parts = [f'**<font color="{font}">{plain(content.heading)}</font>**', *(plain(line) for line in content.lines)]
        parts += [link(content.label, content.url)] if content.url else []
        return {"msgtype": "markdown", "markdown": {"content": "\n".join(parts)}}

    def judge(self, done: Exchange) -> Outcome:
        """Read `errcode`."""
        return judged_by_code(done, codes=("errcode",), texts=("errmsg",), meanings=MEANINGS)
