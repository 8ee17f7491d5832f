"""One SMTP conversation that hands over one mail.

Its time is bounded twice: each step by the time-out, and the whole by STEPS_IN_ALL time-outs, after which the
connection is cut, because a server that drips its replies never lets a single step run out. The server's address comes
from the operator, so the address guard of `outgoing` does not apply to it.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from alerts.channels.base import DeliveryError, excerpt

STEPS_IN_ALL = 2
"""A whole conversation may take this many times the time-out of one step."""

_PORTS = {"smtp": 25, "smtps": 465}
_ACCEPTED = range(200, 300)
_PERMANENT = range(500, 600)

# In the order in which they are looked at: smtplib's exceptions and those of TLS are OSErrors too.
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (TimeoutError, "TimedOut", "did not answer in time"),
    (smtplib.SMTPAuthenticationError, "LoginRefused", "refused the log-in"),
    (smtplib.SMTPNotSupportedError, "NotSupported", "offers no TLS or no log-in, though a user is set"),
    (smtplib.SMTPServerDisconnected, "BrokenOff", "broke off the conversation"),
    (smtplib.SMTPException, "Refused", "does not serve us"),
    (ssl.SSLCertVerificationError, "CertificateRefused", "has a certificate that was not accepted"),
    (ssl.SSLError, "TlsFailed", "did not complete the TLS handshake"),
    (ConnectionRefusedError, "ConnectionRefused", "refused the connection"),
    (socket.gaierror, "NameNotResolved", "could not be found by its name"),
    (OSError, "ConnectFailed", "could not be reached"),
)


class Server(NamedTuple):
    """An SMTP server as its URL names it."""

    host: str
    port: int
    user: str
    password: str
    implicit_tls: bool


class Envelope(NamedTuple):
    """A mail and between whom it goes."""

    sender: str
    recipient: str
    content: bytes
    international: bool
    """Whether an address has letters outside ASCII before the @, which needs SMTPUTF8."""


class Reply(NamedTuple):
    """The server's last word on a mail, without secrets."""

    code: int
    text: str


def read_server(url: str) -> Server:
    """Read smtp://[user:password@]host[:port] or smtps://…; user and password are percent-encoded.

    Raises DeliveryError (permanent, SettingInvalid) for anything else.
    """
    invalid = DeliveryError("The address of the mail server is not valid.", permanent=True, code="SettingInvalid")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise invalid from None
    if not parts.hostname or parts.scheme not in _PORTS:
        raise invalid
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise invalid
    return Server(parts.hostname, port, user, password, implicit_tls=parts.scheme == "smtps")


def deliver(envelope: Envelope, *, server: Server, timeout: float, trust: Callable[[], ssl.SSLContext]) -> Reply:
    """Hand the mail over and return the reply that accepted it.

    `timeout` is in seconds. Raises DeliveryError: permanent for a 5xx reply to sender, recipient or content, otherwise
    temporary.
    """
    secrets = _secrets(server, envelope)
    with _translated(server, secrets), _conversation(server, timeout=timeout, trust=trust) as session:
        _secure(session, server, trust=trust)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.international else []
        if options and not session.has_extn("smtputf8"):
            text = f"The mail server {server.host} takes no address with letters outside ASCII."
            raise DeliveryError(text, permanent=True, code="AddressInvalid")
        _judge(session.mail(envelope.sender, options), "sender", secrets)
        _judge(session.rcpt(envelope.recipient), "recipient", secrets)
        if session.sock:
            # Some servers scan a mail before they answer. Asking again would only bring the mail twice.
            session.sock.settimeout(timeout * STEPS_IN_ALL)
        return _judge(_hand_over(session, envelope.content), "message", secrets)


def _hand_over(session: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return session.data(content)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, _as_bytes(error.smtp_error)


def _judge(reply: tuple[int, bytes], of: str, secrets: list[str]) -> Reply:
    code, text = reply[0], excerpt(reply[1].decode("utf-8", errors="replace"), secrets=secrets)
    if code in _ACCEPTED:
        return Reply(code, text)
    reason = f"The mail server refused the {of} ({code})."
    raise DeliveryError(reason, permanent=code in _PERMANENT, code=str(code), detail=text)


@contextmanager
def _conversation(server: Server, *, timeout: float, trust: Callable[[], ssl.SSLContext]) -> Iterator[smtplib.SMTP]:
    session = _session(server, timeout=timeout, trust=trust)
    cut = threading.Event()
    watch = threading.Timer(timeout * STEPS_IN_ALL, _cut, (session, cut))
    watch.daemon = True
    watch.start()
    try:
        code, greeting = session.connect(server.host, server.port)
        if code not in _ACCEPTED:
            raise smtplib.SMTPConnectError(code, greeting)
        yield session
        # The mail is the server's by now: whatever becomes of the farewell, it was delivered.
        with suppress(OSError):
            session.quit()
    except OSError as error:
        if cut.is_set() or isinstance(error.__context__, TimeoutError):
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        session.close()


def _session(server: Server, *, timeout: float, trust: Callable[[], ssl.SSLContext]) -> smtplib.SMTP:
    own_name = socket.gethostname()
    # smtplib would ask the resolver for a full name, which can take longer than the whole mail.
    own_name = own_name if "." in own_name and own_name.isascii() else "[127.0.0.1]"
    session = (
        smtplib.SMTP_SSL(local_hostname=own_name, timeout=timeout, context=trust())
        if server.implicit_tls
        else smtplib.SMTP(local_hostname=own_name, timeout=timeout)
    )
    # The name to check the certificate against. Given to the constructor, it would connect there, with nobody watching.
    session._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001
    return session


def _cut(session: smtplib.SMTP, cut: threading.Event) -> None:
    cut.set()
    with suppress(OSError):
        if session.sock:
            # Not SSLSocket's own shutdown, which takes the TLS away under the reading thread.
            socket.socket.shutdown(session.sock, socket.SHUT_RDWR)


def _secure(session: smtplib.SMTP, server: Server, *, trust: Callable[[], ssl.SSLContext]) -> None:
    session.ehlo_or_helo_if_needed()
    # With a user, TLS is required and checked, for a password is at stake. Without one it is used where it is offered,
    # unchecked: the other way is plain text, and a relay next door often has a certificate that it signed itself.
    if not server.implicit_tls and (server.user or session.has_extn("starttls")):
        session.starttls(context=trust() if server.user else _unchecked())
        session.ehlo()
    if server.user:
        session.login(server.user, server.password)


def _unchecked() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _translated(server: Server, secrets: list[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code, said = next((code, said) for kind, code, said in _FAILURES if isinstance(error, kind))
        detail = ""
        if isinstance(error, smtplib.SMTPResponseException):
            code, detail = str(error.smtp_code), _as_bytes(error.smtp_error).decode("utf-8", errors="replace")
        text = f"The mail server {server.host} {said}."
        # `from None`, because the texts of the causes are not ours and may quote what was sent.
        raise DeliveryError(text, permanent=False, code=code, detail=excerpt(detail, secrets=secrets)) from None
    except UnicodeError:
        text = f"{server.host} is no host name."
        raise DeliveryError(text, permanent=True, code="SettingInvalid") from None


def _as_bytes(text: bytes | str) -> bytes:
    return text.encode("utf-8", errors="replace") if isinstance(text, str) else text


def _secrets(server: Server, envelope: Envelope) -> list[str]:
    # The third is what AUTH PLAIN sends; `excerpt` also looks for each in base64.
    login = [server.password, f"\0{server.user}\0{server.password}"] if server.password else []
    return [envelope.recipient, *login]
