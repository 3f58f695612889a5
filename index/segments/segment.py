"""Define segments: the immutable derived data of some passages; a view is made of a few of them.

Words and vectors have separate segments, because a passage can be found by its words as soon as it is stored, and by
its vector later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Self

import numpy as np

from index.segments.dense import DenseIndex
from index.segments.vocabulary import Channels, Vocabulary, deriving
from index.store.blobs import vectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from index.store.passages import StoredPassage
    from index.store.reader import Reader
    from index.store.vectors import StoredVector

# rows from which another thread helps to make a segment: with fewer, starting it takes as long as it saves
SHARED_ROWS = 10_000


@dataclass(frozen=True)
class Rows(ABC):
    """Rows of passages, by language.

    Attributes:
        numbers: (n,) int64, passage numbers, by language and then ascending: the rows of one language are a slice.
        articles: (n,) int64, the number of each passage's article.
        languages: of the passages, in order of their rows.
        ends: for each language, the row after its last.
        built: sequence number of the transaction the segment was made in.
    """

    numbers: NDArray[np.int64]
    articles: NDArray[np.int64]
    languages: tuple[str, ...]
    ends: tuple[int, ...]
    built: int

    @property
    @abstractmethod
    def name(self) -> str:
        """Name on disk; two segments of one database with this name are the same."""

    def __len__(self) -> int:
        return len(self.numbers)

    def runs(self) -> Iterator[tuple[str, slice]]:
        """Yield each language and its rows."""
        yield from zip(self.languages, map(slice, (0, *self.ends[:-1]), self.ends), strict=True)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows, in any order, of the passages that are in this segment; `numbers` are ascending."""
        return self.places(numbers)[0]

    def places(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows of the passages that are in this segment, and the place of each in `numbers`."""
        rows, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for _, run in self.runs():
            own = self.numbers[run]
            found = np.searchsorted(own, numbers)
            found[found == len(own)] = 0
            held = np.flatnonzero(own[found] == numbers)
            rows.append(run.start + found[held])
            places.append(held)
        return np.concatenate(rows), np.concatenate(places)


@dataclass(frozen=True)
class Segment(Rows):
    """The words of some passages.

    Attributes:
        channels: the postings of each lexical channel, over the rows.
        vocabulary: the words that stand in the rows.
    """

    channels: Channels
    vocabulary: Vocabulary

    @property
    def name(self) -> str:
        """Name on disk; two segments of one database with this name are the same."""
        return f"seg-{self.numbers.min()}-{self.last}-{self.built}"

    @cached_property
    def last(self) -> int:
        """The largest passage number."""
        return int(self.numbers.max())


@dataclass(frozen=True)
class VectorSegment(Rows):
    """The vectors of some passages.

    Attributes:
        first, last: the smallest and the largest number of the vectors, as the database numbers them.
        vectors: (n, d) float32, by row.
        indexes: of the vectors of each language.
    """

    first: int
    last: int
    vectors: NDArray[np.float32]
    indexes: tuple[DenseIndex, ...]

    @property
    def name(self) -> str:
        """Name on disk; two segments of one database with this name are the same."""
        return f"vec-{self.first}-{self.last}-{self.built}"

    @classmethod
    def of(cls, stored: Sequence[StoredVector], dimension: int, built: int) -> Self:
        """Make a segment of stored vectors, at least one.

        Raises:
            ValueError: one has another dimension.
        """
        rows = sorted(stored, key=attrgetter("language", "passage"))
        vectors = vectors_of([row.vector for row in rows], dimension)
        layout = _layout([row.passage for row in rows], rows)
        return cls(
            *layout,
            built=built,
            first=min(row.number for row in rows),
            last=max(row.number for row in rows),
            vectors=vectors,
            indexes=tuple([DenseIndex(own) for own in np.split(vectors, layout[-1][:-1])]),
        )


def segments_of(
    reader: Reader,
    passages: Iterable[StoredPassage],
    most_rows: int,
    known: Sequence[Vocabulary] = (),
    *,
    in_haste: bool = False,
) -> Iterator[Segment]:
    """Yield segments of stored passages, which come in order of number; none for no passages.

    Args:
        reader: the transaction the passages come from; their words are looked up in it.
        passages: what `Reader.passages` gives.
        most_rows: rows of one segment at most.
        known: words that need not be looked up.
        in_haste: a question waits, so two cores are used; else one is left to concurrent questions.
    """
    stream, vocabularies = iter(passages), list(known)
    made: Callable[[], Segment] | None = None
    with ThreadPoolExecutor(max_workers=1) as other:
        while rows := list(islice(stream, most_rows)):
            before = made
            helper = other if in_haste and len(rows) >= SHARED_ROWS else None
            made, vocabulary = _making(reader, rows, vocabularies, helper)
            vocabularies.append(vocabulary)
            del rows
            if before:
                yield before()
            if not helper:
                yield made()
                made = None
        if made:  # the last one, which the other thread is still making
            yield made()


def _making(
    reader: Reader, rows: list[StoredPassage], known: Sequence[Vocabulary], other: Executor | None
) -> tuple[Callable[[], Segment], Vocabulary]:
    """Begin a segment, partly in another thread if given; return a function that waits for it, and its vocabulary."""
    rows.sort(key=attrgetter("language"))  # stable: within a language the numbers ascend
    layout = _layout([row.number for row in rows], rows)
    channels, vocabulary = deriving(reader, [row.words for row in rows], known, other)

    def made() -> Segment:
        return Segment(*layout, built=reader.sequence, channels=channels(), vocabulary=vocabulary)

    return made, vocabulary


def _layout(
    numbers: list[int], rows: Sequence[StoredPassage | StoredVector]
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...], tuple[int, ...]]:
    """Return the first four attributes of `Rows` for stored rows in order."""
    sizes = Counter(row.language for row in rows)
    articles = np.array([row.article for row in rows], dtype=np.int64)
    return np.array(numbers, dtype=np.int64), articles, tuple(sizes), tuple(accumulate(sizes.values()))
