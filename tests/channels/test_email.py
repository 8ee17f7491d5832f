"""The e-mail channel in front of a real SMTP server."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from alerts.channels.base import ChannelSettings, DeliveryError
from alerts.channels.email import Email
from alerts.channels.smtp import read_server
from tests.channels.certificates import Authority
from tests.channels.contract import CANARY, PATIENCE, SHORT, ChannelContract, Door, a_message
from tests.receivers import SmtpReceiver
from tests.receivers.smtp import HANG

RECIPIENT = f"{CANARY}@example.com"


def a_door(receiver: SmtpReceiver, **changes: Any) -> Door:
    """The e-mail channel at `receiver`."""
    settings = ChannelSettings(smtp_url=receiver.url, mail_from="KMS Console <kms@example.org>")
    return Door(
        channel=Email(),
        address={"email": RECIPIENT},
        settings=replace(settings, **changes),
        arrived=lambda: len(receiver.mails),
        fail_for_now=lambda: receiver.refuse_recipients(f"451 4.7.1 <{RECIPIENT}> greylisted"),
        fail_for_good=lambda: receiver.refuse_recipients(f"550 5.1.1 <{RECIPIENT}> unknown"),
        hang=lambda: receiver.refuse_mails(HANG),
        close=receiver.stop,
    )


@pytest.fixture
def door(smtp_receiver: SmtpReceiver) -> Door:
    """The channel at a server without TLS."""
    return a_door(smtp_receiver)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A private certificate authority."""
    return Authority()


@pytest.fixture
def guarded(socket_enabled: None, authority: Authority) -> Iterator[SmtpReceiver]:
    """A server that offers STARTTLS and wants a log-in."""
    tls = authority.server_context("localhost")
    with SmtpReceiver(host="localhost", tls=tls, login=("mailer", CANARY)) as receiver:
        yield receiver


class TestEmail(ChannelContract):
    """The contract, kept by the e-mail channel."""


def test_a_mail_has_text_html_and_the_headers_of_an_automatic_one(door: Door, smtp_receiver: SmtpReceiver) -> None:
    door.send()
    (mail,) = smtp_receiver.mails
    assert (mail.sender, mail.recipients) == ("kms@example.org", [RECIPIENT])
    assert mail.subject == a_message().subject
    assert mail.part("plain").strip() == a_message().text
    assert mail.part("html").strip() == a_message().html
    assert mail.message["Message-ID"] == f"<{a_message().delivery_id}@example.org>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["X-KMSConsole-Level"] == "CRITICAL"
    assert mail.message["Content-Language"] == "en"
    assert mail.message["Date"]
    assert mail.content.isascii()


def test_mails_about_one_cause_belong_to_one_thread(door: Door, smtp_receiver: SmtpReceiver) -> None:
    door.send(thread="0199aa-bb", delivery_id="one")
    door.send(thread="0199aa-bb", delivery_id="two")
    door.send(thread="other", delivery_id="three")
    first, second, other = (mail.message for mail in smtp_receiver.mails)
    assert first["References"] == first["In-Reply-To"] == "<thread-0199aa-bb@example.org>"
    assert second["References"] == first["References"]
    assert other["References"] != first["References"]
    assert len({mail["Message-ID"] for mail in (first, second, other)}) == 3


@pytest.mark.parametrize("thread", ["", "a>\r\nBcc: b@c.d", "a b", "x" * 129])
def test_a_mail_without_a_cause_belongs_to_none(door: Door, smtp_receiver: SmtpReceiver, thread: str) -> None:
    door.send(thread=thread)
    (mail,) = smtp_receiver.mails
    assert mail.message["References"] is None
    assert mail.message["In-Reply-To"] is None
    assert mail.message["Bcc"] is None


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("rotation-failed", "rotation-failed"),
        ("Rotation failed", r"rotation-failed-[0-9a-f]{12}"),
        ("凭据轮转失败", r"[0-9a-f]{12}"),
        ("x" * 300, r"x{40}-[0-9a-f]{12}"),
        ("a\r\nBcc: b@c.d\udc80", r"a-bcc-b-c-d-[0-9a-f]{12}"),
    ],
)
def test_the_rule_is_a_list_by_which_programs_sort(
    door: Door, smtp_receiver: SmtpReceiver, source: str, label: str
) -> None:
    door.send(source=source)
    (mail,) = smtp_receiver.mails
    assert re.fullmatch(rf"<{label}\.example\.org>", mail.message["List-Id"])
    assert mail.message["Bcc"] is None


def test_a_mail_without_a_source_is_of_no_list(door: Door, smtp_receiver: SmtpReceiver) -> None:
    door.send()
    assert smtp_receiver.mails[0].message["List-Id"] is None
    assert smtp_receiver.mails[0].message["List-Unsubscribe"] is None


def test_a_subject_cannot_add_a_header(door: Door, smtp_receiver: SmtpReceiver) -> None:
    door.send(subject="Rotation\r\nBcc: other@example.com\r\n\r\nbody")
    (mail,) = smtp_receiver.mails
    assert mail.subject == "Rotation Bcc: other@example.com body"
    assert mail.message["Bcc"] is None


HIDDEN = "=?utf-8?q?=0D=0ABcc:_other@example.com=0D=0A=0D=0A<h1>owned</h1>?="


@pytest.mark.parametrize(
    "hidden", [HIDDEN, f"failed: {HIDDEN} (x)", "=?utf-8?b?DQpCY2M6IG90aGVyQGV4YW1wbGUuY29t?=", "=" * 9 + HIDDEN]
)
def test_a_header_hidden_in_an_encoded_word_stays_text(door: Door, smtp_receiver: SmtpReceiver, hidden: str) -> None:
    door.send(subject=hidden, level=hidden)
    (mail,) = smtp_receiver.mails
    raw = mail.content.partition(b"\r\n\r\n")[0]
    assert {line.partition(b":")[0].lower() for line in raw.splitlines() if line[:1].strip()} & {b"bcc"} == set()
    assert mail.subject.replace("\N{WORD JOINER}", "") == hidden
    assert mail.part("plain").strip() == a_message().text
    assert mail.message["Bcc"] is None


def test_an_address_that_hides_a_header_is_none(door: Door) -> None:
    address = {"email": "=?utf-8?q?=0D=0ABcc=3A?=@example.com"}
    with pytest.raises(DeliveryError) as refused:
        door.channel.send(a_message(), address=address, settings=door.settings)
    assert refused.value.permanent


def test_without_a_server_a_mail_is_kept(door: Door) -> None:
    outcome = door.channel.send(a_message(), address=door.address, settings=ChannelSettings())
    assert outcome.status == "KEPT"


@pytest.mark.parametrize("reply", ["552 5.3.4 too big", "452 4.3.1 full"])
def test_a_reply_to_the_content_is_judged_like_one_to_the_recipient(
    door: Door, smtp_receiver: SmtpReceiver, reply: str
) -> None:
    smtp_receiver.refuse_mails(reply)
    error = door.refused()
    assert (error.permanent, error.code, error.detail) == (reply.startswith("5"), reply[:3], reply[4:])


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@b", "a b@c.de", "a@b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a" * 255, "\udc80@b.c", "a@\udc80.c"],
)
def test_what_is_no_address_is_refused_for_good(door: Door, text: str) -> None:
    door.address = {"email": text}
    error = door.refused()
    assert (error.permanent, error.code) == (True, "AddressInvalid")


def test_names_outside_ascii_are_delivered(door: Door, smtp_receiver: SmtpReceiver) -> None:
    door.address = {"email": "用户@例子.example"}
    door.send()
    assert smtp_receiver.mails[0].recipients == ["用户@xn--fsqu00a.example"]


def test_a_user_logs_in_under_tls(guarded: SmtpReceiver, authority: Authority) -> None:
    door = a_door(guarded, smtp_url=guarded.url.replace("//", f"//mailer:{CANARY}@"))
    door.channel = Email(trust=authority.client_context)
    door.send()
    (mail,) = guarded.mails
    assert (mail.tls, mail.login) == (True, "mailer")


def test_a_wrong_password_is_temporary_and_not_told(guarded: SmtpReceiver, authority: Authority) -> None:
    door = a_door(guarded, smtp_url=guarded.url.replace("//", f"//mailer:{CANARY}-wrong@"))
    door.channel = Email(trust=authority.client_context)
    error = door.refused()
    assert (error.permanent, error.code) == (False, "535")


def test_no_password_goes_to_a_server_that_is_not_trusted(guarded: SmtpReceiver) -> None:
    error = a_door(guarded, smtp_url=guarded.url.replace("//", f"//mailer:{CANARY}@")).refused()
    assert error.code == "CertificateRefused"


def test_no_password_goes_over_plain_text(door: Door, smtp_receiver: SmtpReceiver) -> None:
    door.settings = replace(door.settings, smtp_url=smtp_receiver.url.replace("//", f"//mailer:{CANARY}@"))
    assert door.refused().code == "NotSupported"


def test_without_a_user_tls_is_used_where_it_is_offered(socket_enabled: None, authority: Authority) -> None:
    with SmtpReceiver(tls=authority.server_context("somebody.else")) as receiver:
        a_door(receiver).send()
        assert receiver.mails[0].tls


def test_smtps_speaks_tls_from_the_first_byte(socket_enabled: None, authority: Authority) -> None:
    with SmtpReceiver(host="localhost", tls=authority.server_context("localhost"), implicit_tls=True) as receiver:
        door = a_door(receiver)
        assert door.refused().code == "CertificateRefused"
        door.channel = Email(trust=authority.client_context)
        door.send()
        assert receiver.mails[0].tls


def test_a_server_that_drips_its_greeting_is_cut_off(socket_enabled: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener,), daemon=True).start()
        url = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(DeliveryError, match="in time") as caught:
            Email().send(
                a_message(), address={"email": RECIPIENT}, settings=ChannelSettings(smtp_url=url, timeout=SHORT)
            )
        assert not caught.value.permanent
        assert time.monotonic() - started < PATIENCE


def _drip(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        try:
            for _ in range(100):
                connection.sendall(b"220-x\r\n")
                time.sleep(SHORT / 4)
        except OSError:
            return


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://h:port", "smtp://h:99999", "h:25", "smtp://ü:ü@h"])
def test_a_server_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(DeliveryError):
        read_server(url)


def test_a_server_is_read_with_its_default_port_and_decoded_password() -> None:
    assert read_server("smtp://u%40x:p%2Fw@[::1]")[:4] == ("::1", 25, "u@x", "p/w")
    assert read_server("smtps://mail.example.com")[:2] == ("mail.example.com", 465)


def test_the_mask_shows_the_first_letter_and_the_domain() -> None:
    assert Email().mask({"email": "someone@example.com"}) == "s•••@example.com"
