"""TLS goes to the checked address and is checked against the name."""

import ssl
from datetime import timedelta

import pytest

from alerts.channels.base import DeliveryError
from alerts.channels.outgoing import Wiring, request
from tests.channels.certificates import Authority
from tests.channels.test_outgoing import Names
from tests.receivers import HttpReceiver

NAME = "hooks.example.com"


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A private certificate authority."""
    return Authority()


def called(authority: Authority, server: ssl.SSLContext, *, trusted: bool = True) -> int:
    """Call NAME, which resolves to a public address, at a receiver that speaks TLS with `server`."""
    with HttpReceiver(tls=server) as receiver:
        names = Names(["93.184.216.34"], receiver=receiver)
        trust = authority.client_context if trusted else ssl.create_default_context
        wiring = Wiring(resolve=names.resolve, dial=names.dial, trust=trust)
        return request("POST", f"https://{NAME}/x", content=b"{}", wiring=wiring).status


def test_name_and_sni_are_kept_when_the_checked_address_is_connected_to(
    socket_enabled: None, authority: Authority
) -> None:
    server = authority.server_context(NAME)
    asked: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    assert called(authority, server) == 200
    assert asked == [NAME]


def test_a_certificate_for_another_name_is_refused_for_good(socket_enabled: None, authority: Authority) -> None:
    with pytest.raises(DeliveryError, match="certificate") as caught:
        called(authority, authority.server_context("other.example.com"))
    assert caught.value.permanent


def test_a_certificate_for_the_address_does_not_stand_in_for_the_name(
    socket_enabled: None, authority: Authority
) -> None:
    with pytest.raises(DeliveryError, match="certificate"):
        called(authority, authority.server_context("93.184.216.34"))


def test_an_unknown_issuer_is_refused_for_good(socket_enabled: None, authority: Authority) -> None:
    with pytest.raises(DeliveryError, match="certificate") as caught:
        called(authority, authority.server_context(NAME), trusted=False)
    assert caught.value.permanent


def test_an_expired_certificate_may_be_renewed(socket_enabled: None, authority: Authority) -> None:
    with pytest.raises(DeliveryError, match="expired") as caught:
        called(authority, authority.server_context(NAME, ends_in=timedelta(hours=-1)))
    assert not caught.value.permanent


def test_a_server_without_tls_is_worth_another_try(http_receiver: HttpReceiver, authority: Authority) -> None:
    names = Names(["93.184.216.34"], receiver=http_receiver)
    wiring = Wiring(resolve=names.resolve, dial=names.dial, trust=authority.client_context)
    with pytest.raises(DeliveryError) as caught:
        request("GET", f"https://{NAME}/", timeout=2, wiring=wiring)
    assert not caught.value.permanent
