"""Function Compute 3.0 as its page describes it: InvokeFunction, asynchronous calls, 128 KiB, 202.

From "Function Compute: InvokeFunction".
"""

from urllib.parse import unquote

from tests.receivers.cloud import REQUEST_ID, OpenApiReceiver, failed
from tests.receivers.http import ReceivedRequest, Reply

PAYLOAD_LIMIT = 131_072
_START, _END = "/2023-03-30/functions/", "/invocations"


class FunctionReceiver(OpenApiReceiver):
    """One account with some functions; `calls` holds name and payload of each."""

    def __init__(self, *, key_id: str, key_secret: str, functions: tuple[str, ...]) -> None:
        """Take the access key, and what there is."""
        super().__init__(key_id=key_id, key_secret=key_secret)
        self.functions = functions
        self.calls: list[tuple[str, bytes]] = []

    def serve(self, request: ReceivedRequest) -> Reply:
        """Queue the call."""
        name = unquote(request.path.removeprefix(_START).removesuffix(_END))
        if name not in self.functions:
            return failed(404, "FunctionNotFound", f"function '{name}' does not exist")
        if request.headers.get("x-fc-invocation-type") != "Async":
            return Reply(200, body=b"what the function says", headers={"x-fc-request-id": REQUEST_ID})
        if len(request.body) > PAYLOAD_LIMIT:
            return failed(413, "PayloadTooLarge", "payload size exceeds the limit")
        self.calls.append((name, request.body))
        return Reply(202, body=b"", headers={"x-fc-request-id": REQUEST_ID})
