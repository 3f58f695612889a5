"""Write files with digests of every byte, and verify them before they are used."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from blake3 import blake3

from index.errors import StoreDamaged
from index.store.home import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MANIFEST = "manifest.json"
THREADS = 2
"""Threads that verify at once."""

# Bytes read and hashed at once: few enough for the processor's cache, but enough to seldom need the interpreter lock,
# which a thread that loads a model may hold for some time.
_PIECE = 1 << 20
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)
_SEAL = b'{"blake3": "'
_SEAL_BYTES = len(_SEAL) + 64 + len('", ')


class FolderWriter:
    """Writes a folder's files and, last, a manifest of their sizes and BLAKE3 digests; all durable.

    Raises:
        OSError: the disk refuses; nothing is silently cut short.
    """

    def __init__(self, folder: Path) -> None:
        """Create the folder, which must not exist."""
        folder.mkdir(parents=True)
        self._folder = folder
        self._files: dict[str, dict[str, object]] = {}

    def array(self, name: str, values: np.ndarray[Any, Any]) -> None:
        """Write an array as `name`.npy."""
        own = np.ascontiguousarray(values)

        def write(file: _HashingFile) -> None:
            np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(own))
            file.write(own.reshape(-1).view(np.uint8).data)

        self.stream(f"{name}.npy", write)

    def stream(self, name: str, write: Callable[[_HashingFile], object]) -> None:
        """Write a file by a function that receives an object with a `write` method."""
        file = _HashingFile(self._folder / name)
        try:
            write(file)
        finally:
            file.close()
        self._files[name] = {"bytes": file.size, "blake3": file.digest.hexdigest()}

    def close(self, about: Mapping[str, object]) -> None:
        """Write the manifest: `about` and the files; it begins with its own digest."""
        files = dict(self._files)
        content = json.dumps({**about, "files": files}).encode()
        self.stream(MANIFEST, lambda file: file.write(_seal(content) + content[1:]))
        sync_folder(self._folder)


def _seal(content: bytes) -> bytes:
    """Return the start of a JSON object, in place of its brace, that holds the digest of the rest."""
    return _SEAL + blake3(content[1:]).hexdigest().encode() + b'", '


def read_manifest(folder: Path) -> tuple[dict[str, Any], str]:
    """Read a folder's manifest and its digest, which covers every byte of the folder.

    Raises:
        StoreDamaged: it is missing, or is not what was written.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise StoreDamaged(f"{folder.name} cannot be read: {error}") from error
    rest = content[_SEAL_BYTES:]
    if not content.startswith(_SEAL):
        raise StoreDamaged(f"{MANIFEST} of {folder.name} is of another version, or not what was written")
    if content[:_SEAL_BYTES] != _seal(b"{" + rest):
        raise StoreDamaged(f"{MANIFEST} of {folder.name} is not what was written (its digest differs)")
    about: dict[str, Any] = json.loads(content)
    return about, about["blake3"]


class _HashingFile:
    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.digest = blake3()
        self.size = 0

    def write(self, data: bytes | memoryview) -> int:
        whole = memoryview(data)
        for first in range(0, len(whole), _PIECE):
            piece = whole[first : first + _PIECE]
            self._file.write(piece)
            self.digest.update(piece)
        self.size += len(whole)
        return len(whole)

    def close(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()


class Ahead:
    """Files that background threads verify, the largest first, while the process loads what else it needs.

    A file that is not begun when it is wanted is verified then.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        """Start to verify the files that the manifests of some folders name; skip folders without a manifest."""
        self._stopped = threading.Event()
        sizes: dict[Path, int] = {}
        for folder in folders:
            with suppress(*_UNREADABLE, StoreDamaged):
                files = read_manifest(folder)[0]["files"]
                sizes |= {
                    folder / Path(name).name: int(expected["bytes"]) for name, expected in files.items()
                }
        self._waiting = deque(sorted(sizes, key=sizes.__getitem__, reverse=True))
        self._outcomes: dict[Path, Future[str | None]] = {path: Future() for path in self._waiting}
        for _ in range(THREADS if sizes else 0):
            threading.Thread(target=self._work, name="sanad-verifying", daemon=True).start()

    def _work(self) -> None:
        while self._waiting and not self._stopped.is_set():
            with suppress(IndexError):  # the other thread took the last
                path = self._waiting.popleft()
                outcome = self._outcomes[path]
                if outcome.set_running_or_notify_cancel():
                    try:
                        outcome.set_result(_digest(path, self._stopped))
                    except OSError:
                        outcome.set_result(None)

    def digest(self, path: Path) -> str:
        """Return a file's digest, computed ahead or now.

        Raises:
            OSError: it cannot be read.
        """
        outcome = self._outcomes.get(path)
        early = None if outcome is None or outcome.cancel() else outcome.result()
        return early or _digest(path) or ""

    def stop(self) -> None:
        """Stop verifying files that were not asked for."""
        self._stopped.set()


class FolderReader:
    """A folder whose files were all verified; arrays are memory-mapped."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self._folder = folder
        self.about = about

    @classmethod
    def open(cls, folder: Path, ahead: Ahead | None = None) -> Self:
        """Verify and open a folder.

        Args:
            folder: what a `FolderWriter` wrote.
            ahead: may already be verifying its files.

        Raises:
            StoreDamaged: something is missing, or is not what was written.
        """
        try:
            about, _ = read_manifest(folder)
            files: dict[str, dict[str, Any]] = about["files"]
            if any(Path(name).name != name for name in files):
                raise StoreDamaged(f"{folder.name} names a file outside itself")
            digest = (ahead or Ahead()).digest
            with ThreadPoolExecutor(THREADS) as pool:  # hashing releases the interpreter lock
                list(pool.map(lambda item: _verify(folder / item[0], item[1], digest), files.items()))
        except _UNREADABLE as error:
            raise StoreDamaged(f"{folder.name} cannot be read: {error}") from error
        return cls(folder, about)

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """Map an array into memory, read-only."""
        mapped = np.load(self._path(f"{name}.npy"), mmap_mode="r", allow_pickle=False)
        # a plain view: slicing a memmap object costs more
        return np.asarray(mapped)

    def bytes(self, name: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Map a file into memory as (n,) uint8, read-only."""
        return np.memmap(self._path(name), dtype=np.uint8, mode="r")

    def has(self, name: str) -> bool:
        """Return whether a file was written with this folder."""
        return name in self.about["files"]

    def _path(self, name: str) -> Path:
        if name not in self.about["files"]:
            raise StoreDamaged(f"{self._folder.name} has no {name}")
        return self._folder / name


def _verify(path: Path, expected: Mapping[str, Any], digest: Callable[[Path], str]) -> None:
    size = path.stat().st_size
    if size != expected["bytes"]:
        raise StoreDamaged(f"{path.name} has {size} bytes, expected {expected['bytes']}")
    if digest(path) != expected["blake3"]:
        raise StoreDamaged(f"{path.name} is not what was written (its digest differs)")


def _digest(path: Path, stopped: threading.Event | None = None) -> str | None:
    """Return a file's BLAKE3 digest; None: stopped before its end."""
    whole = blake3()
    with path.open("rb", buffering=0) as file:
        piece = bytearray(min(_PIECE, os.fstat(file.fileno()).st_size + 1))
        while size := file.readinto(piece):
            whole.update(memoryview(piece)[:size])
            if stopped and stopped.is_set():
                return None
    return whole.hexdigest()
