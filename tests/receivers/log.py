"""Simple Log Service as its pages describe it: a project in the host, a LogGroup in Protobuf, and its signature.

From "Simple Log Service: PutLogs", "Data encoding method" and "Request signatures".
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import zstd  # type: ignore[import-untyped]

from tests.receivers.cloud import REQUEST_ID, CloudReceiver
from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import said

FIELD_LIMIT = 1024 * 1024
GROUP_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True)
class ReceivedLog:
    """One log, with what its group says of it."""

    at: int
    topic: str
    source: str
    fields: dict[str, str]


class LogReceiver(CloudReceiver):
    """One project with one Logstore."""

    def __init__(self, *, key_id: str, key_secret: str, project: str, logstore: str) -> None:
        """Take the access key, and what there is."""
        super().__init__(key_id=key_id, key_secret=key_secret)
        self.project = project
        self.logstore = logstore
        self.logs: list[ReceivedLog] = []

    def judge(self, request: ReceivedRequest) -> Reply:
        """Take the logs, or answer with `errorCode` and `errorMessage`."""
        given_id, _colon, signature = request.headers.get("authorization", "").removeprefix("LOG ").partition(":")
        if given_id != self.key_id:
            return refused(401, "Unauthorized", f"AccessKeyId not found: {given_id}")
        if signature != self._signature(request):
            return refused(403, "SignatureNotMatch", f"Signature of {given_id} not matched.")
        if request.headers["host"].partition(".")[0] != self.project:
            return refused(404, "ProjectNotExist", "The Project does not exist.")
        if request.path != f"/logstores/{self.logstore}/shards/lb":
            return refused(404, "LogStoreNotExist", "logstore does not exist.")
        found = list(logs_of(zstd.decompress(request.body)))
        if any(len(value.encode()) > FIELD_LIMIT for log in found for value in log.fields.values()):
            return refused(400, "PostBodyTooLarge", "A field is too large.")
        self.logs += found
        return Reply(200, body=b"", headers={"x-log-requestid": REQUEST_ID})

    def _signature(self, request: ReceivedRequest) -> str:
        given = request.headers
        if given.get("content-md5") != hashlib.md5(request.body).hexdigest().upper():
            return "the body is not the one that was signed"
        own = sorted((name, value) for name, value in given.items() if name.startswith(("x-log-", "x-acs-")))
        lines = [request.method, given["content-md5"], given["content-type"], given["date"]]
        lines += [f"{name}:{value}" for name, value in own]
        return self.digest("\n".join([*lines, request.path]), "sha256")


def refused(status: int, code: str, message: str) -> Reply:
    """Return a refusal of the service."""
    reply = said(status, errorCode=code, errorMessage=message)
    return Reply(status, body=reply.body, headers={**reply.headers, "x-log-requestid": REQUEST_ID})


def logs_of(group: bytes) -> Iterator[ReceivedLog]:
    """Read a LogGroup: logs in field 1, topic in 3, source in 4; a log has its time in 1 and its contents in 2."""
    assert len(group) <= GROUP_LIMIT
    parts = list(_read(group))
    topic, source = (b"".join(_bytes(parts, number)).decode() for number in (3, 4))
    for log in _bytes(parts, 1):
        inside = list(_read(log))
        contents = [list(_read(content)) for content in _bytes(inside, 2)]
        fields = {_bytes(pair, 1)[0].decode(): _bytes(pair, 2)[0].decode() for pair in contents}
        (at,) = (value for number, value in inside if number == 1 and isinstance(value, int))
        yield ReceivedLog(at, topic, source, fields)


def _bytes(parts: list[tuple[int, int | bytes]], number: int) -> list[bytes]:
    return [value for found, value in parts if found == number and isinstance(value, bytes)]


def _read(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read the fields of a Protobuf message: numbers and byte strings are all that the log service uses."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
