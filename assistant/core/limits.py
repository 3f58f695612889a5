"""Limit each client: a token bucket for its requests (Turner, IEEE Communications 1986), and a number at once."""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LATE = "the request did not arrive in time: send it faster, or start the server with another --body-timeout-s"

_MOST = 4_096
_OWN_FILES = 160  # the database is open once for each of 40 threads
_WITHOUT_LIMITS = 1_024  # open files to assume if the system does not report a limit
_MAX_CLIENTS = 10_000
_MIN_BURST = 10.0
_BURST_S = 2.0


def most_connections() -> int:
    """Return the most connections at once, beside the process's own files and connections about to be accepted."""
    return max(8, min(_MOST, (_most_files() - _OWN_FILES) * 2 // 3))


def _most_files() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return _WITHOUT_LIMITS
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return limit if limit != resource.RLIM_INFINITY else _MOST * 2


class Buckets:
    """A token bucket for each client; a request takes one token, and tokens return over time."""

    def __init__(self, rate: float) -> None:
        """Start with full buckets.

        Args:
            rate: tokens that return per second; 0: no limit.
        """
        self._rate = rate
        self._size = max(_MIN_BURST, _BURST_S * rate)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now_s: float) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        if not self._rate:
            return 0.0
        key = _network(client)
        left, at = self._left.pop(key, (self._size, now_s))
        left = min(self._size, left + (now_s - at) * self._rate)
        wait_s = 0.0 if left >= 1 else (1 - left) / self._rate
        self._left[key] = (left if wait_s else left - 1, now_s)
        if len(self._left) > _MAX_CLIENTS:
            self._left.popitem(last=False)  # the client silent for longest; its bucket is the fullest
        return wait_s


class ConcurrencyLimit:
    """Limits how many requests are served at once: of each client, and of all clients together."""

    def __init__(self, each: int, together: int) -> None:
        self._each = each
        self._together = together
        self._served: Counter[str] = Counter()

    @contextmanager
    def acquire(self, client: str) -> Iterator[bool]:
        """Count a request until it ends; yield whether it is within the limits, else it is not counted."""
        key = _network(client)
        if self._served[key] >= self._each or self._served.total() >= self._together:
            yield False
            return
        self._served[key] += 1
        try:
            yield True
        finally:
            self._served[key] -= 1
            if not self._served[key]:
                del self._served[key]


def _network(client: str) -> str:
    """Return the address, or for IPv6 its /64 network, all of whose addresses one customer has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
