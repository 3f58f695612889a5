"""Follow watched folders, so that the next answer reflects what was added, changed or deleted in them.

One thread follows each folder. No error ends it: it reports the error (log, health, metrics, page) and retries.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from assistant.core.settings import SettingsError
from assistant.core.watched import EVENTS, POLLING, Watched
from index import ArticleError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.core.assistant import Assistant
    from index import AddReport

log = logging.getLogger(__name__)

_DEBOUNCE_MS = 300  # a file still being written settles within this
_STEP_S = 0.5
_AGAIN_S = 10.0  # between scans of a folder in trouble, or of which the system reports no changes
_REGULARLY_S = 300.0  # between scans of any other: network drives do not report the changes of other machines
_SHARE = 20  # the pause is at least so many times the duration of a scan
_JOIN_S = 1.0


class Watcher:
    """Syncs the collection with folders, in one thread each, while the context is open."""

    def __init__(self, assistant: Assistant, folders: Sequence[Path], ignored: Path | None = None) -> None:
        """Check the folders; one from which articles were read before may be missing for now.

        Args:
            assistant: its collection follows the folders.
            folders: followed with everything in them.
            ignored: a file in one of them that is known not to be an article.

        Raises:
            SettingsError: one of them is not a folder, or its name is not valid UTF-8.
        """
        for folder in folders:
            if os.fsencode(folder).decode("utf-8", "ignore") != str(folder):
                raise SettingsError(
                    f"cannot watch {str(folder)!a}: its name is not valid UTF-8; rename the folder"
                )
            if not os.path.isdir(folder) and not assistant.holds(folder):  # noqa: PTH112  # false without permission
                raise SettingsError(f"cannot watch {folder}: it is not a folder")
        self._assistant = assistant
        self._stop = threading.Event()
        known = list(dict.fromkeys(folder.resolve() for folder in folders))
        name_ignored = str(ignored.resolve()) if ignored else ""
        self._followers = [
            _Follower(assistant, Watched(name=name, folder=folder, since=_now()), name_ignored, self._stop)
            for name, folder in zip(_names(known), known, strict=True)
        ]

    def __enter__(self) -> Self:
        """Start watching."""
        for follower in self._followers:
            follower.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching; wait a moment for a running sync."""
        self._stop.set()
        end = time.monotonic() + _JOIN_S
        for follower in self._followers:
            follower.join(max(0.0, end - time.monotonic()))

    def wait(self, timeout_s: float) -> None:
        """Wait until every folder has been scanned once, but no longer than `timeout_s`."""
        end = time.monotonic() + timeout_s
        for follower in self._followers:
            follower.looked.wait(max(0.0, end - time.monotonic()))

    def states(self) -> list[Watched]:
        """Return the state of each folder."""
        states = [follower.state for follower in self._followers]
        return [replace(state, missing=self._assistant.n_missing(state.folder)) for state in states]


class _Follower(threading.Thread):
    """Follows one folder until it is stopped.

    Attributes:
        state: the state of the folder.
        looked: set after the first scan, whatever its outcome.
    """

    def __init__(self, assistant: Assistant, state: Watched, ignored: str, stop: threading.Event) -> None:
        super().__init__(name=f"watch {state.name}", daemon=True)
        self.state = state
        self.looked = threading.Event()
        self._assistant = assistant
        self._ignored = ignored
        self._stop_event = stop
        self._told: set[str] = set()
        self._looked_at = 0.0
        self._took_s = 0.0

    def run(self) -> None:
        """Scan the folder again and again."""
        while not self._stop_event.is_set():
            try:
                identity = _identity(self.state.folder)
                self._look()
                can_follow = identity is not None and self.state.trouble != "folder"
                if not can_follow or not self._follow_events(identity):
                    self._rest(identity)
            except Exception:  # any error: a thread that ended would go unnoticed
                log.exception("watching %s failed; it begins again", self.state.folder)
                self._stop_event.wait(_AGAIN_S)

    def _follow_events(self, identity: tuple[int, ...] | None) -> bool:
        """Scan after each change until watching must restart; return False if the system reports no changes."""
        import watchfiles

        hidden = bool(self.state.unlisted)
        begun = False
        try:
            for changes in watchfiles.watch(
                self.state.folder,
                debounce=_DEBOUNCE_MS,
                rust_timeout=int(_STEP_S * 1000),
                yield_on_timeout=True,
                stop_event=self._stop_event,
                raise_interrupt=False,
                ignore_permission_denied=hidden,  # this ignores every other error too, such as too many folders
            ):
                if not begun:
                    self._notice(EVENTS)
                if changes or not begun or self._is_due():  # not begun: changes since the last scan
                    begun = True
                    self._look()
                # A new folder is watched late or never; a restart watches all folders, or reports the error.
                if hidden != bool(self.state.unlisted) or any(os.path.isdir(path) for _, path in changes):  # noqa: PTH112
                    break
                if _identity(self.state.folder) != identity:
                    break
        except (OSError, RuntimeError) as error:
            if begun or _identity(self.state.folder) != identity:  # such as for a name that is not text
                return True
            self._notice(POLLING, error)
            return False
        return True

    def _rest(self, identity: tuple[int, ...] | None) -> None:
        """Wait until a scan is due, or another folder is in this one's place."""
        while not self._stop_event.wait(_STEP_S):
            if self._is_due() or _identity(self.state.folder) != identity:
                return

    def _is_due(self) -> bool:
        pause = _REGULARLY_S if self.state.is_well else _AGAIN_S
        return time.monotonic() - self._looked_at > max(pause, _SHARE * self._took_s)

    def _look(self) -> None:
        """Sync the collection with the folder, and report what prevented it."""
        began = time.monotonic()
        try:
            report = self._assistant.sync(self.state.folder)
        except ArticleError as error:
            self._fail("folder", error)
        except StoreError as error:
            self._fail("store", error)
        except Exception as error:  # noqa: BLE001  # the next scan tries again
            self._fail("other", error)
        else:
            self._succeed(report)
        self._looked_at = time.monotonic()
        self._took_s = self._looked_at - began
        self.looked.set()

    def _succeed(self, report: AddReport) -> None:
        skipped = tuple(item for item in report.skipped if item.name != self._ignored)
        self.state = replace(
            self.state, synced=_now(), trouble=None, detail="", unlisted=report.unlisted, skipped=skipped,
            withheld=len(report.withheld), missing=len({item.article_id for item in report.missing}),
        )  # fmt: skip
        told = [f"skipped {item.reason}" for item in skipped]
        told += [f"{item.name}: {item.reason}" for item in report.unlisted]
        if report.missing:
            told.append(
                f"the files of {self.state.missing} articles are gone from {self.state.folder}; the articles are kept"
                f" until you decide, in the library or with: sanad missing {self.state.folder}"
            )
        self._tell(told)

    def _fail(self, trouble: str, error: Exception) -> None:
        if self._stop_event.is_set():
            return
        self.state = replace(self.state, trouble=trouble, detail=f"{error}")
        told = f"cannot follow the watched folder {self.state.folder}, its articles are kept: {error}"
        self._tell([told], error if trouble == "other" else None)

    def _notice(self, by: str, error: Exception | None = None) -> None:
        if by == POLLING and self.state.by != POLLING:
            log.warning(
                "the system tells of no changes in the watched folder %s (%s); it is looked through every %d s",
                self.state.folder, error, _AGAIN_S,
            )  # fmt: skip
        self.state = replace(self.state, by=by)

    def _tell(self, lines: Iterable[str], error: Exception | None = None) -> None:
        """Log what was not logged after the previous scan."""
        now = set(lines)
        for line in sorted(now - self._told):
            log.warning("%s", line, exc_info=error)
        self._told = now


def _identity(folder: Path) -> tuple[int, ...] | None:
    """Return what tells a folder from another in its place, such as a mount; None if it is missing."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mode


def _names(folders: Sequence[Path]) -> list[str]:
    """Return for each folder the shortest end of its path that no other folder shares."""
    names = []
    for folder in folders:
        others = [other.parts for other in folders if other != folder]
        lengths = range(1, len(folder.parts) + 1)
        n = next((n for n in lengths if all(o[-n:] != folder.parts[-n:] for o in others)), len(folder.parts))
        names.append("/".join(folder.parts[-n:]))
    return names


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
