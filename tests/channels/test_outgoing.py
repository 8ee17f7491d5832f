"""Outgoing HTTP: what is refused before, during and after a connection."""

import socket
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_network

import httpcore2
import pytest

from alerts.channels import wire
from alerts.channels.base import EXCERPT_LIMIT, DeliveryError
from alerts.channels.outgoing import READ_LIMIT, Answer, Wiring, request
from tests.channels.contract import CANARY, PATIENCE, SHORT
from tests.receivers import HttpReceiver, Reply

LOOPBACK = (ip_network("127.0.0.0/8"),)

BAD_URLS = [
    "",
    "example.com",
    "//example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "javascript:alert(1)",
    "http://",
    "http:///path",
    "http:\\\\127.0.0.1",
    "http://user@example.com/",
    "http://user:password@example.com/",
    "http://:password@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:port/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.1./",
    "http://127.0.0.01/",
    "http://1.2.3.4.5/",
    "http://256.256.256.256/",
    "http://%31%32%37.0.0.1/",
    "http://１２７.0.0.1/",
    "http://ⓛocalhost/",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://exam ple.com/",
    "http://example.com\n.evil.example/",
    "http://.example.com/",
    "http://example..com/",
    "http://" + "a" * 64 + ".com/",
    "http://example.com/" + "a" * 2_048,
    "http://example.com/\udc80",
    "http://\udc80.example.com/",
    "http://example.com/\x00",
]

BAD_HOSTS = [
    "http://127.0.0.1/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://10.0.0.1/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "https://127.0.0.1/",
]


class Names:
    """A name server that gives its answers in turn and counts questions, and a dialler that goes to one receiver."""

    def __init__(self, *answers: Sequence[str], receiver: HttpReceiver | None = None, dead: Sequence[str] = ()) -> None:
        """Keep the answers; connections to `dead` addresses fail, all others end at `receiver`."""
        self.asked: list[str] = []
        self.dialled: list[str] = []
        self._answers = answers
        self._receiver = receiver
        self._dead = dead

    def resolve(self, host: str, port: int, seconds: float) -> Sequence[str]:
        self.asked.append(host)
        return self._answers[min(len(self.asked), len(self._answers)) - 1]

    def dial(self, address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
        self.dialled.append(address)
        if self._receiver is None or address in self._dead:
            raise httpcore2.ConnectError
        return wire.dial("127.0.0.1", self._receiver.port, seconds)

    @property
    def wiring(self) -> Wiring:
        return Wiring(resolve=self.resolve, dial=self.dial)


def refused(url: str, *, method: str = "GET", timeout: float = 5.0, wiring: Wiring | None = None) -> DeliveryError:
    """Make a request that fails, and return how."""
    with pytest.raises(DeliveryError) as caught:
        request(method, url, timeout=timeout, allow=LOOPBACK, wiring=wiring or Wiring())
    return caught.value


def got(url: str) -> Answer:
    """Make a request to loopback."""
    return request("GET", url, allow=LOOPBACK)


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_that_is_none_is_refused_without_a_question_to_a_name_server(url: str) -> None:
    names = Names(["8.8.8.8"])
    error = refused(url, wiring=names.wiring)
    assert (error.permanent, error.code, names.asked) == (True, "UrlInvalid", [])


@pytest.mark.parametrize("url", BAD_HOSTS)
def test_no_form_of_an_inside_address_is_connected_to(url: str, socket_enabled: None) -> None:
    names = Names()
    with pytest.raises(DeliveryError) as caught:
        request("GET", url, wiring=Wiring(dial=names.dial))
    assert (caught.value.permanent, caught.value.code, names.dialled) == (True, "AddressBlocked", [])


def test_a_name_is_resolved_once_and_its_checked_address_connected_to(http_receiver: HttpReceiver) -> None:
    names = Names(["93.184.216.34"], ["127.0.0.1"], receiver=http_receiver)
    answer = request("GET", "http://rebind.example/x", wiring=names.wiring)
    assert answer.status == 200
    assert names.asked == ["rebind.example"]
    assert names.dialled == ["93.184.216.34"]
    assert http_receiver.requests[0].headers["host"] == "rebind.example"


@pytest.mark.parametrize("answer", [["93.184.216.34", "10.0.0.1"], ["10.0.0.1", "93.184.216.34"], ["2606::1", "::1"]])
def test_a_name_with_one_inside_address_is_refused(answer: list[str]) -> None:
    names = Names(answer)
    error = refused("http://mixed.example/", wiring=Wiring(resolve=names.resolve, dial=names.dial))
    # LOOPBACK is allowed here, and holds none of these.
    assert (error.code, names.dialled) == ("AddressBlocked", [])


def test_a_dead_address_leaves_time_for_the_next(http_receiver: HttpReceiver) -> None:
    names = Names(["1.1.1.1", "8.8.8.8"], receiver=http_receiver, dead=["1.1.1.1"])
    assert request("GET", "http://two.example/", wiring=names.wiring).status == 200
    assert names.dialled == ["1.1.1.1", "8.8.8.8"]


@pytest.mark.parametrize("error", [socket.gaierror("no such name"), TimeoutError()])
def test_a_name_that_does_not_resolve_is_worth_another_try(error: OSError) -> None:
    def resolve(host: str, port: int, seconds: float) -> Sequence[str]:
        raise error

    assert not refused("http://gone.example/", wiring=Wiring(resolve=resolve)).permanent


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(30) and [])
    started = time.monotonic()
    assert refused("http://slow.example/", timeout=SHORT).code == "TimedOut"
    assert time.monotonic() - started < PATIENCE
    answered.set()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(http_receiver: HttpReceiver, status: int) -> None:
    http_receiver.answer_with(Reply(status, headers={"Location": f"{http_receiver.url}/elsewhere"}))
    error = refused(http_receiver.url + "/start")
    assert error.permanent
    assert "redirects are not followed" in error.reason
    assert [each.path for each in http_receiver.requests] == ["/start"]


@pytest.mark.parametrize("reply", [Reply(body=b"x" * 500, drip=0.05), Reply(drip_headers=0.05), Reply(delay=30)])
def test_a_receiver_that_drips_is_cut_off_at_the_deadline(http_receiver: HttpReceiver, reply: Reply) -> None:
    http_receiver.answer_with(reply)
    started = time.monotonic()
    error = refused(http_receiver.url, timeout=SHORT)
    assert (error.permanent, error.code) == (False, "TimedOut")
    assert time.monotonic() - started < PATIENCE


def test_a_huge_answer_is_not_read_to_its_end(http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = wire.TimedStream.read

    def counted(stream: wire.TimedStream, max_bytes: int, timeout: float | None = None) -> bytes:
        part = real(stream, max_bytes, timeout)
        read.append(len(part))
        return part

    monkeypatch.setattr(wire.TimedStream, "read", counted)
    http_receiver.answer_with(Reply(body=b"y" * 20_000_000))
    assert got(http_receiver.url).body_excerpt == "y" * EXCERPT_LIMIT
    assert sum(read) <= 3 * READ_LIMIT


def test_a_secret_that_is_cut_by_the_limit_of_reading_is_not_shown(http_receiver: HttpReceiver) -> None:
    path = "/" + CANARY + "z" * 1_000
    http_receiver.answer_with(Reply(body=b" " * (60 * 1024) + path.encode() * 10))
    assert CANARY not in got(http_receiver.url + path).body_excerpt


def test_a_receiver_that_hangs_up_is_worth_another_try(http_receiver: HttpReceiver) -> None:
    http_receiver.answer_with(Reply(hang_up=True))
    error = refused(http_receiver.url)
    assert (error.permanent, error.code) == (False, "BrokenOff")


def test_an_excerpt_holds_nothing_that_a_database_cannot_store(http_receiver: HttpReceiver) -> None:
    http_receiver.answer_with(Reply(body=b"a\x00b\xff\x1b[31m"))
    assert got(http_receiver.url).body_excerpt.isprintable()


def test_nothing_is_taken_from_the_environment(http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert got(http_receiver.url).status == 200
