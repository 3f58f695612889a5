"""Scoring one part of a channel: what the rows of some postings gain by a question's terms, in array operations.

Each term adds gain * tf / (tf + norm) to the rows that hold it (BM25), where tf is the sum of its alternatives', each
counted with its probability (Darwish, Oard, SIGIR 2003). Terms are added in an order that the whole channel decides, so
a row's score is the same to the last bit whatever part it is in, and however it is found: by reading all postings
(`add`), or by looking some rows up (`Common`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.postings import Postings

# Where a term has more postings than this share of the rows, going through all rows is quicker than picking its own.
MOST_SPARSE = 0.1


class Located(NamedTuple):
    """A question's terms as one channel holds them; see `LexicalIndex.locate`.

    Attributes:
        alternatives: what stands in some row, in the order of the question's terms, each with its probability.
        ends: for each term, where its alternatives end.
        weights: of the terms.
        frequencies: for each term, in how many rows its alternatives stand, counted with their probability.
        gains: for each term, the most it can add to a score: its weight times idf times (k1 + 1).
        places: for each part, (a,) places of the alternatives in its postings; -1 where it has none.
        shares: (a,) float32, the probabilities of the alternatives.
        singly: the terms that are scored one after the other, as they have several alternatives, or very many
            postings: number, first alternative, the one after the last.
        together: (2, s), the others, and the one alternative of each.
    """

    alternatives: list[tuple[str, float]]
    ends: list[int]
    weights: list[float]
    frequencies: list[float]
    gains: list[float]
    places: list[NDArray[np.int64]]
    shares: NDArray[np.float32]
    singly: list[tuple[int, int, int]]
    together: NDArray[np.int64]

    def gains_of(self, most_rows: float, *, common: bool) -> NDArray[np.float32]:
        """Give the gains of the terms that stand in more rows (common), or of all others, else 0; (t,) float32."""
        pairs = zip(self.gains, self.frequencies, strict=True)
        chosen = [gain if (frequency > most_rows) is common else 0.0 for gain, frequency in pairs]
        return np.array(chosen, dtype=np.float32)


class Common(NamedTuple):
    """Some of a question's terms, to be scored in few rows.

    Attributes:
        alternatives: (a,) which of the located ones; those of one term follow each other.
        shares: (a, 1) float32, their probabilities.
        starts: (t,) where each term's begin. Those that are scored singly come first, as `add` counts them first:
            so a row's gains are added up in the same order, and its score is the same to the last bit.
        more: for the second alternative, the third and so on: which terms have one.
        gains: (t, 1) float32, of the terms.
    """

    alternatives: NDArray[np.int64]
    shares: NDArray[np.float32]
    starts: NDArray[np.int64]
    more: list[NDArray[np.int64]]
    gains: NDArray[np.float32]

    @classmethod
    def of(cls, located: Located, gains: NDArray[np.float32]) -> Common | None:
        """Take the terms whose gain is not 0; None if there are none."""
        singly = [term for term in located.singly if gains[term[0]]]
        together = located.together[:, gains[located.together[0]] != 0]
        if not singly and not together.size:
            return None
        sizes = np.array([last - first for _, first, last in singly], dtype=np.int64)
        n_singly = int(sizes.sum())
        alternatives = np.append([i for _, first, last in singly for i in range(first, last)], together[1])
        alternatives = alternatives.astype(np.int64)
        return cls(
            alternatives=alternatives,
            shares=located.shares[alternatives, None],
            starts=np.append(np.cumsum(sizes) - sizes, np.arange(n_singly, len(alternatives))),
            more=[np.flatnonzero(sizes > nth) for nth in range(1, int(sizes.max(initial=1)))],
            gains=gains[np.append([number for number, *_ in singly], together[0]).astype(np.int64), None],
        )

    def gained(
        self,
        postings: Postings,
        places: NDArray[np.int64],
        rows: NDArray[np.int64],
        norm: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Give what some rows of a part, (m,) ascending, gain by these terms; (m,) float32."""
        held = postings.counts_at(places[self.alternatives], rows) * self.shares
        if len(rows) == 1:  # NumPy adds a single row up in another order than one of several
            held = held.repeat(2, axis=1)
        tf = held[self.starts] if self.more else held
        for nth, terms in enumerate(self.more, 1):
            tf[terms] += held[self.starts[terms] + nth]
        gain = tf / (tf + norm.take(rows))
        gain *= self.gains
        total: NDArray[np.float32] = gain.sum(axis=0)
        return total[: len(rows)]


def add(
    scores: NDArray[np.float32],
    postings: Postings,
    located: Located,
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    norm: NDArray[np.float32],
) -> None:
    """Add the scores of one part's rows, reading the postings of the question's terms only.

    Whether a term is scored singly is told by the whole channel, not by this part: so a row's gains are added up in
    the same order whatever part it is in, and its score is the same to the last bit.
    """
    scratch: NDArray[np.float32] | None = None
    for number, first, last in located.singly:
        own = np.arange(first, last)[places[first:last] >= 0] if gains[number] else ()
        if len(own):
            if scratch is None:
                scratch = np.zeros(len(scores), dtype=np.float32)
            rows, tf, _ = _read(postings, places[own], located.shares[own])
            if len(own) == 1:
                scratch[rows] = tf
            else:
                np.add.at(scratch, rows, tf)
            _add_one(scores, scratch, rows, gains[number], norm)
    numbers, alternatives = located.together
    is_read = (gains[numbers] != 0) & (places[alternatives] >= 0)
    if is_read.any():
        own = alternatives[is_read]
        rows, gain, sizes = _read(postings, places[own], located.shares[own])
        gain /= gain + norm.take(rows)
        gain *= gains[numbers[is_read]].repeat(sizes)
        np.add.at(scores, rows, gain)


def _add_one(
    scores: NDArray[np.float32],
    scratch: NDArray[np.float32],
    rows: NDArray[np.intp],
    most: np.float32,
    norm: NDArray[np.float32],
) -> None:
    """Add the gains of one term; scratch has its tf by row, and is 0 everywhere after; rows may repeat."""
    if len(rows) > len(scores) * MOST_SPARSE:
        gain = scratch + norm
        np.divide(scratch, gain, out=gain)
        gain *= most
        scores += gain
        scratch.fill(0.0)
        return
    gain = scratch.take(rows)
    scratch[rows] = 0.0
    gain /= gain + norm.take(rows)
    gain *= most
    # a row that stands here twice gets the same sum assigned twice: it is added once
    gain += scores.take(rows)
    scores[rows] = gain


def _read(
    postings: Postings, places: NDArray[np.int64], shares: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.int64]]:
    """Give the rows of some alternatives, one after the other, p * tf for each, and how many each alternative has."""
    starts, stops = postings.offsets[places], postings.offsets[places + 1]
    slices = [*map(slice, starts.tolist(), stops.tolist())]
    # indices of the type that ufunc.at would make of them
    rows = np.concatenate([postings.rows[where] for where in slices], dtype=np.intp)
    tf = np.concatenate([postings.counts[where] for where in slices], dtype=np.float32)
    sizes = stops - starts
    if (shares != 1).any():
        tf *= shares.repeat(sizes)
    return rows, tf, sizes
