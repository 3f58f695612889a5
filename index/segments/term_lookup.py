"""Locate a question's terms in one channel, and compute what each can add to a score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis.hashing import term_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.records import QueryTerm
    from index.segments.postings import Postings

    Term = QueryTerm | tuple[float, tuple[tuple[str, float], ...]]


class Part(NamedTuple):
    """Postings of some rows, and the row frequencies that are left after removals.

    Attributes:
        postings: never changed.
        frequencies: (t,) int32, rows that still hold each term.
    """

    postings: Postings
    frequencies: NDArray[np.int32]

    @classmethod
    def of(cls, postings: Postings) -> Part:
        """Return a part of which nothing is removed."""
        return cls(postings, postings.frequencies)


class Rarity(NamedTuple):
    """The parameters of idf beside the number of rows that a term stands in.

    Attributes:
        n_rows: of the whole channel.
        floor: idf of a term whose own would be negative: it stands in more than half of the rows.
        smallest: no idf is below it, so a row that holds a term scores more than one that does not.
    """

    n_rows: int
    floor: float
    smallest: float

    def idf(self, frequency: float) -> float:
        """Return the weight of a term by the (weighted) number of rows it stands in; 0 for none.

        As in rank-bm25: log(N - f + 0.5) - log(f + 0.5), or the floor where that is negative.
        """
        if frequency <= 0 or not self.n_rows:
            return 0.0
        # several alternatives may together stand in more rows than there are
        frequency = min(frequency, self.n_rows)
        raw = math.log(self.n_rows - frequency + 0.5) - math.log(frequency + 0.5)
        return max(self.floor if raw < 0 else raw, self.smallest)


class Located(NamedTuple):
    """A question's terms, located in one channel.

    Attributes:
        alternatives: those that stand in some row, in the order of the question's terms, each with its probability.
        ends: for each term, where its alternatives end.
        weights: of the terms.
        frequencies: for each term, in how many rows its alternatives stand, counted with their probability.
        gains: for each term, the most it can add to a score: its weight times idf times (k1 + 1).
        places: for each part, (a,) places of the alternatives in its postings; -1 where it has none.
        shares: (a,) float32, the probabilities of the alternatives.
        terms: (s, 3) int64, the terms that stand in some row, in the order in which they are added up: number, first
            alternative, the one after the last.
        n_singly: how many of these, which come first, have several alternatives or very many postings: NumPy adds
            them one after the other, and the rest, which have one alternative each, together.
    """

    alternatives: list[tuple[str, float]]
    ends: list[int]
    weights: list[float]
    frequencies: list[float]
    gains: list[float]
    places: list[NDArray[np.int64]]
    shares: NDArray[np.float32]
    terms: NDArray[np.int64]
    n_singly: int

    def gains_of(self, most_rows: float, *, common: bool) -> NDArray[np.float32]:
        """Return the gains of terms in more than `most_rows` rows (common), or of all others, else 0; (t,) float32."""
        pairs = zip(self.gains, self.frequencies, strict=True)
        if common:
            return np.array([gain if held > most_rows else 0.0 for gain, held in pairs], dtype=np.float32)
        return np.array([0.0 if held > most_rows else gain for gain, held in pairs], dtype=np.float32)


def frequencies_of(
    parts: Sequence[Part], places: Sequence[NDArray[np.int64]], n_terms: int
) -> NDArray[np.int64]:
    """Return the number of rows that hold each term, (n_terms,), by the terms' places in each part."""
    total = np.zeros(n_terms, dtype=np.int64)
    for part, found in zip(parts, places, strict=True):
        if len(part.frequencies):
            own = part.frequencies.take(found, mode="wrap")
            own[found < 0] = 0
            total += own
    return total


def locate(
    query: Sequence[Term], parts: Sequence[Part], rarity: Rarity, saturated: float, most: float
) -> Located:
    """Locate a question's terms, once for all later scoring; alternatives in no row are left out.

    Args:
        query: the terms.
        parts: of the channel.
        rarity: of its terms.
        saturated: k1 + 1.
        most: a term in more rows than this is added singly (`Located.n_singly`).
    """
    pairs = [pair for _, alternatives in query for pair in alternatives]
    terms = np.array([term_hash(term) for term, _ in pairs], dtype=np.uint64)
    places = [part.postings.positions(terms) for part in parts]
    held = frequencies_of(parts, places, len(pairs)).tolist()
    # plain loops: a question has some dozens of terms, and each array operation costs as much as several of them
    kept: list[int] = []
    singly: list[tuple[int, int, int]] = []
    together: list[tuple[int, int, int]] = []
    ends, frequencies, at = [], [], 0
    for number, (_, alternatives) in enumerate(query):
        first, frequency = len(kept), 0.0
        for _, share in alternatives:
            if held[at]:
                kept.append(at)
                frequency += held[at] * share
            at += 1
        last = len(kept)
        if last - first == 1 and frequency <= most:
            together.append((number, first, last))
        elif last > first:
            singly.append((number, first, last))
        ends.append(last)
        frequencies.append(frequency)
    weights = [weight for weight, _ in query]
    located = [pairs[place] for place in kept]
    return Located(
        alternatives=located,
        ends=ends,
        weights=weights,
        frequencies=frequencies,
        gains=[
            weight * rarity.idf(frequency) * saturated
            for weight, frequency in zip(weights, frequencies, strict=True)
        ],
        places=places if len(kept) == len(pairs) else [found[kept] for found in places],
        shares=np.array([share for _, share in located], dtype=np.float32),
        terms=np.array(singly + together, dtype=np.int64).reshape(-1, 3),
        n_singly=len(singly),
    )
