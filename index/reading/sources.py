"""Many files to a stream of articles: the next ones are read while the first are embedded."""

from __future__ import annotations

import os
import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from index.errors import ArticleError
from index.reading.files import read
from index.records import Added, Article

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from concurrent.futures import Future

_THREADS = min(4, os.cpu_count() or 1)
_AHEAD = 2 * _THREADS  # files read before they are asked for
_PART = re.compile(r"[#!]")


class Parts(NamedTuple):
    """A file that was read, and the origins of what was in it, taken or not."""

    path: str
    origins: frozenset[str]

    def gone(self, before: Iterable[str]) -> list[str]:
        """Give the origins of an earlier reading that are in the file no more, files beside it left out."""
        return [origin for origin in before if origin not in self.origins and not _is_file(origin)]


class Sources:
    """Articles one by one, from articles and files mixed; a bad file comes as skipped, with the reason.

    Iterate once. Files are read by threads a few ahead, in any case in the order given.
    """

    def __init__(self, sources: Iterable[Article | Path], columns: Mapping[str, str] | None = None) -> None:
        self._columns = dict(columns or {})
        self._finished: list[Parts] = []
        self._stream = self._articles(iter(sources))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Article | Added:
        return next(self._stream)

    def finished(self) -> list[Parts]:
        """Give the files that were read to their end since this was last asked, bad ones left out."""
        done, self._finished = self._finished, []
        return done

    def _articles(self, sources: Iterator[Article | Path]) -> Iterator[Article | Added]:
        pending: deque[Article | tuple[Path, Future[list[Article | Added]]]] = deque()
        pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reading")
        try:
            for source in sources:
                if isinstance(source, Article):
                    pending.append(source)
                else:
                    pending.append((source, pool.submit(read, source, columns=self._columns)))
                if len(pending) > _AHEAD:
                    yield from self._of(pending.popleft())
            while pending:
                yield from self._of(pending.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _of(self, source: Article | tuple[Path, Future[list[Article | Added]]]) -> Iterator[Article | Added]:
        if isinstance(source, Article):
            yield source
            return
        path, reading = source
        try:
            found = reading.result()
        except ArticleError as error:
            yield Added("skipped", str(path), None, str(error))
            return
        yield from found
        origin = str(path.parent.resolve() / path.name)
        names = (each.name if isinstance(each, Added) else each.origin or "" for each in found)
        self._finished.append(Parts(origin, frozenset(names)))


def _is_file(origin: str) -> bool:
    try:
        return Path(origin).is_file()
    except (OSError, ValueError):  # the name of a part is no path, and may be too long for one
        return False


def articles_of(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Article | Added]:
    """Give the articles of one file; what cannot be taken comes as skipped, with the reason."""
    return iter(Sources([path], columns))


def is_held_by(origin: str, files: Collection[str]) -> bool:
    """Tell whether an origin is one of some files or a part of one (`file#row`, `file!member`)."""
    return origin in files or any(origin[: found.start()] in files for found in _PART.finditer(origin))
