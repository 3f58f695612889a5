"""Find the nearest unit vectors by FAISS, which no other module imports."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from index.errors import StoreDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

# rows above which codes are scanned instead of the vectors (benchmarks/dense.py)
EXACT_ROWS = 4_000
# an allowed set smaller than this is scanned row by row: exact, and never short of k
FEW_ROWS = 4_096
# codes whose vectors are compared exactly, for each row wanted (a search wants a hundred at least); twice as many among
# more than CROWDED_ROWS rows, where neighbours lie denser; several indexes share the number
REFINED = 2
CROWDED_ROWS = 1 << 17
# dimensions that share a code: with four a scan reads half as much, but eight times as many vectors must be compared,
# which takes as long, and recall is still lower
_SHARING = 2
# vectors that the sixteen centroids of each code are learned from
_SAMPLE = 4_096
_ROUNDS = 10
# vectors that are encoded at a time: so many are copied in memory
_ENCODED = 16_384


class _Asked(NamedTuple):
    """A question's vector, (d,) float32, and the same as (1, d), `_grouped` if there are codes."""

    vector: NDArray[np.float32]
    grouped: NDArray[np.float32]


class DenseIndex:
    """Vectors of some rows; immutable.

    Up to EXACT_ROWS all vectors are compared with the question's. Above it each vector also has a code of half a
    byte for two dimensions (product quantisation: Jegou, Douze, Schmid, TPAMI 2011; scanned in registers: Andre,
    Kermarrec, Le Scouarnec, PVLDB 2015). All codes are scanned, and the vectors of the best REFINED * k are compared
    exactly. Unlike an inverted file, which must probe the right lists, a full scan serves any question. Recall@10
    against the exact ten was 1.000 on questions unrelated to the collection; an inverted file that probed an eighth of
    its lists reached .92 (`python -m benchmarks.dense --data DIR`, 100,000 paragraphs of encyclopedia and news).
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Index vectors, (n, d) float32, unit or zero rows; kept as they are, not copied."""
        self._vectors = vectors
        self._index: Any = None
        if len(vectors) > EXACT_ROWS and vectors.shape[1] % _SHARING == 0:
            self._index = _coded(vectors)

    @classmethod
    def from_parts(cls, vectors: NDArray[np.float32], codes: NDArray[np.uint8] | None) -> Self:
        """Return an index of the vectors and the output of `write_codes`, whose digests were checked.

        Raises:
            StoreDamaged: the codes are not an index, or not of these vectors.
        """
        made = cls.__new__(cls)
        made._vectors = vectors
        made._index = None
        if codes is not None:
            try:
                made._index = _faiss().deserialize_index(codes)
            except RuntimeError as error:
                raise StoreDamaged(f"the saved codes cannot be read: {_first_line(error)}") from error
            if (made._index.ntotal, made._index.d) != vectors.shape:
                raise StoreDamaged(
                    f"the saved codes are {made._index.ntotal} x {made._index.d}, the vectors {vectors.shape}"
                )
        return made

    @property
    def has_codes(self) -> bool:
        """Whether there are codes for `write_codes` to write."""
        return self._index is not None

    def write_codes(self, write: Callable[[bytes], object]) -> None:
        """Stream the codes to a writer.

        `faiss.write_index` reports success on a full disk; through a callback the writer's own
        OSError reaches the caller.
        """
        faiss = _faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(write))

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """All vectors, (n, d) float32, by row."""
        return self._vectors

    def scanned(self, asked: NDArray[np.float32], n: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the n rows that score best by their codes, best first: approximate products, (n,), and rows, (n,).

        Args:
            asked: (1, d) float32, its dimensions in the order of the codes (`_grouped`).
            n: <= rows of this index.
        """
        (promised,), (rows,) = self._index.search(asked, n)
        return promised, rows

    def products(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the inner products of some rows, (m,), with a vector, (d,)."""
        return products(self._vectors, rows, vector)

    def best(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.floating], NDArray[np.int64]]:
        """Return the k rows with the largest inner product, best first: (m,) products and (m,) rows, m <= k.

        Args:
            vector: (d,) float32.
            k: how many.
            allowed: (n,) bool, rows that may come back; None: all.
        """
        if allowed is not None:
            rows = np.flatnonzero(allowed)
            products = self.products(vector, rows)
            first = np.argsort(-products, kind="stable")[:k]
            return products[first], rows[first]
        faiss = _faiss()
        asked = np.ascontiguousarray(vector[None, :], dtype=np.float32)
        k = min(k, len(self))
        scores, best = faiss.knn(asked, self._vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
        return scores[0], best[0]


class _Guess:
    """The search of one index: the candidates by its codes, of which the allowed ones are compared exactly.

    Attributes:
        is_exact: whether the codes are not used, because there are none or few rows may come back.
        promised: (m,), approximate products of `rows` by the codes, or exact ones if `is_exact`; best first.
        rows: (m,) int64.
    """

    promised: NDArray[np.floating]
    rows: NDArray[np.int64]

    def __init__(
        self, index: DenseIndex, asked: _Asked, k: int, n_guesses: int, allowed: NDArray[np.bool_] | None
    ) -> None:
        """Plan the search, so that `run` hardly needs the interpreter lock.

        Args:
            index: what to search.
            asked: the question.
            k: rows that are wanted.
            n_guesses: how many candidates to fetch, about; fewer than k only if there are fewer.
            allowed: (n,) bool, rows that may come back; None: all.
        """
        self._index, self._asked, self._allowed = index, asked, allowed
        n_allowed = len(index) if allowed is None else int(np.count_nonzero(allowed))
        self._wanted = min(k, n_allowed)
        self.is_exact = not index.has_codes or n_allowed <= FEW_ROWS
        self._n_fetched = 0 if self.is_exact else max(n_guesses, k) * len(index) // n_allowed

    def run(self) -> None:
        """Search the index."""
        if self.is_exact:
            self.promised, self.rows = self._index.best(self._asked.vector, self._wanted, self._allowed)
        else:
            n = min(self._n_fetched, len(self._index))
            self.promised, self.rows = self._index.scanned(self._asked.grouped, n)

    def sift(self) -> None:
        """Drop the rows that may not come back, and fetch more while too few are left."""
        while not self.is_exact:
            may = self.rows >= 0  # FAISS pads with -1
            if self._allowed is not None:
                may &= self._allowed[self.rows]
            self.promised, self.rows = self.promised[may], self.rows[may]
            if len(self.rows) >= self._wanted or self._n_fetched >= len(self._index):
                break
            self._n_fetched *= 4
            self.run()

    def compared(self, least: float) -> tuple[NDArray[np.floating], NDArray[np.int64]]:
        """Return the inner products, (m,), and rows, (m,), of the candidates with `promised` of at least `least`."""
        if self.is_exact:
            return self.promised, self.rows
        rows = self.rows[self.promised >= least]
        return self._index.products(self._asked.vector, rows), rows


class Scan:
    """The search for the nearest vectors in several indexes.

    The best candidates of all indexes are compared exactly, so the result does not depend on where they are cut.
    """

    def __init__(
        self,
        indexes: Sequence[DenseIndex],
        firsts: Sequence[int],
        vector: NDArray[np.float32],
        k: int,
        allowed: Sequence[NDArray[np.bool_] | None],
    ) -> None:
        """Plan the search of each index.

        Args:
            indexes: of consecutive rows.
            firsts: the row at which each begins.
            vector: (d,) float32, unit.
            k: how many; fewer are found if there are fewer.
            allowed: for each index the rows that may come back, or None.
        """
        self._firsts, self._k = firsts, k
        n_rows = sum(map(len, indexes))
        self._n_compared = REFINED * k * (1 + (n_rows > CROWDED_ROWS))
        self._guesses: list[_Guess] = []
        if math.isfinite(vector.sum()):  # else it has no neighbours
            has_codes = any(index.has_codes for index in indexes)
            asked = _Asked(vector, _grouped(vector[None, :]) if has_codes else vector[None, :])
            for index, mask in zip(indexes, allowed, strict=True):
                # twice its share, as neighbours may be concentrated in one index
                share = 2 * self._n_compared * len(index) // max(n_rows, 1) + 1
                self._guesses.append(_Guess(index, asked, k, min(share, self._n_compared), mask))

    def run(self) -> None:
        """Search each index for candidates."""
        for guess in self._guesses:
            guess.run()

    def nearest(self) -> NDArray[np.int64]:
        """Return the k rows with the largest exact inner product, (m,) m <= k, best first."""
        for guess in self._guesses:
            guess.sift()
        least = self._least([guess.promised for guess in self._guesses if not guess.is_exact])
        rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        products: list[NDArray[np.floating]] = [np.empty(0)]
        for first, guess in zip(self._firsts, self._guesses, strict=False):  # guesses may be empty
            scores, own = guess.compared(least)
            products.append(scores)
            rows.append(own + first)
        best = np.argsort(-np.concatenate(products), kind="stable")[: self._k]
        nearest: NDArray[np.int64] = np.concatenate(rows)[best]
        return nearest

    def _least(self, promised: Sequence[NDArray[np.floating]]) -> float:
        """Return the lowest approximate product among the candidates that are compared exactly."""
        if sum(map(len, promised)) <= self._n_compared:
            return -math.inf
        return float(np.partition(np.concatenate(promised), -self._n_compared)[-self._n_compared])


def products(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], vector: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the inner products of rows of (n, d) vectors, chosen by (m,) rows, with one, (d,).

    The product of a row does not depend on the other rows.
    """
    # in float64: a product's last bits in float32 depend on how many rows are multiplied at once
    found: NDArray[np.float64] = vectors.take(rows, axis=0).astype(np.float64) @ vector.astype(np.float64)
    return found


def load() -> None:
    """Import FAISS now, while other threads work."""
    _faiss()


def _faiss() -> Any:  # noqa: ANN401  # the library's types leave out what we use
    import faiss

    # one thread for each search: a question is too short to split, and on a busy machine each thread waits for the
    # slowest
    faiss.omp_set_num_threads(1)
    return faiss


def _coded(vectors: NDArray[np.float32]) -> Any:  # noqa: ANN401  # a FAISS index
    faiss = _faiss()
    n, d = vectors.shape
    index = faiss.IndexPQFastScan(d, d // _SHARING, 4, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.seed = 1  # the same vectors give the same codes
    index.pq.cp.niter = _ROUNDS
    chosen = np.random.default_rng(1).choice(n, min(_SAMPLE, n), replace=False)
    index.train(_grouped(vectors[np.sort(chosen)]))
    for first in range(0, n, _ENCODED):
        index.add(_grouped(vectors[first : first + _ENCODED]))
    return index


def _grouped(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors, (n, d), with the dimensions that share a code beside each other: those d / _SHARING apart.

    Adjacent dimensions of a trained model often vary alike; a code for two that differ carries more information.
    """
    n, d = vectors.shape
    apart = vectors.reshape(n, _SHARING, d // _SHARING).transpose(0, 2, 1)
    return np.ascontiguousarray(apart, dtype=np.float32).reshape(n, d)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
