"""A segment: the derived data of some passages, immutable; a view is made of a few of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from index.dense import DenseIndex
from index.vocabulary import Channels, channels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from index.reader import Reader, StoredPassage


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows of passages.

    Attributes:
        numbers: (n,) int64, passage numbers, ascending.
        articles: (n,) int64, the number of each passage's article.
        dense: the n vectors.
        channels: the postings of each lexical channel, over the same rows.
        languages: of the passages, in no order that matters.
        language_of: (n,) uint8, for each passage its place in `languages`.
        built: sequence number of the transaction it was made in.
    """

    numbers: NDArray[np.int64]
    articles: NDArray[np.int64]
    dense: DenseIndex
    channels: Channels
    languages: tuple[str, ...]
    language_of: NDArray[np.uint8]
    built: int

    @property
    def name(self) -> str:
        """What it is called on disk; two segments of one database with this name are the same."""
        return f"seg-{self.numbers[0]}-{self.numbers[-1]}-{self.built}"

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the rows of the passages that are in this segment."""
        places = np.searchsorted(self.numbers, numbers)
        places[places == len(self)] = 0
        return np.asarray(places[self.numbers[places] == numbers], dtype=np.int64)


def segments_of(
    reader: Reader, passages: Iterable[StoredPassage], dimension: int, most_rows: int
) -> Iterator[Segment]:
    """Make segments from stored passages in order of number; none from none.

    Args:
        reader: the transaction the passages come from; their words are looked up in it.
        passages: what `Reader.passages` gives.
        dimension: d of the vectors.
        most_rows: rows of one segment at most.
    """
    stream = iter(passages)
    while rows := list(islice(stream, most_rows)):
        vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float32)
        languages, language_of = np.unique([row.language for row in rows], return_inverse=True)
        yield Segment(
            numbers=np.array([row.number for row in rows], dtype=np.int64),
            articles=np.array([row.article for row in rows], dtype=np.int64),
            dense=DenseIndex(vectors.reshape(-1, dimension)),
            channels=channels_of(reader, [row.words for row in rows]),
            languages=tuple(languages.tolist()),
            language_of=language_of.astype(np.uint8),
            built=reader.sequence,
        )
