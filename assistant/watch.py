"""Watched folders: what is added to, changed in or deleted from them is in the next answer."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.settings import SettingsError
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.assistant import Assistant

log = logging.getLogger(__name__)

_DEBOUNCE_MS = 300  # a file still being written settles within this
_TIMEOUT_MS = 500
_JOIN_S = 1.0


class Watcher:
    """Keeps the collection in step with folders, in a thread, while the context is open."""

    def __init__(self, assistant: Assistant, folders: Sequence[Path], ignored: Path | None = None) -> None:
        """Check the folders.

        Args:
            assistant: whose collection follows the folders.
            folders: each with everything in it.
            ignored: a file in one of them that is known not to be an article.

        Raises:
            SettingsError: one of them is not a folder.
        """
        for folder in folders:
            if not folder.is_dir():
                raise SettingsError(f"cannot watch {folder}: it is not a folder")
        self._assistant = assistant
        self._folders = [folder.resolve() for folder in folders]
        self._told = {str(ignored.resolve())} if ignored else set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.first_sync = threading.Event()
        """Set when every folder has been read once; at once when there is none."""

    def __enter__(self) -> Self:
        """Start watching."""
        if self._folders:
            self._thread.start()
        else:
            self.first_sync.set()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching; a sync that is running is given a moment to end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        import watchfiles

        self._sync(self._folders)
        self.first_sync.set()
        changes = watchfiles.watch(
            *self._folders,
            debounce=_DEBOUNCE_MS,
            rust_timeout=_TIMEOUT_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        )
        behind = True  # what changed between the first sync and the watch's start
        for change in changes:
            if change or behind:
                paths = [path for _, path in change]
                behind = not self._sync(
                    [
                        folder
                        for folder in self._folders
                        if behind or any(Path(path).is_relative_to(folder) for path in paths)
                    ]
                )

    def _sync(self, folders: list[Path]) -> bool:
        """Bring the collection in step; False if some folder must be tried again."""
        for folder in folders:
            if not folder.is_dir():
                # Perhaps a drive that is not mounted: no reason to forget its articles.
                log.warning("the watched folder %s is gone; its articles are kept", folder)
                continue
            try:
                report = self._assistant.sync(folder)
            except SanadError as error:
                log.warning("cannot read the watched folder %s: %s", folder, error)
                return False
            for item in report.skipped:
                if item.name not in self._told:
                    log.warning("skipped %s", item.reason)
                    self._told.add(item.name)
        return True
