"""Snapshots: a view saved beside the database so that opening does not rebuild it.

A snapshot is derived and disposable. It is a folder, named after the sequence number, with the arrays
of one segment, its FAISS index, and a manifest of sizes and SHA-256 digests; it is written under another
name, read back and verified, and renamed. A reader takes the newest one that verifies and replays what
came after it; one that does not verify is ignored, and the view is rebuilt from the database.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.dense import DenseIndex, read_bytes
from index.errors import StoreDamaged
from index.home import sync_folder
from index.lexical import LexicalIndex, Part, Statistics
from index.postings import Postings
from index.segment import Segment
from index.view import BM25_B, BM25_K1, View
from index.vocabulary import Channels

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

SNAPSHOT_FORMAT = 1
KEPT = 2


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of one database.

    Attributes:
        folder: where they lie; made when needed.
        settings: what the collection was made with; a snapshot made with other settings is ignored.
    """

    folder: Path
    settings: Mapping[str, str]

    def newest(self, dimension: int, upto: int) -> View | None:
        """Give the newest snapshot that verifies and is not newer than a sequence number."""
        for path in sorted(self._all(), reverse=True):
            if int(path.name) > upto:
                continue
            try:
                return _load(path, self.settings, dimension)
            except (StoreDamaged, OSError, ValueError, KeyError, TypeError) as error:
                log.warning("snapshot %s is not used and will be rebuilt: %s", path.name, error)
        return None

    def save(self, view: View) -> None:
        """Save a view of one segment from which nothing was removed; older snapshots are retired.

        Raises:
            OSError: it cannot be written; nothing that exists is changed.
            StoreDamaged: what was written does not read back.
        """
        if len(view.segments) != 1 or view.alive[0] is not None:
            raise ValueError("a snapshot is made of a view with one whole segment")
        target = self.folder / f"{view.sequence:012d}"
        if target.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".new-{os.getpid()}-{target.name}"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            _write(fresh, view, self.settings)
            _load(fresh, self.settings, view.dimension)
            fresh.rename(target)
        except FileExistsError:
            pass  # another process saved the same sequence number first
        except OSError:
            if not target.exists():
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        sync_folder(self.folder)
        self._retire()

    def problems(self, dimension: int) -> list[str]:
        """Verify every snapshot; one line for each that does not hold."""
        found = []
        for path in sorted(self._all()):
            try:
                _load(path, self.settings, dimension)
            except (StoreDamaged, OSError, ValueError, KeyError, TypeError) as error:
                found.append(f"snapshot {path}: {error}")
        return found

    def discard(self) -> None:
        """Delete all snapshots; the next reader rebuilds from the database."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _all(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [path for path in self.folder.iterdir() if path.name.isdigit()]

    def _retire(self) -> None:
        for path in sorted(self._all())[:-KEPT]:
            shutil.rmtree(path, ignore_errors=True)


class _HashingFile:
    """A file that is hashed while it is written; errors of the disk are raised, never lost."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def _arrays(segment: Segment) -> dict[str, np.ndarray[Any, Any]]:
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "numbers": segment.numbers,
        "articles": segment.articles,
    }
    for channel, postings in segment.channels._asdict().items():
        for name in Postings.__slots__:
            arrays[f"{channel}-{name}"] = getattr(postings, name)
    return arrays


def _write(folder: Path, view: View, settings: Mapping[str, str]) -> None:
    segment = view.segments[0]
    files: dict[str, dict[str, object]] = {}
    for name, array in _arrays(segment).items():
        file = _HashingFile(folder / f"{name}.npy")
        np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
        file.close()
        files[f"{name}.npy"] = {"bytes": file.size, "sha256": file.digest.hexdigest()}
    file = _HashingFile(folder / "vectors.faiss")
    segment.dense.write(file.write)
    file.close()
    files["vectors.faiss"] = {"bytes": file.size, "sha256": file.digest.hexdigest()}
    statistics = {
        name: {
            "n_rows": index.statistics.n_rows,
            "n_terms": index.statistics.n_terms,
            "spread": sorted(index.statistics.spread.items()),
        }
        for name, index in view.channels.items()
    }
    manifest = {
        "format": SNAPSHOT_FORMAT,
        "sequence": view.sequence,
        "settings": dict(settings),
        "languages": sorted(view.languages),
        "statistics": statistics,
        "files": files,
    }
    file = _HashingFile(folder / "manifest.json")
    file.write(json.dumps(manifest).encode())
    file.close()
    sync_folder(folder)


def _load(folder: Path, settings: Mapping[str, str], dimension: int) -> View:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    if manifest["format"] != SNAPSHOT_FORMAT or manifest["settings"] != dict(settings):
        raise StoreDamaged("made with another format or other settings")
    for name, expected in manifest["files"].items():
        if Path(name).name != name:
            raise StoreDamaged(f"names a file outside itself: {name[:80]!r}")
        _verify(folder / name, expected)
    arrays = {
        name: np.load(folder / name, mmap_mode="r", allow_pickle=False)
        for name in manifest["files"]
        if name.endswith(".npy")
    }
    numbers = arrays["numbers.npy"]
    channels = Channels(
        *(
            Postings(**{field: arrays[f"{name}-{field}.npy"] for field in Postings.__slots__})
            for name in Channels._fields
        )
    )
    dense = DenseIndex.from_bytes(read_bytes(folder / "vectors.faiss"), dimension, len(numbers))
    statistics = {
        name: Statistics(
            n_rows=kept["n_rows"],
            n_terms=kept["n_terms"],
            spread=Counter(dict(kept["spread"])),
        )
        for name, kept in manifest["statistics"].items()
    }
    lexical = {
        name: LexicalIndex.of_parts((Part.of(postings),), statistics[name], k1=BM25_K1, b=BM25_B)
        for name, postings in channels._asdict().items()
    }
    return View(
        sequence=manifest["sequence"],
        dimension=dimension,
        segments=(Segment(numbers, arrays["articles.npy"], dense, channels),),
        alive=(None,),
        channels=lexical,
        languages=frozenset(manifest["languages"]),
    )


def _verify(path: Path, expected: Mapping[str, Any]) -> None:
    size = path.stat().st_size
    if size != expected["bytes"]:
        raise StoreDamaged(f"{path.name} has {size} bytes, expected {expected['bytes']}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != expected["sha256"]:
        raise StoreDamaged(f"{path.name} is not what was written (SHA-256 differs)")
