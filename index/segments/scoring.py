"""Score one part of a channel: what the rows of some postings gain by a question's terms, in array operations.

Each term adds gain * tf / (tf + norm) to the rows that hold it (BM25), where tf is the sum over its alternatives, each
weighted by its probability (Darwish, Oard, SIGIR 2003). The whole channel decides the order in which terms are added.
So a row's score is the same to the last bit whatever part it is in, and whether all postings are read (`add`) or some
rows are looked up (`gained`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.native.accelerated import compiled
from index.segments.postings import COLUMN_ROWS, ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.segments.postings import Postings
    from index.segments.term_lookup import Located

# If a term has more postings than this share of the rows, processing all rows is faster than selecting its own.
MOST_SPARSE = 0.1


class Norm(NamedTuple):
    """The length normalisation of a row: k1 * (1 - b + b * length / average length).

    Attributes:
        base: k1 * (1 - b).
        scale: k1 * b / average length.
    """

    base: np.float32
    scale: np.float32

    def of(self, lengths: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the normalisation of rows of these lengths."""
        # lengths are integers far below the first that float32 cannot represent
        norms = np.multiply(lengths, self.scale, dtype=np.float32)
        return np.add(norms, self.base, out=norms)


class Runs(NamedTuple):
    """The weight of a channel's score in runs of rows.

    Attributes:
        ends: (r,) int64, ascending: of each run the row after its last; the last one's is the number of rows.
        shares: (r,) float32.
        begin: the first row of the part that is scored, from which its rows are counted.
    """

    ends: NDArray[np.int64]
    shares: NDArray[np.float32]
    begin: int = 0

    @classmethod
    def one(cls, n_rows: int) -> Runs:
        """Return one run of all rows, with weight 1."""
        return cls(np.array([n_rows], dtype=np.int64), np.ones(1, dtype=np.float32))

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weights of some rows, (m,)."""
        return self.shares.take(self.ends.searchsorted(rows + self.begin, side="right"))


class _Common(NamedTuple):
    """Some of a question's terms, to be scored in few rows.

    Attributes:
        alternatives: (a,) which of the located ones; those of one term follow each other.
        shares: (a, 1) float32, their probabilities.
        starts: (t,) where each term's alternatives begin, in the order in which `add` adds the terms.
        more: for the second alternative, the third and so on: which terms have one.
        gains: (t, 1) float32, of the terms.
    """

    alternatives: NDArray[np.int64]
    shares: NDArray[np.float32]
    starts: NDArray[np.int64]
    more: list[NDArray[np.int64]]
    gains: NDArray[np.float32]

    @classmethod
    def of(cls, located: Located, gains: NDArray[np.float32]) -> _Common | None:
        """Return the terms whose gain is not 0; None if there are none."""
        numbers, firsts, lasts = located.terms[gains[located.terms[:, 0]] != 0].T
        if not len(numbers):
            return None
        sizes = lasts - firsts
        alternatives = ranges(firsts, sizes)
        return cls(
            alternatives=alternatives,
            shares=located.shares[alternatives, None],
            starts=np.cumsum(sizes) - sizes,
            more=[np.flatnonzero(sizes > nth) for nth in range(1, int(sizes.max()))],
            gains=gains[numbers, None],
        )

    def gained(
        self,
        postings: Postings,
        places: NDArray[np.int64],
        rows: NDArray[np.int64],
        norm: Norm,
    ) -> NDArray[np.float32]:
        """Return what some rows of a part, (m,) ascending, gain by these terms; (m,) float32."""
        held = postings.counts_at(places[self.alternatives], rows) * self.shares
        if len(rows) == 1:  # NumPy sums a single row in another order than one of several
            held = held.repeat(2, axis=1)
        tf = held[self.starts] if self.more else held
        for nth, terms in enumerate(self.more, 1):
            tf[terms] += held[self.starts[terms] + nth]
        gain = tf / (tf + norm.of(postings.lengths.take(rows)))
        gain *= self.gains
        total: NDArray[np.float32] = gain.sum(axis=0)
        return total[: len(rows)]


def add_in_numpy(
    scores: NDArray[np.float32],
    postings: Postings,
    located: Located,
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    norm: Norm,
    runs: Runs,
) -> None:
    """Add the scores of one part's rows, reading the postings of the question's terms only.

    Args:
        scores: (n,), of the part's rows, to be added to.
        postings: of the part.
        located: the terms.
        places: (a,), where the alternatives stand in these postings (`Located.places`).
        gains: (t,), of the terms; 0 for one that is left out.
        norm: normalisation by the lengths of rows.
        runs: the weight of a score; where it is 0, no postings need be read.

    The whole channel, not this part, decides whether a term is scored singly. So a row's gains are added in the same
    order whatever part it is in, and its score is the same to the last bit.
    """
    scratch: NDArray[np.float32] | None = None
    shares = runs.of(np.arange(len(scores)))
    for number, first, last in located.terms[: located.n_singly].tolist():
        own = np.arange(first, last)[places[first:last] >= 0] if gains[number] else ()
        if len(own):
            if scratch is None:
                scratch = np.zeros(len(scores), dtype=np.float32)
            rows, tf, _ = _read(postings, places[own], located.shares[own])
            if len(own) == 1:
                scratch[rows] = tf
            else:
                np.add.at(scratch, rows, tf)
            _add_one(scores, scratch, rows, gains[number] * shares, norm, postings.lengths)
    numbers, alternatives, _ = located.terms[located.n_singly :].T
    is_read = (gains[numbers] != 0) & (places[alternatives] >= 0)
    if is_read.any():
        own = alternatives[is_read]
        rows, gain, sizes = _read(postings, places[own], located.shares[own])
        gain /= gain + norm.of(postings.lengths.take(rows))
        gain *= gains[numbers[is_read]].repeat(sizes) * shares.take(rows)
        np.add.at(scores, rows, gain)


def gained_in_numpy(
    postings: Postings,
    located: Located,
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
    rows: NDArray[np.int64],
    norm: Norm,
) -> NDArray[np.float32]:
    """Return what `add` adds to some rows of a part, (m,) ascending, without reading all postings; (m,) float32."""
    if len(postings.lengths) < COLUMN_ROWS:
        whole = np.zeros(len(postings.lengths), dtype=np.float32)
        add_in_numpy(whole, postings, located, places, gains, norm, Runs.one(len(whole)))
        return whole.take(rows)
    common = _Common.of(located, gains)
    if common is None:
        return np.zeros(len(rows), dtype=np.float32)
    return common.gained(postings, places, rows, norm)


add = add_in_numpy if compiled is None else compiled.add
gained = gained_in_numpy if compiled is None else compiled.gained


def _add_one(
    scores: NDArray[np.float32],
    scratch: NDArray[np.float32],
    rows: NDArray[np.intp],
    most: NDArray[np.float32],
    norm: Norm,
    lengths: NDArray[np.int32],
) -> None:
    """Add the gains of one term, at most `most`, (n,); scratch holds its tf by row, and is zeroed; rows may repeat."""
    if len(rows) > len(scores) * MOST_SPARSE:
        gain = scratch + norm.of(lengths)
        np.divide(scratch, gain, out=gain)
        gain *= most
        scores += gain
        scratch.fill(0.0)
        return
    gain = scratch.take(rows)
    scratch[rows] = 0.0
    gain /= gain + norm.of(lengths.take(rows))
    gain *= most.take(rows)
    # a repeated row is assigned the same sum twice, so its gain is added once
    gain += scores.take(rows)
    scores[rows] = gain


def _read(
    postings: Postings, places: NDArray[np.int64], shares: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.int64]]:
    """Return the concatenated rows of some alternatives, p * tf for each, and how many each alternative has."""
    starts, stops = postings.offsets[places], postings.offsets[places + 1]
    slices = [*map(slice, starts.tolist(), stops.tolist())]
    # the index type to which ufunc.at would convert them
    rows = np.concatenate([postings.rows[where] for where in slices], dtype=np.intp)
    tf = np.concatenate([postings.counts[where] for where in slices], dtype=np.float32)
    sizes = stops - starts
    if (shares != 1).any():
        tf *= shares.repeat(sizes)
    return rows, tf, sizes
