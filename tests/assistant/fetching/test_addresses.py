"""Which addresses may be fetched: none that is not public in every way (reliability: D4, D5)."""

from __future__ import annotations

import socket

import pytest

from assistant.fetching.addresses import BlockedAddress, checked, is_public

PUBLIC = "93.184.215.14"


def to_public(host: str, port: int) -> list[str]:
    return [PUBLIC]


NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001::1", "2001:0:4136:e378::1",
    "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "3fff::1",
    "::ffff:0:127.0.0.1",
]  # fmt: skip
WRITTEN_OTHERWISE = [
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "0", "00000177.1", "1.2.3", "0x", "127.0.0.1.",
    "localhost", "LOCALHOST", "a..b", "", "under score", "%31%32%37.0.0.1", "[::1", "①②⑦.⓪.⓪.①",
]  # fmt: skip
OTHER_KINDS = [
    "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:text/html,x", "jar:http://example.org!/",
    "javascript:alert(1)", "//example.org/", "example.org", "http:example.org", "http:///x", "http://",
    "http://user@example.org/", "http://user:pw@example.org/", "http://example.org:22/", "http://example.org:8080/",
    "https://example.org:80/", "http://example.org:99999/", "http://example.org\\@127.0.0.1/", "http://exa mple.org/",
    "http://example.org/\r\nX: y", "http://example.org/\x00", "http://example.org#@127.0.0.1/\n", "ldap://example.org", "dict://example.org:11211/",
    "http://" + "a" * 3_000 + ".org/",
]  # fmt: skip


def test_the_table_is_large_enough() -> None:
    assert len(NOT_PUBLIC) + len(WRITTEN_OTHERWISE) + len(OTHER_KINDS) >= 60


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_address_inside_is_public_as_a_name_or_by_itself(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(BlockedAddress):
        checked("http://example.org/", lambda host, port: [address])
    with pytest.raises(BlockedAddress):
        checked("http://example.org/", lambda host, port: [PUBLIC, address])
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(BlockedAddress):
        checked(f"http://{literal}/", to_public)


@pytest.mark.parametrize("host", WRITTEN_OTHERWISE)
def test_no_other_way_to_write_an_address_gets_through(host: str) -> None:
    """Even if the resolver would make something public of it."""
    with pytest.raises(BlockedAddress):
        checked(f"http://{host}/", to_public)


@pytest.mark.parametrize("url", OTHER_KINDS)
def test_only_http_and_https_on_their_own_ports(url: str) -> None:
    with pytest.raises(BlockedAddress) as caught:
        checked(url, to_public)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_pass_and_are_what_is_connected_to(address: str) -> None:
    target = checked("https://Example.ORG/a?b=c#d", lambda host, port: [address])
    assert target == ("https://example.org/a?b=c", "https", "example.org", 443, "/a?b=c", (address,))


def test_names_in_other_scripts_are_asked_for_in_ascii() -> None:
    assert checked("http://مثال.إختبار/", to_public).host == "xn--mgbh0fb.xn--kgbechtv"


def test_redirects_are_checked_like_addresses_and_never_leave_tls() -> None:
    first = checked("https://example.org/a/b", to_public)
    assert checked("../c", to_public, first).url == "https://example.org/c"
    assert checked("//other.org/x", to_public, first).host == "other.org"
    for there in (
        "http://example.org/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "https://example.org:8443/",
    ):
        with pytest.raises(BlockedAddress):
            checked(there, to_public, first)


def test_a_host_that_is_not_known_is_blocked() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("unknown")

    with pytest.raises(BlockedAddress, match="not known"):
        checked("http://nowhere.example/", unknown)
