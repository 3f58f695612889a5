"""Who may do what: tokens, what they open, and the cookie that a browser has instead of one."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from enum import IntEnum
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.settings import Settings

COOKIE = "sanad_access"
_COOKIE_S = 30 * 24 * 3600


class Level(IntEnum):
    """What a request may do; each includes the one before."""

    NOTHING = 0
    READ = 1
    WRITE = 2


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def level_of(scope: Mapping[str, Any]) -> Level:
    """What the guard found that this request may do."""
    level: Level = scope["state"]["access"]
    return level


class Access:
    """The right of each request: by its token, its cookie, or what is open to all.

    Without tokens everything is open, which is why the server then listens to this machine only. The
    write token opens everything. Reading is open on this machine, with --read-only and with --public;
    elsewhere it needs the read token or the write token; with a read token set, it needs one always.
    """

    def __init__(self, settings: Settings) -> None:
        self._tokens = [
            (token.encode(), level)
            for token, level in ((settings.token, Level.WRITE), (settings.read_token, Level.READ))
            if token
        ]
        self._closed = settings.read_only
        self.everyone = _everyone(settings)
        """What a request may do without any token."""

    @property
    def writes(self) -> str:
        """How changes are guarded: open, token or closed."""
        if self._closed:
            return "closed"
        if self.everyone is Level.WRITE:
            return "open"
        return "token" if any(level is Level.WRITE for _, level in self._tokens) else "closed"

    def level(self, headers: Mapping[str, str]) -> Level:
        """What a request with these headers (names in lower case) may do."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else ""
        cookie = _cookie(headers.get("cookie", ""))
        found = self.everyone
        for secret, level in self._tokens:  # all of them: how long it takes says nothing
            matches = hmac.compare_digest(given.encode(), secret)
            matches |= hmac.compare_digest(cookie.encode(), _derived(secret).encode())
            found = max(found, level) if matches else found
        return found

    def cookie_for(self, token: str, *, secure: bool) -> str | None:
        """The Set-Cookie that opens what a token opens; None: the token is wrong.

        It holds a keyed digest, not the token, and is worth nothing once the token is changed.
        """
        found = None
        for secret, _ in self._tokens:
            if hmac.compare_digest(token.encode("utf-8", "replace"), secret):
                found = secret
        if found is None:
            return None
        flags = f"Path=/; Max-Age={_COOKIE_S}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
        return f"{COOKIE}={_derived(found)}; {flags}"


def _everyone(settings: Settings) -> Level:
    if settings.read_token:
        return Level.NOTHING
    if is_loopback(settings.host):
        return Level.READ if settings.token else Level.WRITE
    return Level.READ if settings.read_only or settings.public else Level.NOTHING


def _derived(secret: bytes) -> str:
    return hmac.digest(secret, b"sanad page", hashlib.sha256).hex()


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
