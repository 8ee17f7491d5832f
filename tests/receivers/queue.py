"""Simple Message Queue as its pages describe it: XML, HMAC-SHA1, queues and topics, 64 KiB, and its error document.

From "Simple Message Queue: Request signatures", "SendMessage" and "PublishMessage".
"""

import base64
import hashlib
from xml.etree import ElementTree

from tests.receivers.cloud import REQUEST_ID, CloudReceiver
from tests.receivers.http import ReceivedRequest, Reply

NAMESPACE = "http://mns.aliyuncs.com/doc/v1/"
BODY_LIMIT = 65_536


class QueueReceiver(CloudReceiver):
    """One account with some queues and topics; `bodies` holds the decoded message bodies by their path."""

    def __init__(
        self, *, key_id: str, key_secret: str, queues: tuple[str, ...] = (), topics: tuple[str, ...] = ()
    ) -> None:
        """Take the access key, and what there is."""
        super().__init__(key_id=key_id, key_secret=key_secret)
        self.places = {
            **{f"/queues/{name}/messages": "QueueNotExist" for name in queues},
            **{f"/topics/{name}/messages": "TopicNotExist" for name in topics},
        }
        self.bodies: list[tuple[str, str]] = []

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer 201 with a message id, or an error document."""
        given_id, _colon, signature = request.headers.get("authorization", "").removeprefix("MNS ").partition(":")
        if given_id != self.key_id:
            return refused(403, "InvalidAccessKeyId", f"The AccessKeyId {given_id} you provided is not exist.")
        if signature != self._signature(request):
            return refused(403, "SignatureDoesNotMatch", f"The signature of {given_id} does not match.")
        if request.path not in self.places:
            code = "QueueNotExist" if request.path.startswith("/queues/") else "TopicNotExist"
            return refused(404, code, "The name you provided is not exist.")
        found = ElementTree.fromstring(request.body).findtext(f"{{{NAMESPACE}}}MessageBody", default="")
        if len(found) > BODY_LIMIT:
            return refused(400, "MessageBodyTooLong", "The message body is too long.")
        self.bodies.append((request.path, base64.b64decode(found, validate=True).decode()))
        return taken(found)

    def _signature(self, request: ReceivedRequest) -> str:
        given = request.headers
        hexed = hashlib.md5(request.body).hexdigest().encode()
        if given.get("content-md5") != base64.b64encode(hexed).decode():
            return "the body is not the one that was signed"
        own = "".join(f"{name}:{value}\n" for name, value in sorted(given.items()) if name.startswith("x-mns-"))
        return self.digest(
            f"{request.method}\n{given['content-md5']}\n{given['content-type']}\n{given['date']}\n{own}{request.path}",
            "sha1",
        )


def taken(body: str) -> Reply:
    """Return the answer to a message that was taken."""
    hashed = hashlib.md5(body.encode()).hexdigest().upper()
    return _xml(201, f"<Message xmlns='{NAMESPACE}'><MessageBodyMD5>{hashed}</MessageBodyMD5>"
                     "<MessageId>E5A4D4C1B3F2-1</MessageId></Message>")  # fmt: skip


def refused(status: int, code: str, message: str) -> Reply:
    """Return an error document."""
    return _xml(status, f"<Error xmlns='{NAMESPACE}'><Code>{code}</Code><Message>{message}</Message>"
                        f"<RequestId>{REQUEST_ID}</RequestId><HostId>http://mns.example</HostId></Error>")  # fmt: skip


def _xml(status: int, document: str) -> Reply:
    headers = {"Content-Type": "text/xml;charset=UTF-8", "x-mns-request-id": REQUEST_ID}
    return Reply(status, body=f"<?xml version='1.0' encoding='utf-8'?>{document}".encode(), headers=headers)
