"""Dense retrieval: the nearest unit vectors, by FAISS; the only module that imports it."""

from __future__ import annotations

import math
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from index.errors import StoreDamaged
from index.kernel import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

# rows above which codes are scanned instead of the vectors (benchmarks/dense.py)
EXACT_ROWS = 4_000
# an allowed set smaller than this is scanned row by row: exact, and never short of k
FEW_ROWS = 4_096
# codes whose vectors are compared exactly: so many for each row that is wanted, and never fewer than these; twice as
# many among more than CROWDED_ROWS, where what is near lies denser; of several indexes as many of all together
REFINED = 2
LEAST_REFINED = 200
CROWDED_ROWS = 1 << 17
# dimensions that share a code: with four a scan reads half as much, but eight times as many vectors must be compared,
# which takes as long, and still not as much is found
_SHARING = 2
# vectors that the sixteen centroids of each code are learned from
_SAMPLE = 4_096
_ROUNDS = 10


class Guessed(NamedTuple):
    """Rows that may be the nearest, (m,), the best first, and their inner products as the codes tell them, or exact."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    are_exact: bool


class DenseIndex:
    """Vectors of some rows; immutable.

    Up to EXACT_ROWS all vectors are compared with the question's. Above it each vector also has a code of half a
    byte for two dimensions (product quantisation: Jegou, Douze, Schmid, TPAMI 2011; scanned in registers: Andre,
    Kermarrec, Le Scouarnec, PVLDB 2015). All codes are scanned, and the vectors of the best REFINED * k are compared
    exactly. Unlike an inverted file, which must have looked into the right lists, that finds what is near to any
    question: recall@10 against the exact ten was 1.000 on questions that have nothing to do with the collection, where
    an inverted file that probed an eighth of its lists reached .92 (`python -m benchmarks.dense --data DIR`, 100,000
    paragraphs of encyclopedia and news).
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Index vectors, (n, d) float32, unit or zero rows; kept as they are, not copied."""
        self._vectors = vectors
        self._index: Any = None
        if len(vectors) > EXACT_ROWS and vectors.shape[1] % _SHARING == 0:
            self._index = _coded(vectors)

    @classmethod
    def from_parts(cls, vectors: NDArray[np.float32], codes: NDArray[np.uint8] | None) -> Self:
        """Take the vectors and what `write_codes` wrote, whose digests were checked.

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
        """Whether there is anything for `write_codes` to write."""
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

    def guessed(
        self, vector: NDArray[np.float32], k: int, n_guesses: int, allowed: NDArray[np.bool_] | None = None
    ) -> Guessed:
        """Give rows among which the k with the largest inner product are, by their codes.

        Args:
            vector: (d,) float32, unit.
            k: rows that are wanted.
            n_guesses: how many to give, about; fewer than k only if there are fewer.
            allowed: (n,) bool, rows that may come back; None: all.
        """
        if not math.isfinite(vector.sum()) or k < 1 or not len(self):
            return Guessed(np.empty(0, np.int64), np.empty(0, np.float32), are_exact=True)
        n_allowed = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if self._index is None or n_allowed <= FEW_ROWS:
            best = self._best(vector, k, None if allowed is None else np.flatnonzero(allowed))
            return Guessed(*best, are_exact=True)
        wanted = min(k, n_allowed)
        fetched = max(n_guesses, k) * len(self) // n_allowed
        asked = _grouped(vector[None, :])
        while True:
            (scores,), (rows,) = self._index.search(asked, min(fetched, len(self)))
            is_row = rows >= 0  # FAISS fills with -1
            if allowed is not None:
                is_row &= allowed[rows]
            rows, scores = rows[is_row], scores[is_row]
            if len(rows) >= wanted or fetched >= len(self):
                return Guessed(rows, scores, are_exact=False)
            fetched *= 4

    def products(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the inner products of some rows, (m,), with a vector, (d,); they do not depend on the other rows."""
        return products(self._vectors, rows, vector.astype(np.float64))

    def _best(
        self, vector: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Compare rows (None: all) exactly."""
        if rows is not None:
            products = self.products(vector, rows)
            first = np.argsort(-products, kind="stable")[:k]
            return rows[first], products[first].astype(np.float32)
        faiss = _faiss()
        asked = np.ascontiguousarray(vector[None, :], dtype=np.float32)
        k = min(k, len(self))
        scores, best = faiss.knn(asked, self._vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
        return best[0], scores[0]


class Scan:
    """The search for what is nearest to a vector in several indexes, by as many threads as care to `run` it.

    What the codes of all promise most is compared exactly, so what is found does not depend on where they are cut.
    """

    def __init__(
        self,
        indexes: Sequence[DenseIndex],
        firsts: Sequence[int],
        vector: NDArray[np.float32],
        k: int,
        allowed: Sequence[NDArray[np.bool_] | None],
    ) -> None:
        """Take what to look for.

        Args:
            indexes: of rows one behind the other.
            firsts: the row at which each begins.
            vector: (d,) float32, unit.
            k: how many; fewer are found if there are fewer.
            allowed: for each index the rows that may come back, or None.
        """
        self._indexes, self._firsts, self._allowed = indexes, firsts, allowed
        self._vector, self._k = vector, k
        self._n_rows = sum(map(len, indexes))
        self._n_compared = max(REFINED * k, LEAST_REFINED) * (1 + (self._n_rows > CROWDED_ROWS))
        self._waiting = deque(range(len(indexes)))
        self._guessed: dict[int, Guessed] = {}
        self._is_compared = Lock()
        self._found = np.empty(0, np.int64)

    def run(self) -> None:
        """Guess in each index with which no thread has begun; the thread that is last compares what was guessed."""
        for number in iter(self._next, None):
            index = self._indexes[number]
            # twice its share, should what is near lie in one more than in another
            share = 2 * self._n_compared * len(index) // max(self._n_rows, 1) + 1
            self._guessed[number] = index.guessed(
                self._vector, self._k, min(share, self._n_compared), self._allowed[number]
            )
        if len(self._guessed) == len(self._indexes) and self._is_compared.acquire(blocking=False):
            self._found = self._compared()

    def _next(self) -> int | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def nearest(self) -> NDArray[np.int64]:
        """Give the k rows with the largest inner product, (m,) m <= k, best first.

        To be called when every `run` has come back.
        """
        return self._found

    def _compared(self) -> NDArray[np.int64]:
        """Compare exactly what was guessed."""
        guessed = [self._guessed[number] for number in range(len(self._indexes))]
        least = self._least([each.scores for each in guessed if not each.are_exact])
        rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        scores: list[NDArray[np.floating]] = [np.empty(0)]
        for index, first, (own, products, are_exact) in zip(
            self._indexes, self._firsts, guessed, strict=True
        ):
            promising = own if are_exact else own[products >= least]
            rows.append(promising + first)
            scores.append(products if are_exact else index.products(self._vector, promising))
        best = np.argsort(-np.concatenate(scores), kind="stable")[: self._k]
        found: NDArray[np.int64] = np.concatenate(rows)[best]
        return found

    def _least(self, guesses: Sequence[NDArray[np.float32]]) -> float:
        """Give the score that the codes of as many rows reach as are compared."""
        if sum(map(len, guesses)) <= self._n_compared:
            return -math.inf
        return float(np.partition(np.concatenate(guesses), -self._n_compared)[-self._n_compared])


def products_in_numpy(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], vector: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the inner products of rows of (n, d) vectors, chosen by (m,) rows, with one; (m,)."""
    # in float64: a product's last bits in float32 depend on how many rows are multiplied at once
    found: NDArray[np.float64] = vectors.take(rows, axis=0).astype(np.float64) @ vector
    return found


products = products_in_numpy if compiled is None else compiled.products


def load() -> None:
    """Import FAISS now, while other threads work for us."""
    _faiss()


def _faiss() -> Any:  # noqa: ANN401  # the library's types leave out what we use
    import faiss

    # threads of this thread's searches: one question is too short to share, and on a busy machine each
    # waits for the last
    faiss.omp_set_num_threads(1)
    return faiss


def _coded(vectors: NDArray[np.float32]) -> Any:  # noqa: ANN401  # a FAISS index
    faiss = _faiss()
    d = vectors.shape[1]
    index = faiss.index_factory(d, f"PQ{d // _SHARING}x4fs", faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.seed = 1  # the same vectors give the same codes
    index.pq.cp.niter = _ROUNDS
    chosen = np.random.default_rng(1).choice(len(vectors), min(_SAMPLE, len(vectors)), replace=False)
    index.train(_grouped(vectors[np.sort(chosen)]))
    for first in range(0, len(vectors), 1 << 16):
        index.add(_grouped(vectors[first : first + (1 << 16)]))
    return index


def _grouped(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give vectors, (n, d), with the dimensions that share a code beside each other: those d / _SHARING apart.

    What stands side by side in a trained model often varies alike; a code for two that differ tells more.
    """
    n, d = vectors.shape
    apart = vectors.reshape(n, _SHARING, d // _SHARING).transpose(0, 2, 1)
    return np.ascontiguousarray(apart, dtype=np.float32).reshape(n, d)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
