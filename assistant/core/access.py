"""Decide what a request may do, by its token or by the session that a browser has instead of one."""

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
    """Return whether an address to listen on is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def level_of(scope: Mapping[str, Any]) -> Level:
    """Return the level that the guard gave this request."""
    level: Level = scope["state"]["access"]
    return level


class Access:
    """Determines the level of each request: from its token, its session, or what is open to all.

    Without tokens everything is open, so the server then listens on this machine only. The write token
    opens everything. Reading is open on this machine, with --read-only and with --public. Elsewhere it
    needs the read token or the write token. If a read token is set, reading always needs a token.
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
        """The level of a request without any token."""

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
        """Return the level of a request with these headers (names in lower case)."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip().encode() if scheme.lower() == "bearer" else b""
        session = session_of(headers)
        begun_with = self._sessions.begun_with(session, self._secrets) if session and self._tokens else None
        found = self.everyone
        for secret, level in self._tokens:  # all of them, so that the time reveals nothing
            matches = hmac.compare_digest(given, secret) or secret == begun_with
            found = max(found, level) if matches else found
        return found

    def is_session(self, secret: str) -> bool:
        """Return whether it is the secret of a session that has not ended."""
        return bool(secret) and self._sessions.begun_with(secret, self._secrets) is not None

    def ends_all(self, level: Level) -> bool:
        """Return whether this level may end all sessions; only that of the most powerful token may."""
        return self.has_login and level >= max(level for _, level in self._tokens)

    def log_in(self, token: str, before: str, *, secure: bool) -> str | None:
        """Begin a session with a token; return its Set-Cookie, or None if the token is wrong.

        Args:
            token: as it was given.
            before: the session that the browser had, which is ended.
            secure: whether the browser sends the cookie over TLS only.

        Raises:
            StoreUnavailable: the session cannot be stored.
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
        """End a session; do nothing if there is no such session.

        Raises:
            StoreUnavailable: it cannot be ended.
        """
        if self.is_session(session):
            self._sessions.end(session)

    def end_all(self) -> int:
        """End every session; return how many there were.

        Raises:
            StoreUnavailable: they cannot be ended.
        """
        return self._sessions.end_all()

    @property
    def _secrets(self) -> list[bytes]:
        return [secret for secret, _ in self._tokens]


def session_of(headers: Mapping[str, str]) -> str:
    """Return the value of the session cookie, or "".

    Does not use `http.cookies`, which takes quadratic time for a quoted value (CVE-2024-7592).
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
    """Return the Set-Cookie that makes a browser delete its session cookie."""
    return _set_cookie("", 0, secure=secure)


def _set_cookie(value: str, max_age_s: int, *, secure: bool) -> str:
    flags = f"Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    return f"{COOKIE}={value}; {flags}"
