"""Microsoft Teams: the webhook of a workflow, as an Adaptive Card.

After Microsoft Learn, "Create incoming webhooks with Workflows for Microsoft Teams", "Create and send messages" and
"Text formatting in cards": 28 KB a message, four requests a second. A workflow answers 202 before it posts, so accepted
means no more than that. Connectors of old answer `1`, and tell of a refusal by a sentence inside HTTP 200. The text
stands in text runs, which read no Markdown; mentions come only from `entities`, and there are none.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

from alerts.channels.base import Limits, Outcome
from alerts.channels.exchange import Exchange, Meaning, code_in, for_good
from alerts.channels.outgoing import PERMANENT_STATUSES
from alerts.channels.robot import Content, Robot

_COLOURS = {"CRITICAL": "Attention", "WARN": "Warning"}
_FAILED = re.compile(r"Webhook message delivery failed with error: (.*?HTTP error (\d{3}).*)", re.DOTALL)
_FAILED_SOMEHOW = re.compile(
    r"Webhook (message delivery failed|Bad Request)|Summary or Text is required", re.IGNORECASE
)
_SIGN_IN = {"DirectApiAuthorizationRequired", "Unauthorized", "AuthorizationFailed"}
_GONE = for_good("Create the workflow anew and save its new URL.")
MEANINGS: Mapping[str, Meaning] = {
    "WorkflowNotFound": _GONE,
    "WorkflowTriggerNotFound": _GONE,
    "WorkflowTriggerIsNotEnabled": for_good("The workflow is turned off; turn it on in Power Automate."),
    **dict.fromkeys(_SIGN_IN, for_good("The URL is not complete, or the workflow takes only signed-in callers.")),
}


class Teams(Robot):
    """Posts to a channel or chat of Teams. An address is `url`."""

    kind = "teams"
    label = "Microsoft Teams"
    limits = Limits(per_minute=4 * 60, max_bytes=28_000)

    def document(self, content: Content) -> Mapping[str, object]:
        """Return a message with one card."""
        title = _runs(content.heading, weight="Bolder", color=_COLOURS.get(content.level, "Accent"))
        card: dict[str, object] = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "msteams": {"width": "Full"},
            "body": [title, *_blocks(content)],
        }
        if content.url:
            card["actions"] = [{"type": "Action.OpenUrl", "title": content.label, "url": content.url}]
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
        return {"type": "message", "attachments": [attachment]}

    def judge(self, done: Exchange) -> Outcome:
        """Read the sentence of a connector, the error of a workflow, or the status."""
        if found := _FAILED.search(done.text):
            status = int(found.group(2))
            # 429 is named in the sentence and not in the status, and no header says how long to wait.
            wait = 60.0 if status == HTTPStatus.TOO_MANY_REQUESTS else None
            raise done.refused(str(status), found.group(1), Meaning(status in PERMANENT_STATUSES, "", wait))
        if done.succeeded and _FAILED_SOMEHOW.search(done.text):
            raise done.refused(str(done.answer.status), done.text, Meaning(permanent=False))
        document = done.document
        error = document.get("error") if document else None
        if isinstance(error, dict) and (code := code_in(error, ("code",))) in MEANINGS:
            raise done.refused(code, str(error.get("message") or ""), MEANINGS[code])
        done.check_status()
        taken = done.answer.status == HTTPStatus.ACCEPTED or done.text == "1" or (document is not None and not error)
        return done.accepted() if taken and "<html" not in done.text.lower() else done.unknown()


def _blocks(content: Content) -> list[Mapping[str, object]]:
    """Return a block for each line that is not blank; a blank one becomes space before the next."""
    blocks: list[Mapping[str, object]] = []
    space = True
    for line in content.lines:
        if line:
            blocks.append({**_runs(line), "spacing": "Medium" if space else "None"})
        space = not line
    return blocks


def _runs(text: str, **style: str) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
