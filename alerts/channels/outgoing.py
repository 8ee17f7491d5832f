"""The one way by which this product makes an HTTP request to an address that somebody typed in.

`request` resolves the host once, checks every address of the answer (see `addresses`) and connects to a checked one,
while Host, SNI and certificate check keep the name: what was checked is what is reached, whatever the name server says
a moment later. One deadline holds for the whole exchange, so a receiver that drips a byte a second cannot hold a
worker. No redirects, no proxies, no cookies, no credentials in the URL, no compression; at most READ_LIMIT bytes of the
answer are read.

It works on httpcore2, below the client of httpx2, because that client logs every URL, and a webhook's URL is a secret.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from http.client import responses

import httpcore2
import httpx2

from alerts.channels.addresses import Network
from alerts.channels.base import DeliveryError, excerpt
from alerts.channels.urls import URL_LIMIT, read_url, secrets_of, with_query
from alerts.channels.wire import Deadline, Dial, GuardedBackend, Resolve, dial, resolve

READ_LIMIT = 64 * 1024
"""Bytes of an answer that are read; the rest is left and the connection closed."""
WAIT_LIMIT = 24 * 3600.0
"""Seconds that a Retry-After may ask for; more is cut to this."""

PERMANENT_STATUSES = frozenset({400, 401, 403, 404, 405, 410, 413, 414, 415, 422, 431})
"""Answers that judge this very request: the same request again gets the same. Every other one that is not 2xx (408,
409, 425, 429, 5xx, …) may pass. CloudMonitor itself retries each failure three times."""

# A certificate that is not yet or no longer valid is renewed, often within the hour; a wrong name or an unknown issuer
# is somebody's decision and stays. The numbers are X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_PASSING_CERTIFICATE_ERRORS = frozenset({9, 10})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered, whatever its status."""

    host: str
    """The name that was called, which sentences may show."""
    status: int
    reason: str
    """The standard phrase of the status, not the one on the wire."""
    headers: Mapping[str, str]
    """Names in lower case. Not for storing: a receiver may echo the request in them."""
    body_excerpt: str
    """Start of the body, at most EXCERPT_LIMIT characters, the URL's secret parts masked."""
    seconds: float
    """How long the whole exchange took."""
    body: bytes = field(default=b"", repr=False)
    """What was read of the body, at most READ_LIMIT bytes: for a result code to be read in, never to be kept."""


@cache
def system_trust() -> ssl.SSLContext:
    """TLS with the machine's certificate authorities; loading them takes some 20 ms, so it is done once."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Wiring:
    """How names are resolved, addresses connected and certificates trusted; tests bring their own."""

    resolve: Resolve = resolve
    dial: Dial = dial
    trust: Callable[[], ssl.SSLContext] = system_trust


SYSTEM = Wiring()


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    params: Mapping[str, str] | None = None,
    timeout: float = 5.0,
    allow: Sequence[Network] = (),
    wiring: Wiring = SYSTEM,
    read_limit: int = READ_LIMIT,
) -> Answer:
    """Make one request and return the answer, also a 4xx or 5xx one; `timeout` is seconds for everything together.

    `params` are appended to the query that the URL has; `read_limit` bytes of the answer are read. Raises
    DeliveryError: permanent for a URL or address that is refused, a certificate that names somebody else and a
    redirect; temporary for everything that may pass.
    """
    address = read_url(url)
    target, deadline = with_query(address, params or {}), Deadline(timeout)
    backend = GuardedBackend(allow=allow, deadline=deadline, resolve=wiring.resolve, dial=wiring.dial)
    with _translated(target.host, timeout=timeout), _pool(target, backend, trust=wiring.trust) as pool:
        status, received, body = _exchange(
            pool, method, target, headers=headers or {}, content=content, most=read_limit
        )
    excerpted = _excerpt(body, address)
    reason = responses.get(status, "")
    return _unredirected(Answer(target.host, status, reason, received, excerpted, deadline.spent(), body))


def _pool(url: httpx2.URL, backend: GuardedBackend, *, trust: Callable[[], ssl.SSLContext]) -> httpcore2.ConnectionPool:
    context = trust() if url.scheme == "https" else None
    return httpcore2.ConnectionPool(ssl_context=context, network_backend=backend, max_connections=1)


def _unredirected(answer: Answer) -> Answer:
    if not HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return answer
    text = f"{answer.host} answered {answer.status} {answer.reason}; redirects are not followed."
    raise DeliveryError(text, permanent=True, code=str(answer.status), detail=answer.body_excerpt)


def accepted(answer: Answer) -> Answer:
    """Return a 2xx answer; raise any other as a DeliveryError that knows whether it is for good."""
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    raise DeliveryError(
        f"{answer.host} answered {answer.status} {answer.reason}".rstrip() + ".",
        permanent=answer.status in PERMANENT_STATUSES,
        code=str(answer.status),
        detail=answer.body_excerpt,
        retry_after=_wait(answer.headers),
    )


def _exchange(
    pool: httpcore2.ConnectionPool,
    method: str,
    url: httpx2.URL,
    *,
    headers: Mapping[str, str],
    content: bytes,
    most: int,
) -> tuple[int, dict[str, str], bytes]:
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    fixed = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", "Connection": "close"}
    sent = list({**fixed, **headers}.items())  # a Host that is covered by a signature is given, not taken from the URL
    body = bytearray()
    with pool.stream(method, target, headers=sent, content=content or None) as response:
        for part in response.iter_stream():
            body += part
            if len(body) >= most:
                break
    received = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    return response.status, received, bytes(body[:most])


@contextmanager
def _translated(host: str, *, timeout: float) -> Iterator[None]:
    # `from None`, because the texts of the causes are not ours and may quote the request.
    try:
        yield
    except httpcore2.TimeoutException:
        text = f"{host} did not answer within {timeout:g} s."
        raise DeliveryError(text, permanent=False, code="TimedOut") from None
    except httpcore2.ConnectError as error:
        # httpcore2 cuts the chain of causes, but wraps the first one.
        raise _unconnected(host, error.args[0] if error.args else None) from None
    except (httpcore2.NetworkError, httpcore2.RemoteProtocolError):
        text = f"{host} broke off the exchange or does not speak HTTP."
        raise DeliveryError(text, permanent=False, code="BrokenOff") from None
    except httpcore2.LocalProtocolError:
        raise DeliveryError("The request cannot be sent as HTTP.", permanent=True, code="RequestInvalid") from None


def _unconnected(host: str, cause: object) -> DeliveryError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        text = f"The certificate of {host} was not accepted: {cause.verify_message}."
        permanent = cause.verify_code not in _PASSING_CERTIFICATE_ERRORS
        return DeliveryError(text, permanent=permanent, code="CertificateRefused")
    if isinstance(cause, ssl.SSLError):
        return DeliveryError(f"No TLS connection to {host} came about.", permanent=False, code="TlsFailed")
    if isinstance(cause, ConnectionRefusedError):
        return DeliveryError(f"{host} refused the connection.", permanent=False, code="ConnectionRefused")
    return DeliveryError(f"{host} could not be reached.", permanent=False, code="ConnectFailed")


def _excerpt(body: bytes, url: httpx2.URL) -> str:
    # Where the answer was cut, half a secret may stand at the end, up to three times as long as in the URL.
    unsure = 3 * URL_LIMIT if len(body) >= READ_LIMIT else 0
    return excerpt(body.decode("utf-8", errors="replace"), secrets=secrets_of(url), unsure=unsure)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After (RFC 9110, section 10.2.3): seconds, or a date, which is read by the receiver's own clock."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), WAIT_LIMIT)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return min(max(wait.total_seconds(), 0.0), WAIT_LIMIT)
