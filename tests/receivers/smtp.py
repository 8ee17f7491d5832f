"""A real SMTP server that records mails and refuses them when told to.

It does not use aiosmtpd's Controller, which cannot listen on port 0: here the system picks a free port, without a race.
"""

import asyncio
import email
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default as policy
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.receivers.inbox import Inbox

HANG = "hang"
"""A scripted reply that never comes."""


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as it came in."""

    sender: str
    recipients: list[str]
    content: bytes
    tls: bool
    login: str
    """The user that logged in, empty for none."""
    at: float
    """Seconds since the epoch."""

    @property
    def message(self) -> EmailMessage:
        """The mail parsed."""
        parsed = email.message_from_bytes(self.content, policy=policy)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        """The subject decoded."""
        return str(self.message["Subject"])

    def part(self, kind: str) -> str:
        """Return the `plain` or `html` part decoded."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


class SmtpReceiver:
    """Takes every mail until told otherwise; listens on a free port of 127.0.0.1 unless one is given.

    `tls` offers STARTTLS, or is spoken from the first byte with `implicit_tls`. With `login` only that user may send.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        """Prepare; nothing listens before `start`."""
        self.inbox: Inbox[ReceivedMail] = Inbox()
        self.recipient_replies: deque[str] = deque()
        self.message_replies: deque[str] = deque()
        self.port = port
        self._host = host
        self._tls = tls
        self._implicit_tls = implicit_tls
        self._login = login
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Address as settings take it, without user and password."""
        return f"{'smtps' if self._implicit_tls else 'smtp'}://{self._host}:{self.port}"

    @property
    def wants_login(self) -> bool:
        """Whether only a user may send."""
        return self._login is not None

    @property
    def mails(self) -> list[ReceivedMail]:
        """Every mail so far, oldest first."""
        return self.inbox.all()

    def refuse_recipients(self, *replies: str) -> None:
        """Answer the next recipients with these, such as `450 4.2.0 later`, or HANG; then take them again."""
        self.recipient_replies.extend(replies)

    def refuse_mails(self, *replies: str) -> None:
        """Answer the next mails, once they are transferred, with these, or HANG; then take them again."""
        self.message_replies.extend(replies)

    def wait_for(self, count: int = 1, *, seconds: float = 5.0) -> list[ReceivedMail]:
        """Return the mails once there are at least `count`; raise TimeoutError otherwise."""
        return self.inbox.wait_for(count, seconds=seconds)

    def reset(self) -> None:
        """Forget mails and scripts."""
        self.inbox.clear()
        self.recipient_replies.clear()
        self.message_replies.clear()

    async def scripted(self, replies: deque[str]) -> str | None:
        """Take the next reply of a script; HANG waits until the receiver stops."""
        reply = replies.popleft() if replies else None
        if reply == HANG and self._stop is not None:
            await self._stop.wait()
        return reply

    def start(self) -> Self:
        """Listen."""
        self._ready.clear()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)
        self._thread.start()
        if not self._ready.wait(5):
            message = "the SMTP receiver did not start"
            raise RuntimeError(message)
        return self

    def stop(self) -> None:
        """Stop listening and cut the open connections."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        implicit = self._tls if self._implicit_tls else None
        server = await self._loop.create_server(self._protocol, self._host, self.port, ssl=implicit)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._stop.wait()

    def _protocol(self) -> SMTP:
        return SMTP(
            _Deliveries(self),
            hostname="receiver.test",
            tls_context=None if self._implicit_tls else self._tls,
            enable_SMTPUTF8=True,
            authenticator=self._authenticate if self._login else None,
            auth_require_tls=False,
            loop=self._loop,
        )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> Any:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        # handled=False lets aiosmtpd answer 535; otherwise the client would wait for ever.
        return AuthResult(success=given == self._login, handled=False, auth_data=data)


class _Deliveries:
    """The hooks that aiosmtpd calls, by its names."""

    def __init__(self, receiver: SmtpReceiver) -> None:
        self._receiver = receiver

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._receiver.wants_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        reply = await self._receiver.scripted(self._receiver.recipient_replies)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = await self._receiver.scripted(self._receiver.message_replies)
        if reply:
            return reply
        data: Any = session.auth_data
        login = data.login.decode() if isinstance(data, LoginPassword) else ""
        tls = session.ssl is not None or self._receiver.url.startswith("smtps")
        mail = ReceivedMail(
            sender=envelope.mail_from or "",
            recipients=list(envelope.rcpt_tos),
            content=envelope.original_content or b"",
            tls=tls,
            login=login,
            at=time.time(),
        )
        self._receiver.inbox.add(mail)
        return f"250 2.0.0 OK: queued as {len(self._receiver.mails)}"
