"""Save views beside the database as snapshots, so that opening does not rebuild them.

snapshots/NAME-OF-DATABASE/
  seg-FIRST-LAST-SEQ/     one segment of words, written once, shared by all snapshots that contain it
  vec-FIRST-LAST-SEQ/     one segment of vectors, likewise
  000000000123/           the view at sequence number 123: its segments, their removed rows, statistics

A snapshot is derived and disposable. Every folder is written under another name and renamed; then the snapshot is
verified as a reader would. A reader takes the newest snapshot that verifies and replays later changes. A snapshot that
does not verify is ignored, and what is missing is rebuilt from the database.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from index.errors import StoreDamaged
from index.segments.bm25 import LexicalIndex
from index.segments.dense import DenseIndex, load
from index.segments.df_histogram import Spread, Statistics
from index.segments.postings import Postings
from index.segments.sealed_files import Ahead, FolderReader, FolderWriter, read_manifest
from index.segments.segment import Segment, VectorSegment
from index.segments.term_lookup import Part
from index.segments.vectors import Vectors
from index.segments.view import BM25_B, BM25_K1, View
from index.segments.vocabulary import Channels, Vocabulary
from index.store.home import sync_folder, writing_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from index.segments.segment import Rows

log = logging.getLogger(__name__)

SNAPSHOT_FORMAT = 8
KEPT = 2

_UNFINISHED = ".new-*"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of one database.

    Attributes:
        folder: where they lie; made when needed.
        settings: what the collection was made with; a snapshot made with other settings is ignored.
    """

    folder: Path
    settings: Mapping[str, str]

    def newest(self, dimension: int, upto: int, ahead: Ahead | None = None) -> View | None:
        """Return the newest snapshot that verifies and is not newer than a sequence number; see `verifying`."""
        load()
        for path in sorted(self._views(), reverse=True):
            if int(path.name) <= upto:
                try:
                    return self._load(path, dimension, ahead)
                except StoreDamaged as error:
                    if not path.exists():
                        continue  # another process retired it meanwhile
                    log.warning("snapshot %s is not used and will be rebuilt: %s", path.name, error)
        return None

    def last(self) -> int:
        """Return the sequence number of the newest snapshot, verified or not; 0: there is none."""
        return max((int(path.name) for path in self._views()), default=0)

    def save(self, view: View) -> None:
        """Save a view and retire old snapshots; segments that are already saved are not written again.

        Damaged folders are replaced.

        Raises:
            StoreUnavailable: it cannot be written; what could be read before still can.
            StoreDamaged: what was written does not read back.
        """
        with writing_to(self.folder), self._saving_alone():
            self._clear()
            try:
                self._write(view)
            except StoreDamaged:
                self._drop_damaged(view)
                self._write(view)
            self._retire()

    @contextmanager
    def _saving_alone(self) -> Iterator[None]:
        """Hold the lock for saving: the segments of a process that saves belong to no snapshot until it is done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, view: View) -> None:
        for segment in view.segments:
            self._place(segment.name, partial(_write_segment, segment=segment, database=self.folder.name))
        for vectors in view.vectors.segments:
            self._place(vectors.name, partial(_write_vectors, segment=vectors, database=self.folder.name))
        name = _view_name(view)
        digests = {
            segment.name: read_manifest(self.folder / segment.name)[1]
            for segment in (*view.segments, *view.vectors.segments)
        }
        self._place(name, lambda new: _write_view(new, view, self._own_settings, digests))
        self._load(self.folder / name, view.vectors.dimension)

    def _drop_damaged(self, view: View) -> None:
        """Delete the folders of this view that cannot be used: damaged, or of an older format."""
        loads: dict[str, Callable[[Path], object]] = {
            _view_name(view): partial(self._load, dimension=view.vectors.dimension),
            **dict.fromkeys([segment.name for segment in view.segments], _load_segment),
            **dict.fromkeys(
                [segment.name for segment in view.vectors.segments],
                partial(_load_vectors, dimension=view.vectors.dimension),
            ),
        }
        for name, read in loads.items():
            try:
                read(self.folder / name)
            except (StoreDamaged, ValueError, KeyError, TypeError):
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def problems(self, dimension: int) -> list[str]:
        """Verify every snapshot; return one line for each that fails."""
        found = []
        for path in sorted(self._views()):
            try:
                self._load(path, dimension)
            except StoreDamaged as error:
                if path.exists():  # else another process retired it meanwhile
                    found.append(f"snapshot {path}: {error}")
        return found

    def discard(self) -> None:
        """Delete all snapshots; the next reader rebuilds from the database."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _load(self, path: Path, dimension: int, ahead: Ahead | None = None) -> View:
        try:
            return _load_view(path, self._own_settings, dimension, ahead)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreDamaged(f"{path.name} cannot be read: {error}") from error

    @property
    def _own_settings(self) -> dict[str, str]:
        """The settings and the database's name: another database numbers its passages differently."""
        return {**self.settings, "database": self.folder.name}

    def _place(self, name: str, write: Callable[[FolderWriter], None]) -> None:
        """Write a folder under another name and rename it, unless it exists or another process was first."""
        target = self.folder / name
        if target.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".new-{uuid4().hex}"
        try:
            write(FolderWriter(fresh))
            fresh.rename(target)
        except OSError:
            if not target.exists():
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        sync_folder(self.folder)

    def _views(self) -> list[Path]:
        return _views_in(self.folder)

    def _retire(self) -> None:
        views = sorted(self._views())
        for path in views[:-KEPT]:
            self._take_away(path)
        used = {name for path in views[-KEPT:] for name in _segment_names(path)}
        for path in (*self.folder.glob("seg-*"), *self.folder.glob("vec-*")):
            if path.name not in used:
                self._take_away(path)

    def are_left(self) -> bool:
        """Return whether there is an unfinished folder, of a process that died or that is writing it."""
        return any(self.folder.glob(_UNFINISHED))

    def clear(self) -> None:
        """Remove the folders that dead processes have left.

        Raises:
            StoreUnavailable: the folder cannot be written.
        """
        if self.are_left():
            with writing_to(self.folder), self._saving_alone():
                self._clear()

    def _clear(self) -> None:
        for path in self.folder.glob(_UNFINISHED):  # only the holder of the lock may be writing one
            shutil.rmtree(path, ignore_errors=True)

    def _take_away(self, path: Path) -> None:
        """Delete a folder; a rename hides it first, so that others do not take half of it for a damaged one."""
        leaving = self.folder / f".new-{uuid4().hex}"
        with suppress(OSError):
            path.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)


def verifying(folder: Path) -> Ahead:
    """Start to verify the newest snapshot of a folder, before the objects needed to load it exist."""
    newest = max(_views_in(folder), default=None)
    return Ahead() if newest is None else Ahead([newest, *(folder / name for name in _segment_names(newest))])


def _views_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.isdigit()]
    except (FileNotFoundError, NotADirectoryError):  # none was saved, or a rebuild is deleting them
        return []


def _view_name(view: View) -> str:
    return f"{view.sequence:012d}"


def _segment_names(view: Path) -> list[str]:
    try:
        return list(read_manifest(view)[0]["digests"])
    except StoreDamaged:
        return []


def _write_segment(new: FolderWriter, segment: Segment, database: str) -> None:
    new.array("numbers", segment.numbers)
    new.array("articles", segment.articles)
    for channel, postings in segment.channels._asdict().items():
        for name in Postings.__slots__:
            new.array(f"{channel}-{name}", getattr(postings, name))
    for name, values in segment.vocabulary._asdict().items():
        new.array(f"vocabulary-{name}", values)
    new.close(_about(segment, database))


def _write_vectors(new: FolderWriter, segment: VectorSegment, database: str) -> None:
    new.array("numbers", segment.numbers)
    new.array("articles", segment.articles)
    new.array("vectors", segment.vectors)
    for number, index in enumerate(segment.indexes):
        if index.has_codes:
            _write_codes(new, number, index)
    new.close({**_about(segment, database), "first": segment.first, "last": segment.last})


def _codes_of(number: int) -> str:
    return f"codes-{number}.faiss"


def _write_codes(new: FolderWriter, number: int, index: DenseIndex) -> None:
    new.stream(_codes_of(number), lambda file: index.write_codes(file.write))


def _about(segment: Rows, database: str) -> dict[str, object]:
    return {
        "format": SNAPSHOT_FORMAT,
        "database": database,
        "built": segment.built,
        "languages": segment.languages,
        "ends": segment.ends,
    }


def _open(path: Path, ahead: Ahead | None) -> FolderReader:
    saved = FolderReader.open(path, ahead)
    if saved.about["format"] != SNAPSHOT_FORMAT:
        raise StoreDamaged(f"{path.name} has another format")
    if saved.about["database"] != path.parent.name:
        raise StoreDamaged(f"{path.name} is of another database")
    return saved


def _load_segment(path: Path, ahead: Ahead | None = None) -> Segment:
    saved = _open(path, ahead)
    channels = Channels(
        *(
            Postings(**{name: saved.array(f"{channel}-{name}") for name in Postings.__slots__})
            for channel in Channels._fields
        )
    )
    segment = Segment(
        numbers=saved.array("numbers"),
        articles=saved.array("articles"),
        channels=channels,
        vocabulary=Vocabulary(*(saved.array(f"vocabulary-{name}") for name in Vocabulary._fields)),
        languages=tuple(saved.about["languages"]),
        ends=tuple(saved.about["ends"]),
        built=saved.about["built"],
    )
    if segment.name != path.name:
        raise StoreDamaged(f"{path.name} holds {segment.name}")
    return segment


def _load_vectors(path: Path, dimension: int, ahead: Ahead | None = None) -> VectorSegment:
    saved = _open(path, ahead)
    numbers, vectors = saved.array("numbers"), saved.array("vectors")
    if vectors.shape != (len(numbers), dimension):
        raise StoreDamaged(f"the saved vectors are {vectors.shape}, expected {(len(numbers), dimension)}")
    languages, ends = tuple(saved.about["languages"]), tuple(saved.about["ends"])
    own = [vectors[first:last] for first, last in pairwise((0, *ends))]
    codes = [saved.bytes(name) if saved.has(name) else None for name in map(_codes_of, range(len(languages)))]
    segment = VectorSegment(
        numbers=numbers,
        articles=saved.array("articles"),
        languages=languages,
        ends=ends,
        built=saved.about["built"],
        first=saved.about["first"],
        last=saved.about["last"],
        vectors=vectors,
        indexes=tuple(map(DenseIndex.from_parts, own, codes)),
    )
    if segment.name != path.name:
        raise StoreDamaged(f"{path.name} holds {segment.name}")
    return segment


def _write_view(
    new: FolderWriter, view: View, settings: Mapping[str, str], digests: Mapping[str, str]
) -> None:
    for i, mask in enumerate(view.alive):
        if mask is not None:
            new.array(f"{i}-alive", mask)
            for name, index in view.channels.items():
                new.array(f"{i}-{name}-frequencies", index.parts[i].frequencies)
    for i, mask in enumerate(view.vectors.alive):
        if mask is not None:
            new.array(f"{i}-alive-vectors", mask)
    new.close(
        {
            "format": SNAPSHOT_FORMAT,
            "sequence": view.sequence,
            "settings": dict(settings),
            "languages": sorted(view.languages),
            "segments": [segment.name for segment in view.segments],
            "vectors": [segment.name for segment in view.vectors.segments],
            "digests": dict(digests),
            "removed": [mask is not None for mask in view.alive],
            "removed vectors": [mask is not None for mask in view.vectors.alive],
            "statistics": {
                name: {
                    "n_rows": index.statistics.n_rows,
                    "n_terms": index.statistics.n_terms,
                    "spread": index.statistics.spread.pairs(),
                }
                for name, index in view.channels.items()
            },
        }
    )


def _load_view(path: Path, settings: Mapping[str, str], dimension: int, ahead: Ahead | None) -> View:
    saved = FolderReader.open(path, ahead)
    about = saved.about
    if about["format"] != SNAPSHOT_FORMAT or about["settings"] != dict(settings):
        raise StoreDamaged("made with another format or other settings")
    if path.name != f"{about['sequence']:012d}":
        raise StoreDamaged(f"{path.name} holds the view at {about['sequence']}")
    for name, digest in about["digests"].items():
        if read_manifest(path.parent / name)[1] != digest:
            raise StoreDamaged(f"{name} is not the segment that belongs to {path.name}")
    segments = tuple(_load_segment(path.parent / name, ahead) for name in about["segments"])
    vectors = tuple(_load_vectors(path.parent / name, dimension, ahead) for name in about["vectors"])
    removed: list[bool] = about["removed"]
    gone: list[bool] = about["removed vectors"]
    return View(
        sequence=about["sequence"],
        vectors=Vectors(
            dimension,
            vectors,
            tuple(saved.array(f"{i}-alive-vectors") if some else None for i, some in enumerate(gone)),
        ),
        segments=segments,
        alive=tuple(saved.array(f"{i}-alive") if some else None for i, some in enumerate(removed)),
        channels={
            name: _load_channel(name, segments, removed, saved, about["statistics"][name])
            for name in Channels._fields
        },
        languages=frozenset(about["languages"]),
    )


def _load_channel(
    name: str,
    segments: tuple[Segment, ...],
    removed: list[bool],
    saved: FolderReader,
    kept: Mapping[str, Any],
) -> LexicalIndex:
    parts = [
        Part(getattr(segment.channels, name), saved.array(f"{i}-{name}-frequencies"))
        if gone
        else Part.of(getattr(segment.channels, name))
        for i, (segment, gone) in enumerate(zip(segments, removed, strict=True))
    ]
    statistics = Statistics(kept["n_rows"], kept["n_terms"], Spread.of(kept["spread"]))
    return LexicalIndex.of_parts(parts, statistics, k1=BM25_K1, b=BM25_B)
