"""Webhooks of Microsoft Teams, as their pages describe them: a workflow that takes cards, and a connector of old."""

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, read_json, said

MOST_BYTES = 28 * 1024


class TeamsReceiver(Provider):
    """One webhook; `connector` makes it answer as Office 365 connectors did."""

    per_minute = 4 * 60

    def __init__(self, *, signature: str, connector: bool = False) -> None:
        """Take the signature in the query of the URL."""
        super().__init__()
        self.signature = signature
        self.connector = connector

    @property
    def webhook(self) -> str:
        """The URL as Power Automate shows it."""
        path = "/workflows/0f1e2d3c4b5a/triggers/manual/paths/invoke"
        return f"{self.url}{path}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={self.signature}"

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer 202 without a word as a workflow, or 200 as a connector."""
        if request.query.get("sig") != [self.signature]:
            error = {
                "code": "DirectApiAuthorizationRequired",
                "message": "The request must be authenticated only by SAS.",
            }
            return said(401, error=error)
        if len(request.body) > MOST_BYTES:
            return Reply(413)
        if not _is_card(read_json(request)):
            return Reply(400, body=b"Bad payload received by generic incoming webhook.")
        if self.too_fast():
            return connector_failure(429) if self.connector else Reply(429, headers={"Retry-After": "11"})
        return Reply(200, body=b"1") if self.connector else Reply(202, body=b"")


def connector_failure(status: int) -> Reply:
    """Return what a connector says inside 200 when Teams answers `status`."""
    text = f"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {status}"
    return Reply(200, body=f"{text} with ContextId tcid=1,server=SG2PEPF000AF5A,cv=A1b2.".encode())


def _is_card(document: dict[str, object]) -> bool:
    attachments = document.get("attachments")
    if document.get("type") != "message" or not isinstance(attachments, list):
        return False
    card = attachments[0]["content"]
    known = {"RichTextBlock", "TextBlock"}
    return card["type"] == "AdaptiveCard" and card["version"] >= "1.4" and {b["type"] for b in card["body"]} <= known
