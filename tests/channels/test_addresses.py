"""Which addresses outgoing HTTP may connect to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.addresses import NEVER, allowed, checked, obstacle
from alerts.channels.base import DeliveryError

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "47.74.206.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2606:4700::1111",
    "2400:3200::1",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_public_is_refused_for_good(text: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        checked([text], host="h", allow=())
    assert (caught.value.permanent, caught.value.code) == (True, "AddressBlocked")


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_is_passed(text: str) -> None:
    assert checked([text], host="h", allow=()) == (text,)


@pytest.mark.parametrize("private", ["10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"])
def test_one_refused_address_spoils_the_answer(private: str) -> None:
    for answer in (["8.8.8.8", private], [private, "8.8.8.8"]):
        with pytest.raises(DeliveryError):
            checked(answer, host="h", allow=())


def test_an_allowed_network_opens_private_addresses() -> None:
    allow = (ip_network("10.1.0.0/16"), ip_network("fd12::/16"))
    assert checked(["10.1.2.3"], host="h", allow=allow) == ("10.1.2.3",)
    assert checked(["::ffff:10.1.2.3"], host="h", allow=allow) == ("::ffff:10.1.2.3",)
    assert checked(["fd12::1"], host="h", allow=allow) == ("fd12::1",)
    with pytest.raises(DeliveryError):
        checked(["10.2.0.1"], host="h", allow=allow)


def test_of_a_mixed_answer_only_the_addresses_that_the_operator_named_are_used() -> None:
    allow = (ip_network("127.0.0.0/8"),)
    assert checked(["::1", "127.0.0.1", "8.8.8.8"], host="localhost", allow=allow) == ("127.0.0.1",)


@pytest.mark.parametrize("network", [network for network, _ in NEVER])
def test_no_allowed_network_opens_what_is_never_reached(network: object) -> None:
    address = ip_network(str(network))[0]
    assert not allowed(address, (ip_network("0.0.0.0/0"), ip_network("::/0")))
    with pytest.raises(DeliveryError):
        checked([str(address)], host="h", allow=(ip_network("0.0.0.0/0"), ip_network("::/0")))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public_here(address: object) -> None:
    parsed = ip_address(str(address))
    if parsed.is_private or parsed.is_loopback or parsed.is_link_local or parsed.is_multicast or parsed.is_reserved:
        # NAT64 is reserved to Python, whatever it carries.
        assert obstacle(parsed) or parsed in ip_network("64:ff9b::/96") or parsed in ip_network("::ffff:0:0/96")
