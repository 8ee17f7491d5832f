"""The address guard: which IP addresses outgoing HTTP may connect to.

The idea: what is not known to be the public internet is refused. Python's own `is_global` changed between patch
releases, so the tables are written out, from the IANA special-purpose registries (RFC 6890 and its updates). An IPv6
address that carries an IPv4 address is judged by what it carries. The operator's allow-list opens private networks, but
never the addresses in NEVER: nothing that notifies people listens there.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from alerts.channels.base import DeliveryError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(table: Iterable[tuple[str, str]]) -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(text), name) for text, name in table)


NEVER = _networks(
    (
        ("0.0.0.0/8", "unspecified"),
        ("::/128", "unspecified"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("169.254.169.254/32", "cloud metadata"),
        ("169.254.170.2/32", "cloud metadata"),
        ("169.254.170.23/32", "cloud metadata"),
        ("100.100.100.200/32", "cloud metadata"),
        ("168.63.129.16/32", "cloud metadata"),
        ("fd00:ec2::254/128", "cloud metadata"),
        ("fd00:ec2::23/128", "cloud metadata"),
        ("fd20:ce::254/128", "cloud metadata"),
    )
)

BLOCKED = _networks(
    (
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "private"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "reserved"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")


def carried(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped, 6to4 or NAT64 address, otherwise the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address


def _find(address: Address, table: Iterable[tuple[Network, str]]) -> str:
    return next((name for network, name in table if address in network), "")


def _named(address: Address, table: Iterable[tuple[Network, str]]) -> str:
    return _find(carried(address), table) or _find(address, table)


def obstacle(address: Address) -> str:
    """Name what keeps `address` from being public, such as `loopback`; empty for a public address."""
    found = _named(address, NEVER) or _named(address, BLOCKED)
    if found or isinstance(carried(address), IPv4Address):
        return found
    return "" if address in _GLOBAL_UNICAST else "reserved"


def allowed(address: Address, allow: Sequence[Network]) -> bool:
    """Say whether the operator's allow-list opens `address`; what is in NEVER stays closed."""
    if _named(address, NEVER):
        return False
    return any(address in network or carried(address) in network for network in allow)


def checked(texts: Iterable[str], *, host: str, allow: Sequence[Network]) -> tuple[str, ...]:
    """Return those of the resolved addresses `texts` that may be connected to, in their order.

    One refused address spoils the whole answer, because a name that points inside and outside at once is how rebinding
    looks. The one exception: where the operator's allow-list names some of the addresses, just these are used (a name
    such as localhost stands for ::1 and 127.0.0.1, and the list may hold only one of them).

    Raises DeliveryError (permanent, AddressBlocked) when nothing is left.
    """
    # The zone of fe80::1%eth0 is cut: it only ever belongs to addresses that are refused.
    addresses = {text: ip_address(text.partition("%")[0]) for text in texts}
    vouched = [text for text, address in addresses.items() if allowed(address, allow)]
    names = sorted({name for text in addresses if text not in vouched and (name := obstacle(addresses[text]))})
    if names and not vouched:
        reason = f"The address of {host} is not public ({', '.join(names)}), and no allowed network contains it."
        raise DeliveryError(reason, permanent=True, code="AddressBlocked")
    return tuple(vouched if names else addresses)
