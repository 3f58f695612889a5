"""A segment: the derived data of some passages, immutable; a view is made of a few of them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, islice
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from index.dense import DenseIndex
from index.vocabulary import Channels, Vocabulary, deriving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from index.reader import Reader, StoredPassage

# rows from which on another thread helps to make a segment: in fewer, to begin one takes as long as it saves
SHARED_ROWS = 10_000


@dataclass(frozen=True)
class Segment:
    """Rows of passages.

    Attributes:
        numbers: (n,) int64, passage numbers, by language and then ascending: the rows of one language are a slice.
        articles: (n,) int64, the number of each passage's article.
        dense: the n vectors.
        channels: the postings of each lexical channel, over the same rows.
        vocabulary: the words that stand in the rows.
        languages: of the passages, in order of their rows.
        ends: for each language, the row after its last.
        built: sequence number of the transaction it was made in.
    """

    numbers: NDArray[np.int64]
    articles: NDArray[np.int64]
    dense: DenseIndex
    channels: Channels
    vocabulary: Vocabulary
    languages: tuple[str, ...]
    ends: tuple[int, ...]
    built: int

    @property
    def name(self) -> str:
        """What it is called on disk; two segments of one database with this name are the same."""
        return f"seg-{self.numbers.min()}-{self.last}-{self.built}"

    @cached_property
    def last(self) -> int:
        """The largest passage number."""
        return int(self.numbers.max())

    def __len__(self) -> int:
        return len(self.numbers)

    def runs(self) -> Iterator[tuple[str, slice]]:
        """Give each language and its rows."""
        yield from zip(self.languages, map(slice, (0, *self.ends[:-1]), self.ends), strict=True)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the rows of the passages that are in this segment; of numbers that ascend, in any order."""
        found = []
        for _, run in self.runs():
            own = self.numbers[run]
            places = np.searchsorted(own, numbers)
            places[places == len(own)] = 0
            found.append(run.start + places[own[places] == numbers])
        return np.concatenate(found).astype(np.int64)


def segments_of(
    reader: Reader,
    passages: Iterable[StoredPassage],
    dimension: int,
    most_rows: int,
    known: Sequence[Vocabulary] = (),
    *,
    in_haste: bool = False,
) -> Iterator[Segment]:
    """Make segments from stored passages in order of number; none from none.

    Args:
        reader: the transaction the passages come from; their words are looked up in it.
        passages: what `Reader.passages` gives.
        dimension: d of the vectors.
        most_rows: rows of one segment at most.
        known: words that need not be looked up.
        in_haste: somebody waits, so two cores are used; else one is left to those who ask meanwhile.
    """
    stream, vocabularies = iter(passages), list(known)
    made: Callable[[], Segment] | None = None
    with ThreadPoolExecutor(max_workers=1) as other:
        while rows := list(islice(stream, most_rows)):
            before = made
            helper = other if in_haste and len(rows) >= SHARED_ROWS else None
            made, vocabulary = _making(reader, rows, dimension, vocabularies, helper)
            vocabularies.append(vocabulary)
            del rows
            if before:
                yield before()
            if not helper:
                yield made()
                made = None
        if made:  # while the next rows are read, one is still being made
            yield made()


def _making(
    reader: Reader,
    rows: list[StoredPassage],
    dimension: int,
    known: Sequence[Vocabulary],
    other: Executor | None,
) -> tuple[Callable[[], Segment], Vocabulary]:
    """Begin a segment, some of it in another thread if any; give what waits for it, and its vocabulary, made now."""
    rows.sort(key=attrgetter("language"))  # stable: inside a language the numbers ascend
    sizes = Counter(row.language for row in rows)
    numbers = np.array([row.number for row in rows], dtype=np.int64)
    articles = np.array([row.article for row in rows], dtype=np.int64)
    index = partial(DenseIndex, _vectors(rows, dimension))
    dense = other.submit(index).result if other else index
    channels, vocabulary = deriving(reader, [row.words for row in rows], known, other)

    def made() -> Segment:
        return Segment(
            numbers=numbers,
            articles=articles,
            dense=dense(),
            channels=channels(),
            vocabulary=vocabulary,
            languages=tuple(sizes),
            ends=tuple(accumulate(sizes.values())),
            built=reader.sequence,
        )

    return made, vocabulary


def _vectors(rows: Sequence[StoredPassage], dimension: int) -> NDArray[np.float32]:
    """Give the vectors of passages, (n, d).

    Raises:
        ValueError: one has another length.
    """
    if any(len(row.vector) != 4 * dimension for row in rows):
        raise ValueError(f"a vector has not {dimension} numbers")
    return np.frombuffer(b"".join([row.vector for row in rows]), dtype=np.float32).reshape(
        len(rows), dimension
    )
