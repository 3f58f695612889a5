"""Hold a view: the whole collection at one sequence number, ready to be searched; immutable.

`View.updated` returns the view of a later transaction at the cost of what changed. Removed passages leave the
statistics and are masked, new ones become a small last segment, and small neighbours are merged
(`index.segments.merging`). Vectors that were made since become a small segment of their own (`index.segments.vectors`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from index.segments import merging
from index.segments.bm25 import LexicalIndex
from index.segments.df_histogram import Statistics
from index.segments.merging import JOIN_ROWS, SEGMENT_ROWS
from index.segments.segment import Segment, segments_of
from index.segments.term_lookup import Part
from index.segments.topk import first_rows
from index.segments.vectors import Vectors
from index.segments.vocabulary import Channels, derived
from index.store.passages import passages_after, removed_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.records import Query
    from index.segments.term_lookup import Located
    from index.segments.vocabulary import Vocabulary
    from index.store.reader import Reader

# k1 and b as swept for stems and 4-grams together (docs/lab/sweeps.md, "Analysis")
BM25_K1 = 0.9
BM25_B = 0.6


@dataclass(frozen=True)
class View:
    """Segments, which of their rows are left, and the lexical channels over all of them.

    Attributes:
        sequence: number of the transaction.
        vectors: of the passages that have one.
        segments: rows in order; the global row of a passage counts through all of them.
        alive: one mask a segment, or None where nothing was removed.
        channels: a LexicalIndex for each channel, over the global rows.
        languages: ISO codes of the languages that passages are in.
    """

    sequence: int
    vectors: Vectors
    segments: tuple[Segment, ...]
    alive: merging.Alive
    channels: dict[str, LexicalIndex]
    languages: frozenset[str]

    @classmethod
    def empty(cls, dimension: int) -> View:
        """Return the view of an empty collection."""
        channels = {
            name: LexicalIndex.of_parts((), Statistics(), k1=BM25_K1, b=BM25_B) for name in Channels._fields
        }
        return cls(0, Vectors(dimension), (), (), channels, frozenset())

    @cached_property
    def n_rows(self) -> int:
        """Number of rows, including removed ones."""
        return sum(len(segment) for segment in self.segments)

    @property
    def n_passages(self) -> int:
        """Number of passages that can be found."""
        return self.channels["words"].statistics.n_rows

    @property
    def n_kept(self) -> int:
        """Number of passages that can be found, plus vectors: what a snapshot of this view saves."""
        return self.n_passages + self.vectors.n_rows

    @cached_property
    def first_rows(self) -> tuple[int, ...]:
        """The global row at which each segment starts."""
        return first_rows([len(segment) for segment in self.segments])

    @cached_property
    def runs(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The languages of runs of global rows, and of each run the row after its last."""
        ends = (
            first + end
            for first, segment in zip(self.first_rows, self.segments, strict=True)
            for end in segment.ends
        )
        return tuple(chain.from_iterable(segment.languages for segment in self.segments)), tuple(ends)

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """The languages of the passages, the most frequent first."""
        rows: Counter[str] = Counter()
        for segment in self.segments:
            for language, run in segment.runs():
                rows[language] += run.stop - run.start
        return tuple([language for language, _ in rows.most_common() if language in self.languages])

    def locate(self, query: Query) -> dict[str, Located]:
        """Locate a question's terms in each channel."""
        return {name: index.locate(getattr(query, name)) for name, index in self.channels.items()}

    def numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the passage numbers of global rows."""
        values = np.empty(len(rows), dtype=np.int64)
        for first, segment in zip(self.first_rows, self.segments, strict=True):
            mine = (rows >= first) & (rows < first + len(segment))
            values[mine] = segment.numbers[rows[mine] - first]
        return values

    def languages_of(self, rows: NDArray[np.int64]) -> NDArray[np.str_]:
        """Return the languages of global rows, (m,)."""
        languages, ends = self.runs
        return np.array(languages)[np.searchsorted(ends, rows, side="right")]

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the global rows, in any order, of those passages that are in the view."""
        found = [np.empty(0, dtype=np.int64)]
        for first, segment in zip(self.first_rows, self.segments, strict=True):
            found.append(first + segment.rows(numbers))
        return np.concatenate(found)

    def vocabulary(self, row: int) -> Vocabulary:
        """Return the vocabulary of a global row's segment."""
        return self.segments[bisect_right(self.first_rows, row) - 1].vocabulary

    def allowed(self, articles: set[int] | None) -> list[NDArray[np.bool_] | None]:
        """Return, for each segment, the rows that may be found; None where all may.

        Args:
            articles: numbers of the articles that pass the filters; None without filters.
        """
        return merging.allowed([segment.articles for segment in self.segments], self.alive, articles)

    def updated(self, reader: Reader, *, join_rows: int | None = None) -> View:
        """Return the view of a later transaction.

        Args:
            reader: of that transaction.
            join_rows: segments are joined up to this size; None: to the size that a question
                can wait for (JOIN_ROWS), which leaves the rest to `compacted`.
        """
        if reader.sequence == self.sequence:
            return self
        known = max((segment.last for segment in self.segments), default=0)
        removed = [pair for pair in removed_after(reader, self.sequence) if pair[0] <= known]
        view = self._without(reader, removed)
        fresh, words = passages_after(reader, known), [segment.vocabulary for segment in self.segments]
        for segment in segments_of(reader, fresh, SEGMENT_ROWS, words, in_haste=True):
            view = view._with_segment(segment)
        most_rows = JOIN_ROWS if join_rows is None else join_rows
        gone = np.array([number for number, _ in removed], dtype=np.int64)
        return replace(
            view._joined(reader, most_rows),
            vectors=self.vectors.updated(reader, gone, most_rows),
            sequence=reader.sequence,
            languages=view._languages_left(),
        )

    def _languages_left(self) -> frozenset[str]:
        """Return the languages of the rows that are left; the database would have to read all articles for this."""
        return frozenset(
            language
            for segment, alive in zip(self.segments, self.alive, strict=True)
            for language, rows in segment.runs()
            if alive is None or alive[rows].any()
        )

    @property
    def needs_compaction(self) -> bool:
        """Whether there are segments to join for which no question waited, or many removed rows."""
        is_joinable = self._joinable(SEGMENT_ROWS) < len(self.segments) - 1
        return is_joinable or merging.worn(self.alive) is not None or self.vectors.needs_compaction

    def compacted(self, reader: Reader) -> View:
        """Return the same view in fewer segments, without the rows that were removed.

        The time is proportional to what is joined; the view in use stays as it is meanwhile.
        """
        view = replace(self._joined(reader, SEGMENT_ROWS), vectors=self.vectors.compacted(reader))
        while (worn := merging.worn(view.alive)) is not None:
            view = view._replaced(reader, worn, worn + 1)
        return view

    def _with_segment(self, segment: Segment) -> View:
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
            alive[i] = merging.without(alive[i], len(segment), rows)
            gone, _ = derived(
                reader, [words[n] for n in segment.numbers[rows].tolist()], [segment.vocabulary]
            )
            for name, postings in gone._asdict().items():
                channels[name] = channels[name].without_rows(i, postings)
        return replace(self, alive=tuple(alive), channels=channels)

    def _joinable(self, most_rows: int) -> int:
        return merging.mergeable([len(segment) for segment in self.segments], most_rows)

    def _joined(self, reader: Reader, most_rows: int) -> View:
        first = self._joinable(most_rows)
        return self if first >= len(self.segments) - 1 else self._replaced(reader, first, len(self.segments))

    def _replaced(self, reader: Reader, first: int, last: int) -> View:
        """Rebuild the segments [first, last) as one, from their rows that are left."""
        after = self.segments[first - 1].last if first else 0
        upto = self.segments[last - 1].last
        passages = passages_after(reader, after, upto)
        words = [segment.vocabulary for segment in self.segments[first:last]]
        made = list(segments_of(reader, passages, SEGMENT_ROWS, words))
        channels = {
            name: LexicalIndex.of_parts(
                (
                    *old.parts[:first],
                    *(Part.of(getattr(segment.channels, name)) for segment in made),
                    *old.parts[last:],
                ),
                old.statistics,
                k1=old.k1,
                b=old.b,
            )
            for name, old in self.channels.items()
        }
        return replace(
            self,
            segments=(*self.segments[:first], *made, *self.segments[last:]),
            alive=(*self.alive[:first], *(None for _ in made), *self.alive[last:]),
            channels=channels,
        )
