"""Hold the vectors of a view: which passages have one, and which are nearest; immutable."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.segments import merging
from index.segments.dense import Scan, products
from index.segments.merging import JOIN_ROWS, SEGMENT_ROWS
from index.segments.segment import VectorSegment
from index.segments.topk import first_rows
from index.store.vectors import vectors_after

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.segments.dense import DenseIndex
    from index.store.reader import Reader

SAMPLE = 1_000
"""Passages of a language that are sampled to measure its cosines with a question."""


class _Run(NamedTuple):
    """The rows of one language in one segment, their passages' numbers, and the index of their vectors."""

    segment: int
    rows: slice
    numbers: NDArray[np.int64]
    vectors: DenseIndex


@dataclass(frozen=True)
class Vectors:
    """Segments of vectors, and which of their rows are left.

    Attributes:
        dimension: d of the vectors.
        segments: in order of the vectors' numbers.
        alive: one mask a segment, or None where nothing was removed.
    """

    dimension: int
    segments: tuple[VectorSegment, ...] = ()
    alive: merging.Alive = ()

    @cached_property
    def n_rows(self) -> int:
        """Number of rows, including removed ones."""
        return sum(map(len, self.segments))

    @cached_property
    def by_language(self) -> dict[str, list[_Run]]:
        """The rows of each language."""
        found: dict[str, list[_Run]] = {}
        for number, segment in enumerate(self.segments):
            for (language, run), index in zip(segment.runs(), segment.indexes, strict=True):
                found.setdefault(language, []).append(_Run(number, run, segment.numbers[run], index))
        return found

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Number of passages of each language that have a vector."""
        return {language: sum(map(len, self._left(runs))) for language, runs in self.by_language.items()}

    @cached_property
    def samples(self) -> dict[str, NDArray[np.float32]]:
        """Vectors of at most SAMPLE passages of each language, (n, d), spread evenly over its rows; n > 0."""
        found = {language: self._sample(runs) for language, runs in self.by_language.items()}
        return {language: sample for language, sample in found.items() if len(sample)}

    def _left(self, runs: list[_Run]) -> list[NDArray[np.int64]]:
        """Return the rows of runs that are left, numbered as in their segments."""
        masks = [self.alive[run.segment] for run in runs]
        return [
            np.arange(run.rows.start, run.rows.stop)
            if mask is None
            else run.rows.start + np.flatnonzero(mask[run.rows])
            for run, mask in zip(runs, masks, strict=True)
        ]

    def _sample(self, runs: list[_Run]) -> NDArray[np.float32]:
        left = self._left(runs)
        share = min(1.0, SAMPLE / max(sum(map(len, left)), 1))
        chosen = [_spread(rows, math.ceil(share * len(rows))) for rows in left]
        vectors = [self.segments[run.segment].vectors[rows] for run, rows in zip(runs, chosen, strict=True)]
        sample: NDArray[np.float32] = np.concatenate(vectors)
        return sample[sample.any(axis=1)]  # a passage without a word that the model knows has a zero vector

    @property
    def last(self) -> int:
        """The largest number of a vector."""
        return max((segment.last for segment in self.segments), default=0)

    def allowed(self, articles: set[int] | None) -> list[NDArray[np.bool_] | None]:
        """Return, for each segment, the rows that may be found; see `merging.allowed`."""
        return merging.allowed([segment.articles for segment in self.segments], self.alive, articles)

    def nearest(
        self, vector: NDArray[np.float32], k: int, articles: set[int] | None
    ) -> dict[str, NDArray[np.int64]]:
        """Return the numbers of the k nearest passages of each language, (m,) m <= k, best first.

        Args:
            vector: (d,) float32, of a question.
            k: how many.
            articles: numbers of the articles that pass the filters; None without filters.
        """
        allowed = self.allowed(articles)
        found = {}
        for language, runs in self.by_language.items():
            firsts = first_rows([len(run.numbers) for run in runs])
            masks = [None if (mask := allowed[run.segment]) is None else mask[run.rows] for run in runs]
            scan = Scan([run.vectors for run in runs], firsts, vector, k, masks)
            scan.run()
            found[language] = _numbers(runs, firsts, scan.nearest())
        return found

    def cosines(self, vector: NDArray[np.float32], passages: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the cosines of passages, by their numbers, (m,), with a question's vector; NaN where there is none."""
        found = np.full(len(passages), np.nan)
        for segment in self.segments:
            rows, places = segment.places(passages)
            found[places] = products(segment.vectors, rows, vector)
        return found

    def updated(self, reader: Reader, removed: NDArray[np.int64], join_rows: int = JOIN_ROWS) -> Vectors:
        """Return the vectors of a later transaction.

        Args:
            reader: of that transaction.
            removed: numbers of passages that were removed since.
            join_rows: segments are merged up to this size.
        """
        made, stream = self._without(removed), vectors_after(reader, self.last)
        while rows := list(islice(stream, SEGMENT_ROWS)):
            segment = VectorSegment.of(rows, self.dimension, reader.sequence)
            made = replace(made, segments=(*made.segments, segment), alive=(*made.alive, None))
        return made._merged(reader, join_rows)

    @property
    def needs_compaction(self) -> bool:
        """Whether there are segments to merge for which no question waited, or many removed rows."""
        is_mergeable = merging.mergeable([*map(len, self.segments)], SEGMENT_ROWS) < len(self.segments) - 1
        return is_mergeable or merging.worn(self.alive) is not None

    def compacted(self, reader: Reader) -> Vectors:
        """Return the same vectors in fewer segments, without the rows that were removed."""
        made = self._merged(reader, SEGMENT_ROWS)
        while (worn := merging.worn(made.alive)) is not None:
            made = made._replaced(reader, worn, worn + 1)
        return made

    def _without(self, passages: NDArray[np.int64]) -> Vectors:
        alive = list(self.alive)
        for number, segment in enumerate(self.segments):
            rows = segment.rows(passages)
            if len(rows):
                alive[number] = merging.without(alive[number], len(segment), rows)
        return replace(self, alive=tuple(alive))

    def _merged(self, reader: Reader, most_rows: int) -> Vectors:
        first = merging.mergeable([*map(len, self.segments)], most_rows)
        return self if first >= len(self.segments) - 1 else self._replaced(reader, first, len(self.segments))

    def _replaced(self, reader: Reader, first: int, last: int) -> Vectors:
        """Rebuild the segments [first, last) as one, from their rows that are left."""
        after = self.segments[first - 1].last if first else 0
        rows = list(vectors_after(reader, after, self.segments[last - 1].last))
        made = (VectorSegment.of(rows, self.dimension, reader.sequence),) if rows else ()
        return replace(
            self,
            segments=(*self.segments[:first], *made, *self.segments[last:]),
            alive=(*self.alive[:first], *(None for _ in made), *self.alive[last:]),
        )


def _spread(rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return n of the rows, evenly spaced."""
    return rows[np.arange(n) * len(rows) // max(n, 1)]


def _numbers(runs: list[_Run], firsts: tuple[int, ...], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the passage numbers of rows that are counted through several runs."""
    numbers = np.empty(len(rows), dtype=np.int64)
    for run, first in zip(runs, firsts, strict=True):
        mine = (rows >= first) & (rows < first + len(run.numbers))
        numbers[mine] = run.numbers[rows[mine] - first]
    return numbers
