"""Who may do what: tokens, what they open, and the session that a browser has instead of one."""

from __future__ import annotations

import hmac
import ipaddress
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from assistant.core.sessions import MAX_S, Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.core.settings import Settings

COOKIE = "sanad_session"


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
    """The right of each request: by its token, its session, or what is open to all.

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
        self._sessions = Sessions(settings.home)
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

    @property
    def has_login(self) -> bool:
        """Whether there is a token that a browser can give."""
        return bool(self._tokens)

    def level(self, headers: Mapping[str, str]) -> Level:
        """What a request with these headers (names in lower case) may do."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip().encode() if scheme.lower() == "bearer" else b""
        session = session_of(headers)
        begun_with = self._sessions.begun_with(session, self._secrets) if session and self._tokens else None
        found = self.everyone
        for secret, level in self._tokens:  # all of them: how long it takes says nothing
            matches = hmac.compare_digest(given, secret) or secret == begun_with
            found = max(found, level) if matches else found
        return found

    def is_session(self, secret: str) -> bool:
        """Whether it is the secret of a session that goes on."""
        return bool(secret) and self._sessions.begun_with(secret, self._secrets) is not None

    def ends_all(self, level: Level) -> bool:
        """Whether this right may end all sessions. Only the most powerful token may."""
        return self.has_login and level >= max(level for _, level in self._tokens)

    def log_in(self, token: str, before: str, *, secure: bool) -> str | None:
        """Begin a session with a token; gives its Set-Cookie, or None where the token is wrong.

        Args:
            token: as it was given.
            before: the session that the browser had; it ends.
            secure: whether the browser shall send the cookie over TLS only.

        Raises:
            StoreUnavailable: the session cannot be kept.
        """
        given, found = token.encode("utf-8", "replace"), None
        for secret in self._secrets:
            found = secret if hmac.compare_digest(given, secret) else found
        if found is None:
            return None
        if before:
            self._sessions.end(before)
        return _set_cookie(self._sessions.begin(found), MAX_S, secure=secure)

    def log_out(self, session: str) -> None:
        """End a session, if it is one.

        Raises:
            StoreUnavailable: it cannot be ended.
        """
        if self.is_session(session):
            self._sessions.end(session)

    def end_all(self) -> int:
        """End every session; gives how many there were.

        Raises:
            StoreUnavailable: they cannot be ended.
        """
        return self._sessions.end_all()

    @property
    def _secrets(self) -> list[bytes]:
        return [secret for secret, _ in self._tokens]


def session_of(headers: Mapping[str, str]) -> str:
    """The value of our cookie, or "".

    Not by the library: `http.cookies` takes quadratic time for a quoted value (CVE-2024-7592).
    """
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _everyone(settings: Settings) -> Level:
    if settings.read_token:
        return Level.NOTHING
    if is_loopback(settings.host):
        return Level.READ if settings.token else Level.WRITE
    return Level.READ if settings.read_only or settings.public else Level.NOTHING


def forgotten(*, secure: bool) -> str:
    """The Set-Cookie by which a browser forgets its session."""
    return _set_cookie("", 0, secure=secure)


def _set_cookie(value: str, max_age_s: int, *, secure: bool) -> str:
    flags = f"Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    return f"{COOKIE}={value}; {flags}"
