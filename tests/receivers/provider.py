"""What the receivers that play a provider share: they judge each request by the provider's rules, unless scripted."""

import json
import time

from tests.receivers.http import HttpReceiver, ReceivedRequest, Reply

HTML = Reply(200, body=b"<!doctype html><html><title>Sign in</title></html>", headers={"Content-Type": "text/html"})
"""What a proxy answers in place of the provider."""


class Provider(HttpReceiver):
    """A provider on loopback. A subclass says in `judge` what the real one would say."""

    per_minute = 10_000
    """Messages that it takes in a minute."""

    def __init__(self) -> None:
        """Prepare; nothing listens before `start`."""
        super().__init__()
        self.taken: list[float] = []

    def answer(self, request: ReceivedRequest) -> Reply:
        """Answer from the script while there is one."""
        return self.next_reply() if self._script else self.judge(request)

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer as the real provider would."""
        raise NotImplementedError

    def too_fast(self) -> bool:
        """Count a message, and say whether it is one too many for this minute."""
        now = time.time()
        self.taken = [*(at for at in self.taken if at > now - 60), now]
        return len(self.taken) > self.per_minute


def said(status: int = 200, /, **document: object) -> Reply:
    """Return an answer in JSON."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return Reply(status, body=body, headers={"Content-Type": "application/json; charset=utf-8"})


def read_json(request: ReceivedRequest) -> dict[str, object]:
    """Return the JSON object in the body; empty when there is none, or when it was not sent as JSON."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        found = json.loads(request.body.decode("utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
