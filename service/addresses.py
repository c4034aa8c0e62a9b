"""Tells addresses of the public internet from all others, whatever they are wrapped in.

Private addresses can be written as public-looking ones: an IPv6 address may carry an IPv4 address that a translator, a
tunnel or the system itself goes to. Such addresses are unwrapped and judged by what they carry, or refused altogether
where nobody serves pictures from them any more.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# IANA's special-purpose registries. `is_global` knows most of them, but which ones depends on Python's patch release.
_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # looks public, but is the host of every virtual machine on Azure
    )
)  # fmt: skip
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo (RFC 4380) among them
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 (RFC 3056): the IPv4 address that it carries is where the packets go
        "3ffe::/16",  # the former 6bone, given back
    )
)  # fmt: skip
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA gave out so far; site-local and compatible forms lie outside
_TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64 (RFC 6052): all that a network without IPv4 sees of the IPv4 internet
_ISATAP = 0x00005EFE  # the middle of an ISATAP address (RFC 5214), before its IPv4 address
_ISATAP_MASK = 0xFDFFFFFF  # its universal/local bit may be set or not


def is_public(address: Address) -> bool:
    """Return whether packets to an address go to the public internet and nowhere else.

    The rules are IANA's special-purpose address registries (RFC 6890). An IPv4-mapped address (RFC 4291) and one of
    NAT64's well-known prefix (RFC 6052) count as the IPv4 address that they carry. NAT64's local prefix (RFC 8215),
    6to4, Teredo, ISATAP, IPv4-compatible, IPv4-translated and site-local addresses are never public. A prefix that
    a network has chosen itself for its NAT64 cannot be told from any other.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_V4)
    if address.scope_id is not None:
        return False
    carried = _carried(address)
    return _is_public_v6(address) if carried is None else is_public(carried)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def _is_public_v6(address: IPv6Address) -> bool:
    if address not in _GLOBAL_UNICAST or not address.is_global or _is_isatap(address):
        return False
    return not any(address in network for network in _REFUSED_V6)


def _is_isatap(address: IPv6Address) -> bool:
    return (int(address) >> 32) & _ISATAP_MASK == _ISATAP
