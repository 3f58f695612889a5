"""A view: the whole collection at one sequence number, ready to be searched; immutable.

`View.updated` gives the view of a later transaction at the cost of what changed: removed passages leave
the statistics and a mask, new ones become a small segment behind the others, and small neighbours are
joined so that their number stays logarithmic (the log-structured merge of O'Neil et al., 1996).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from index.lexical import LexicalIndex, Part, Statistics
from index.segment import Segment, segment_of
from index.vocabulary import Channels, channels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.reader import Reader

# k1 and b as measured best for stems and 4-grams together (docs/retrieval.md)
BM25_K1 = 0.9
BM25_B = 0.4


@dataclass(frozen=True, slots=True)
class View:
    """Segments, which of their rows are left, and the lexical channels over all of them.

    Attributes:
        sequence: what transaction this is.
        dimension: d of the vectors.
        segments: rows in order; the global row of a passage counts through all of them.
        alive: one mask a segment, or None where nothing was removed.
        channels: a LexicalIndex for each channel, over the global rows.
        languages: ISO codes of the languages that passages are in.
    """

    sequence: int
    dimension: int
    segments: tuple[Segment, ...]
    alive: tuple[NDArray[np.bool_] | None, ...]
    channels: dict[str, LexicalIndex]
    languages: frozenset[str]

    @classmethod
    def empty(cls, dimension: int) -> View:
        """Give the view before anything was added."""
        channels = {
            name: LexicalIndex.of_parts((), Statistics(), k1=BM25_K1, b=BM25_B) for name in Channels._fields
        }
        return cls(0, dimension, (), (), channels, frozenset())

    @property
    def n_rows(self) -> int:
        """All rows, removed ones counted."""
        return sum(len(segment) for segment in self.segments)

    @property
    def n_passages(self) -> int:
        """Passages that can be found."""
        return self.channels["words"].statistics.n_rows

    @property
    def first_rows(self) -> list[int]:
        """The global row at which each segment starts."""
        sizes = [len(segment) for segment in self.segments]
        return [sum(sizes[:i]) for i in range(len(sizes))]

    def numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the passage numbers of global rows."""
        return self._column("numbers", rows)

    def articles(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the article numbers of global rows."""
        return self._column("articles", rows)

    def _column(self, name: str, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        values = np.empty(len(rows), dtype=np.int64)
        for first, segment in zip(self.first_rows, self.segments, strict=True):
            mine = (rows >= first) & (rows < first + len(segment))
            values[mine] = getattr(segment, name)[rows[mine] - first]
        return values

    def allowed(self, articles: set[int] | None) -> list[NDArray[np.bool_] | None]:
        """Give, for each segment, the rows that may be found; None where all may.

        Args:
            articles: numbers of the articles that pass the filters; None without filters.
        """
        if articles is None:
            return list(self.alive)
        wanted = np.array(sorted(articles), dtype=np.int64)
        masks: list[NDArray[np.bool_] | None] = []
        for segment, alive in zip(self.segments, self.alive, strict=True):
            mask = np.isin(segment.articles, wanted)
            masks.append(mask if alive is None else mask & alive)
        return masks

    def updated(self, reader: Reader) -> View:
        """Give the view of a later transaction."""
        if reader.sequence == self.sequence:
            return self
        known = max((int(s.numbers[-1]) for s in self.segments), default=0)
        view = self._without(reader, [pair for pair in reader.removed(self.sequence) if pair[0] <= known])
        view = view._with_segment(segment_of(reader, reader.passages(known), self.dimension))
        languages = frozenset(code for code, n in reader.languages().items() if n)
        return replace(view._joined(reader), sequence=reader.sequence, languages=languages)

    def _with_segment(self, segment: Segment | None) -> View:
        if segment is None:
            return self
        return replace(
            self,
            segments=(*self.segments, segment),
            alive=(*self.alive, None),
            channels={
                name: self.channels[name].with_rows(postings)
                for name, postings in segment.channels._asdict().items()
            },
        )

    def _without(self, reader: Reader, removed: list[tuple[int, bytes]]) -> View:
        words = dict(removed)
        numbers = np.array(sorted(words), dtype=np.int64)
        alive, channels = list(self.alive), dict(self.channels)
        for i, segment in enumerate(self.segments):
            rows = segment.rows(numbers)
            if not len(rows):
                continue
            mask = np.ones(len(segment), bool) if alive[i] is None else np.array(alive[i])
            mask[rows] = False
            alive[i] = mask
            gone = channels_of(reader, [words[n] for n in segment.numbers[rows].tolist()])
            for name, postings in gone._asdict().items():
                channels[name] = channels[name].without_rows(i, postings)
        return replace(self, alive=tuple(alive), channels=channels)

    def _joined(self, reader: Reader) -> View:
        """Join the last segments while they are of similar size."""
        sizes = [len(segment) for segment in self.segments]
        first = len(sizes) - 1
        while first > 0 and sizes[first - 1] <= 2 * sum(sizes[first:]):
            first -= 1
        if first >= len(sizes) - 1:
            return self
        after = int(self.segments[first - 1].numbers[-1]) if first else 0
        joined = segment_of(reader, reader.passages(after), self.dimension)
        kept = () if joined is None else (joined,)
        parts = {} if joined is None else joined.channels._asdict()
        channels = {
            name: LexicalIndex.of_parts(
                (*old.parts[:first], *((Part.of(parts[name]),) if joined else ())),
                old.statistics,
                k1=old.k1,
                b=old.b,
            )
            for name, old in self.channels.items()
        }
        return replace(
            self,
            segments=(*self.segments[:first], *kept),
            alive=(*self.alive[:first], *(None for _ in kept)),
            channels=channels,
        )
