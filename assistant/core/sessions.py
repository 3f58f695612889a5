"""Sessions of browsers: begun with a token; ended by leaving, by time, with the token, or all at once.

HOME/sessions/   a file for each; what it holds opens nothing
  SHA-256        of the secret that the browser has. In the file: when the session began, and a keyed digest by the
                 token that it was begun with. Its time of change is when the session was last used.
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
"""A session ends when it was not used for this long."""

MAX_SESSIONS = 1_000
"""Of one home; the one that was not used for longest makes room."""

_NOTED_S = 3600  # how exactly it is known when a session was last used
_NAME = re.compile(r"[0-9a-f]{64}")


class Sessions:
    """The sessions of one home: they outlive the server, and every process that serves the home has the same."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        """Nothing is made before the first session begins.

        Args:
            home: the folder below which they are kept.
            now: seconds since the epoch.
        """
        self._folder = home / "sessions"
        self._now = now

    def begin(self, token: bytes) -> str:
        """Begin a session; gives the secret that is the session, for the browser alone.

        Raises:
            StoreUnavailable: it cannot be kept.
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
        """Which of the tokens a session was begun with; None: it is none, or it has ended.

        That it was used now is noted.
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
        for token in tokens:  # all of them: how long it takes says nothing
            found = token if hmac.compare_digest(seal, _seal(token, path.name, began)) else found
        return found

    def end(self, secret: str) -> None:
        """End one session; nothing happens where it is none.

        Raises:
            StoreUnavailable: it cannot be ended.
        """
        self._remove([self._path(secret)])

    def end_all(self) -> int:
        """End every session; gives how many there were.

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
        """When each session was last used, and its file; the last used first."""
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
        """What was done is durable when this is left: no session that was ended is there again after a crash."""
        try:
            yield
            with contextlib.suppress(FileNotFoundError):  # no session ever began
                _sync(self._folder)
        except OSError as error:
            raise StoreUnavailable(
                f"cannot write {self._folder}: {error.strerror}; make room, or check its permissions"
            ) from error


def _seal(token: bytes, name: str, began: str) -> str:
    """What ties a session to its token: with another token it is worth nothing."""
    return hmac.digest(token, f"sanad session {name} {began}".encode(), hashlib.sha256).hex()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
