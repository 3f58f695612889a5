"""Read many files into a stream of articles; the next files are read while the first are embedded."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from index.reading.disk import place_of
from index.reading.seen import look
from index.records import Added, Article, files_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from index.reading.seen import Look
    from index.records import Known, Seen

_THREADS = min(4, os.cpu_count() or 1)
_AHEAD = 2 * _THREADS  # files read ahead


class Parts(NamedTuple):
    """The parts of a file that was looked at, read or skipped.

    Attributes:
        path: absolute.
        origins: of its parts.
        seen: what is to be stored of it; None: nothing new.
        is_whole: it was read, so that what is not in `origins` is gone.
    """

    path: str
    origins: frozenset[str]
    seen: Seen | None
    is_whole: bool

    def gone(self, before: Iterable[str]) -> list[str]:
        """Return the origins of an earlier reading that are no longer in the file, without those that are files."""
        if not self.is_whole:
            return []
        return [origin for origin in before if origin not in self.origins and not _is_file(origin)]


class Sources:
    """Iterate over the articles of a mix of articles and files; a bad file is skipped, with the reason.

    Iterate once. Threads read a few files ahead; the articles keep the order given.
    """

    def __init__(
        self,
        sources: Iterable[Article | Path],
        columns: Mapping[str, str] | None = None,
        known: Callable[[str], Known | None] | None = None,
    ) -> None:
        """Prepare to read the sources.

        Args:
            sources: articles and paths of files.
            columns: for tables, which column holds which field.
            known: returns what the collection has of a file; called by the thread that iterates.
        """
        self._columns = dict(columns or {})
        self._known = known
        self._finished: list[Parts] = []
        self._stream = self._articles(iter(sources))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Article | Added:
        return next(self._stream)

    def finished(self) -> list[Parts]:
        """Return the files that were finished since the last call."""
        done, self._finished = self._finished, []
        return done

    def _articles(self, sources: Iterator[Article | Path]) -> Iterator[Article | Added]:
        pending: deque[Article | Future[Look]] = deque()
        pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reading")
        try:
            for source in sources:
                if isinstance(source, Article):
                    pending.append(source)
                else:
                    known = self._known(place_of(source)) if self._known else None
                    pending.append(pool.submit(look, source, known, self._columns))
                if len(pending) > _AHEAD:
                    yield from self._of(pending.popleft())
            while pending:
                yield from self._of(pending.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _of(self, source: Article | Future[Look]) -> Iterator[Article | Added]:
        if isinstance(source, Article):
            yield source
            return
        looked = source.result()
        yield from looked.found
        names = (each.name if isinstance(each, Added) else each.origin or "" for each in looked.found)
        self._finished.append(Parts(looked.path, frozenset(names), looked.seen, looked.is_whole))


def _is_file(origin: str) -> bool:
    try:
        return Path(origin).is_file()
    except (OSError, ValueError):  # the name of a part is not a path, and may be too long for one
        return False


def articles_of(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Article | Added]:
    """Return an iterator over the articles of one file; what cannot be read is skipped, with the reason."""
    return iter(Sources([path], columns))


def is_held_by(origin: str, files: Collection[str]) -> bool:
    """Return whether an origin is one of some files or a part of one (`file#row`, `file!member`)."""
    return any(file in files for file in files_of(origin))
