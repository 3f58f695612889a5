"""Store browser sessions: begun with a token; ended by logout, by time, with the token, or all at once.

HOME/sessions/   a file for each session; its content grants no access
  SHA-256        of the browser's secret is the name. The file holds when the session began, and an HMAC keyed with
                 the token that it was begun with. Its modification time is when the session was last used.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import time
from typing import TYPE_CHECKING

from index import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MAX_S = 30 * 24 * 3600
"""A session ends this long after it began, however much it is used."""

IDLE_S = 7 * 24 * 3600
"""A session ends after this long without use."""

MAX_SESSIONS = 1_000
"""Most sessions of one home; the least recently used one is ended to make room."""

_NOTED_S = 3600  # resolution of the time of last use
_NAME = re.compile(r"[0-9a-f]{64}")


class Sessions:
    """The sessions of one home; they outlive the server, and all processes that serve the home share them."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        """Create nothing before the first session begins.

        Args:
            home: the folder below which they are kept.
            now: seconds since the epoch.
        """
        self._folder = home / "sessions"
        self._now = now

    def begin(self, token: bytes) -> str:
        """Begin a session; return its secret, which only the browser keeps.

        Raises:
            StoreUnavailable: it cannot be stored.
        """
        secret = secrets.token_urlsafe(32)
        path = self._path(secret)
        began = str(int(self._now()))
        with self._writing():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._make_room()
            path.touch(mode=0o600, exist_ok=False)
            with path.open("w", encoding="ascii") as file:
                file.write(f"{began} {_seal(token, path.name, began)}")
                file.flush()
                os.fsync(file.fileno())
            os.utime(path, (self._now(), self._now()))
        return secret

    def begun_with(self, secret: str, tokens: Iterable[bytes]) -> bytes | None:
        """Return the token that a session was begun with; None if there is no such session or it has ended.

        Records the time as that of last use.
        """
        path = self._path(secret)
        try:
            began, _, seal = path.read_text("ascii").partition(" ")
            if not self._goes_on(int(began), path.stat().st_mtime):
                path.unlink(missing_ok=True)
                return None
            if self._now() - path.stat().st_mtime > _NOTED_S:
                os.utime(path, (self._now(), self._now()))
        except (OSError, ValueError):
            return None
        found = None
        for token in tokens:  # all of them, so that the time reveals nothing
            found = token if hmac.compare_digest(seal, _seal(token, path.name, began)) else found
        return found

    def end(self, secret: str) -> None:
        """End one session; do nothing if there is no such session.

        Raises:
            StoreUnavailable: it cannot be ended.
        """
        self._remove([self._path(secret)])

    def end_all(self) -> int:
        """End every session; return how many there were.

        Raises:
            StoreUnavailable: they cannot be ended.
        """
        paths = [path for _, path in self._kept()]
        self._remove(paths)
        return len(paths)

    def _goes_on(self, began: float, used: float) -> bool:
        return self._now() - began < MAX_S and self._now() - used < IDLE_S

    def _path(self, secret: str) -> Path:
        return self._folder / hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

    def _kept(self) -> list[tuple[float, Path]]:
        """Return the time of last use and the file of each session, most recently used first."""
        found = []
        with self._writing():
            for path in self._folder.iterdir() if self._folder.exists() else ():
                with contextlib.suppress(FileNotFoundError):  # another process ended it meanwhile
                    if _NAME.fullmatch(path.name):
                        found.append((path.stat().st_mtime, path))
        return sorted(found, reverse=True)

    def _make_room(self) -> None:
        kept = self._kept()
        idle = [path for used, path in kept if self._now() - used >= IDLE_S]
        self._remove([*idle, *(path for _, path in kept[MAX_SESSIONS - 1 :])])

    def _remove(self, paths: Iterable[Path]) -> None:
        with self._writing():
            for path in paths:
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Make changes durable on exit, so that no ended session is there again after a crash."""
        try:
            yield
            with contextlib.suppress(FileNotFoundError):  # no session has ever begun
                _sync(self._folder)
        except OSError as error:
            raise StoreUnavailable(
                f"cannot write {self._folder}: {error.strerror}; make room, or check its permissions"
            ) from error


def _seal(token: bytes, name: str, began: str) -> str:
    """Return the HMAC that ties a session to its token."""
    return hmac.digest(token, f"sanad session {name} {began}".encode(), hashlib.sha256).hex()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
