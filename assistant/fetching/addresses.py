"""Decide which addresses may be fetched: http and https on their default ports, from public hosts only.

Every address that a name resolves to must be global. Ranges that tunnel or map into other networks are refused
entirely. The caller connects to exactly the address that was checked.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from index import ArticleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
_MAX_URL_CHARS = 2_000
_NUMBER_AT_END = re.compile(r"(?:^|\.)(?:\d+|0[xX][0-9a-fA-F]*)\.?$")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})+")
# Not global, or gateways into other networks, though `is_global` of some Python versions says otherwise.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


class BlockedAddress(ArticleError):
    """The address may not be fetched, whatever its content."""


class Target(NamedTuple):
    """A checked address: where to connect, and what to request there.

    Attributes:
        url: as it is requested, without fragment.
        scheme: http or https.
        host: its name, in ASCII, for the Host header and for TLS.
        port: of the scheme.
        path: with the query.
        addresses: of the host, all public; connect to the first that answers, never to the name.
    """

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def checked(url: str, resolve: Resolve, before: Target | None = None) -> Target:
    """Check an address and resolve its host, once.

    Args:
        url: absolute, or relative to the page that leads to it.
        resolve: gives the IP addresses of a host.
        before: the page that redirects here.

    Raises:
        BlockedAddress: not http or https, with a user name or another port, not public, unknown.
    """
    shown = "".join(char if char.isprintable() else "?" for char in url[:120])
    if len(url) > _MAX_URL_CHARS or not url.isprintable() or "\\" in url or " " in url:
        raise BlockedAddress(f"{shown}: not an address that can be fetched; check it")
    try:
        parts = urlsplit(urljoin(before.url, url) if before else url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii").lower(), parts.port
    except (ValueError, UnicodeError) as error:
        raise BlockedAddress(f"{shown}: not an address that can be fetched; check it") from error
    if parts.scheme not in _PORTS:
        raise BlockedAddress(f"{shown}: only http and https are fetched")
    if before is not None and before.scheme == "https" and parts.scheme == "http":
        raise BlockedAddress(f"{shown}: a secure page leads to an insecure one, which is not followed")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BlockedAddress(f"{shown}: an address with a user name is not fetched")
    if port not in {None, _PORTS[parts.scheme]}:
        raise BlockedAddress(f"{shown}: port {port} is not fetched from; only 80 and 443 are")
    addresses = _public(host, _PORTS[parts.scheme], resolve, shown)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = f"[{host}]" if ":" in host else host
    return Target(f"{parts.scheme}://{name}{path}", parts.scheme, host, _PORTS[parts.scheme], path, addresses)


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public Internet, and to no other network."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or "%" in address):
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _NEVER if network.version == ip.version)


def _public(host: str, port: int, resolve: Resolve, shown: str) -> tuple[str, ...]:
    try:
        found: Sequence[str] = (str(ipaddress.ip_address(host)),)
    except ValueError:
        if _NUMBER_AT_END.search(host) or not _HOST.fullmatch(host.rstrip(".")) or host.endswith(".."):
            raise BlockedAddress(f"{shown}: {host[:60]!r} is no host name; check it") from None
        try:
            found = resolve(host, port)
        except OSError as error:
            raise BlockedAddress(f"{shown}: the host is not known; check the address") from error
    if not found or not all(map(is_public, found)):
        raise BlockedAddress(f"{shown}: not a public address, which is not fetched")
    return tuple(dict.fromkeys(found))
