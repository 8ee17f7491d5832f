"""What the receivers that play services of Alibaba Cloud share: an access key, and the check of what is signed with it.

The signatures are computed here from the services' own pages, not with the SDKs: "OpenAPI: V3 request body and
signature" here, those of the queue and the log service with their receivers.
"""

import base64
import hashlib
import hmac
from urllib.parse import quote

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, said

REQUEST_ID = "5F2A1B3C-0000-4D5E-8F60-718293A4B5C6"


class CloudReceiver(Provider):
    """A service that knows one access key."""

    def __init__(self, *, key_id: str, key_secret: str) -> None:
        """Take the access key."""
        super().__init__()
        self.key_id = key_id
        self.key_secret = key_secret

    def digest(self, text: str, algorithm: str) -> str:
        """Return the signature of `text` in base64."""
        return base64.b64encode(hmac.new(self.key_secret.encode(), text.encode(), algorithm).digest()).decode()


class OpenApiReceiver(CloudReceiver):
    """A service of the OpenAPI family: JSON, and ACS3-HMAC-SHA256 over method, path, query, headers and body."""

    def judge(self, request: ReceivedRequest) -> Reply:
        """Check key and signature, then let the service speak."""
        method, _blank, rest = request.headers.get("authorization", "").partition(" ")
        given = dict(part.split("=", 1) for part in rest.split(",") if "=" in part)
        if method != "ACS3-HMAC-SHA256" or not {"host", "x-acs-date"} <= set(given["SignedHeaders"].split(";")):
            return failed(400, "IncompleteSignature", "The request signature does not conform to the standards.")
        if given["Credential"] != self.key_id:
            return failed(
                404, "InvalidAccessKeyId.NotFound", f"Specified access key {given['Credential']} is not found."
            )
        if given["Signature"] != self._signature(request, given["SignedHeaders"]):
            return failed(400, "SignatureDoesNotMatch", f"The signature of {self.key_id} does not match.")
        return self.serve(request)

    def serve(self, request: ReceivedRequest) -> Reply:
        """Answer a request that is signed well."""
        raise NotImplementedError

    def _signature(self, request: ReceivedRequest, names: str) -> str:
        query = "&".join(f"{name}={quote(value[0], safe='~')}" for name, value in sorted(request.query.items()))
        headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names.split(";"))
        hashed = hashlib.sha256(request.body).hexdigest()
        canonical = "\n".join((request.method, request.path, query, headers, names, hashed))
        text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        return hmac.new(self.key_secret.encode(), text.encode(), "sha256").hexdigest()


def failed(status: int, code: str, message: str) -> Reply:
    """Return a refusal in the form of the OpenAPI family."""
    return said(status, Code=code, Message=message, RequestId=REQUEST_ID, HostId="service.example")
