from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.addresses import is_public

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "126.255.0.1",
    "128.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.0.1", "198.20.0.1",
    "223.255.255.255", "168.63.129.15", "2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e",
    "2400:cb00:2048:1::c629:d7a2", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
]  # fmt: skip
NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::192.168.1.1",
    "64:ff9b:1::127.0.0.1", "64:ff9b:1::8.8.8.8", "64:ff9b:1:7f00:0:100::", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1",
    "2002:a9fe:a9fe::", "2002:808:808::1", "3ffe::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fdff::1", "fe80::1", "fe80::1%1", "fe80::5efe:127.0.0.1", "febf::1", "fec0::1", "feff::1", "ff02::1", "ff0e::1",
    "2a00:1450::5efe:127.0.0.1", "2a00:1450::200:5efe:10.0.0.1", "2606:4700:4700::1111%2",
]  # fmt: skip

addresses_v4 = st.ip_addresses(v=4)
private_v4 = addresses_v4.filter(lambda address: not is_public(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_any_other_address_is_not(address: str) -> None:
    assert not is_public(ip_address(address))


@given(addresses_v4)
def test_nothing_is_public_that_python_calls_special(address: IPv4Address) -> None:
    special = address.is_private or address.is_multicast or address.is_reserved or not address.is_global
    assert not (special and is_public(address))


@given(private_v4, st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 16) - 1))
def test_a_private_address_stays_private_however_it_is_wrapped(inner: IPv4Address, prefix: int, subnet: int) -> None:
    wrapped = {
        "compatible": int(inner),
        "mapped": 0xFFFF << 32 | int(inner),
        "translated": 0xFFFF << 48 | int(inner),
        "nat64": 0x64FF9B << 96 | int(inner),
        "local nat64": 0x64FF9B0001 << 80 | subnet << 64 | int(inner),
        "6to4": 0x2002 << 112 | int(inner) << 80 | subnet << 64 | 1,
        "teredo server": 0x20010000 << 96 | int(inner) << 64,
        "teredo client": 0x20010000 << 96 | int(inner) ^ 0xFFFFFFFF,
        "isatap": (0x20000000 | prefix & 0x1FFFFFFF) << 96 | 0x5EFE << 32 | int(inner),
        "isatap, universal": (0x20000000 | prefix & 0x1FFFFFFF) << 96 | 0x02005EFE << 32 | int(inner),
    }
    assert [form for form, number in wrapped.items() if is_public(IPv6Address(number))] == []


@given(addresses_v4)
def test_what_a_translator_reaches_is_judged_by_what_it_reaches(inner: IPv4Address) -> None:
    for prefix in (0x64FF9B << 96, 0xFFFF << 32):
        assert is_public(IPv6Address(prefix | int(inner))) == is_public(inner)


@given(st.ip_addresses(v=6))
def test_nothing_is_public_outside_what_iana_gave_out(address: IPv6Address) -> None:
    if is_public(address):
        assert int(address) >> 125 == 1 or address.ipv4_mapped or int(address) >> 32 == 0x64FF9B << 64
