"""Slack: an incoming webhook, as blocks.

After Slack developer docs, "Sending messages using incoming webhooks", "Formatting message text" and "Rate limits": one
message a second, a text of at most 3,000 characters, the word `ok` as success, otherwise a status with a word. The
text of an event stands in `plain_text` objects, in which neither mentions nor links are read; the summary for
notifications and the link are mrkdwn and escaped as those pages ask.
"""

import re
from collections.abc import Mapping

from alerts.channels.base import Limits, Outcome
from alerts.channels.exchange import Exchange, Meaning, for_good, for_now
from alerts.channels.robot import Content, Robot

TEXT_LIMIT = 3_000
"""Characters of the text in a block."""
HEADER_LIMIT = 150

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_WORD = re.compile(r"[a-z_]{2,64}")
_GONE = for_good("Create the incoming webhook anew and save its new URL.")
_CHANNEL = for_good("Choose another channel for the webhook.")
_FORBIDDEN = for_good("Ask an administrator of the workspace to allow the webhook to post there.")
_UNREAD = for_good("Slack could not read the message.")
MEANINGS: Mapping[str, Meaning] = {
    "invalid_payload": _UNREAD,
    "invalid_blocks": _UNREAD,
    "invalid_blocks_format": _UNREAD,
    "no_text": _UNREAD,
    "missing_text_or_fallback_or_attachments": _UNREAD,
    "too_many_attachments": _UNREAD,
    "msg_too_long": _UNREAD,
    "no_service": _GONE,
    "no_service_id": _GONE,
    "no_active_hooks": _GONE,
    "no_team": _GONE,
    "invalid_token": _GONE,
    "team_disabled": for_good("The workspace was disabled."),
    "user_not_found": _CHANNEL,
    "channel_not_found": _CHANNEL,
    "channel_is_archived": _CHANNEL,
    "action_prohibited": _FORBIDDEN,
    "posting_to_general_channel_denied": _FORBIDDEN,
    "rollup_error": for_now("Slack failed."),
}


class Slack(Robot):
    """Posts to a channel of Slack. An address is `url`."""

    kind = "slack"
    label = "Slack"
    limits = Limits(per_minute=60)

    def document(self, content: Content) -> Mapping[str, object]:
        """Return a header, the text, and a link. A button would ask for an app that answers the press."""
        blocks: list[Mapping[str, object]] = [{"type": "header", "text": _plain(content.heading[:HEADER_LIMIT] or "-")}]
        if content.lines:
            blocks.append({"type": "section", "text": _plain("\n".join(content.lines))})
        if content.url:
            url = content.url.replace("|", "%7C").translate(_ESCAPED)
            text = {"type": "mrkdwn", "text": f"<{url}|{content.label}>", "verbatim": True}
            blocks.append({"type": "section", "text": text})
        summary = content.heading.translate(_ESCAPED)
        return {"text": summary, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}

    @property
    def room(self) -> int:
        """Slack counts characters, and those of one text alone."""
        return TEXT_LIMIT

    def size(self, document: Mapping[str, object]) -> int:
        """Measure the longest text of a block."""
        blocks = document["blocks"]
        assert isinstance(blocks, list)
        return max(len(block["text"]["text"]) for block in blocks)

    def judge(self, done: Exchange) -> Outcome:
        """Read the word in the body; a status without one speaks for itself."""
        word = done.text if _WORD.fullmatch(done.text) else ""
        if word == "ok" and done.succeeded:
            return done.accepted(word)
        if word in MEANINGS:
            raise done.refused(word, word.replace("_", " "), MEANINGS[word])
        done.check_status()
        return done.unknown()


def _plain(text: str) -> Mapping[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}
