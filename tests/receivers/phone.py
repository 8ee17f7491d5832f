"""A provider of text messages and calls: bearer token, E.164 numbers, at most 500 characters, its own words."""

import re
from collections.abc import Mapping

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, read_json, said

TAKEN: Mapping[str, object] = {"code": 0, "message": "accepted", "id": "m-1"}


class PhoneReceiver(Provider):
    """One account of the provider."""

    def __init__(self, *, path: str, token: str) -> None:
        """Take the path of the account, and the token of its Authorization header."""
        super().__init__()
        self.path = path
        self.token = token

    @property
    def endpoint(self) -> str:
        """The URL for text messages or calls."""
        return f"{self.url}/{self.path}"

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer with `code` and `message`, errors inside 200."""
        if request.headers.get("authorization") != f"Bearer {self.token}" or request.path != f"/{self.path}":
            return said(401, code=401, message="unauthorized")
        document = read_json(request)
        to, text = str(document.get("to", "")), str(document.get("text", ""))
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return said(code=1002, message=f"no number: {to}")
        if not 0 < len(text) <= 500:
            return said(code=1003, message="text too long")
        return said(**TAKEN)
