"""Respect robots.txt (RFC 9309), which is fetched once an hour for each host."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from assistant.fetching.addresses import BlockedAddress
from assistant.fetching.fetch import AGENT, Fetcher
from index import ArticleError

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_BYTES = 500_000
_KEPT_S = 3_600.0
_MAX_HOSTS = 500


class Robots:
    """Caches the rules of each host."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: dict[str, tuple[float, RobotFileParser]] = {}

    def check(self, url: str) -> None:
        """Refuse an address that the site does not allow.

        Raises:
            BlockedAddress: its robots.txt forbids it, or the server fails to send that file.
        """
        parts = urlsplit(url)
        rules = self._rules(f"{parts.scheme}://{parts.netloc}/robots.txt")
        if not rules.can_fetch(AGENT, url):
            raise BlockedAddress(f"{url[:120]}: the site's robots.txt does not allow programs to fetch it")

    def _rules(self, address: str) -> RobotFileParser:
        at, rules = self._known.get(address, (0.0, None))
        if rules is not None and self._clock() - at < _KEPT_S:
            return rules
        rules = self._asked(address)
        if len(self._known) >= _MAX_HOSTS:
            self._known.clear()
        self._known[address] = (self._clock(), rules)
        return rules

    def _asked(self, address: str) -> RobotFileParser:
        rules = RobotFileParser(address)
        try:
            # RFC 9309, 2.3.1: a missing file allows all, a failing server allows nothing
            data = self._fetcher.fetch(address, max_bytes=_MAX_BYTES, absent=b"").data or b""
        except BlockedAddress:
            raise
        except ArticleError:
            rules.parse(["User-agent: *", "Disallow: /"])
        else:
            rules.parse(data.decode("utf-8", "replace").splitlines())
        return rules
