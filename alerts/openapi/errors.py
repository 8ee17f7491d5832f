"""How an action says no: a fault with the HTTP status, the code and the sentence that the SDKs make an exception of."""

from __future__ import annotations

MISSING = "MissingParameter"
INVALID = "InvalidParameter"
RECOMMEND = "https://next.api.alibabacloud.com/troubleshoot?q="


class Fault(Exception):
    """The call is refused. `code` is what programs look at, `message` a sentence for people without any secret."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self, *, request_id: str, host: str) -> dict[str, object]:
        """Return the JSON in which the SDKs read a fault."""
        return {
            "RequestId": request_id, "HostId": host, "Code": self.code, "Message": self.message,
            "Recommend": f"{RECOMMEND}{self.code}", "HttpStatus": self.status,
        }  # fmt: skip


def missing(name: str) -> Fault:
    """Return the fault of a parameter that is needed and not there."""
    return Fault(400, MISSING, f'The parameter "{name}" is needed but not provided.')


def invalid(name: str, why: str, *, code: str = INVALID) -> Fault:
    """Return the fault of a parameter that cannot be used; `why` is a sentence."""
    return Fault(400, code, f'The specified parameter "{name}" is not valid. {why}')
