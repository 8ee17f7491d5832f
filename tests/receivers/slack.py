"""Slack's incoming webhooks, as their page describes them: a word as answer, blocks of at most 3,000 characters."""

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, read_json


class SlackReceiver(Provider):
    """One webhook of one channel."""

    per_minute = 60

    def __init__(self, *, path: str) -> None:
        """Take the path after /services/."""
        super().__init__()
        self.path = path

    @property
    def webhook(self) -> str:
        """The URL as Slack shows it."""
        return f"{self.url}/services/{self.path}"

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer with one word."""
        if request.path != f"/services/{self.path}":
            return Reply(404, body=b"no_service")
        document = read_json(request)
        blocks = document.get("blocks")
        if not document.get("text") and not blocks:
            return Reply(400, body=b"no_text")
        if not isinstance(blocks, list) or len(blocks) > 50 or not all(_sound(block) for block in blocks):
            return Reply(400, body=b"invalid_blocks")
        if self.too_fast():
            return Reply(429, body=b"rate_limited", headers={"Retry-After": "30"})
        return Reply(200, body=b"ok")


def _sound(block: dict[str, dict[str, object]]) -> bool:
    text = block["text"]
    most = 150 if str(block["type"]) == "header" else 3_000
    allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}[str(text["type"])]
    return 0 < len(str(text["text"])) <= most and set(text) <= allowed
