"""Dense retrieval: the nearest unit vectors, by FAISS; the only module that imports it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from index.errors import StoreDamaged
from index.kernel import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

# rows above which codes are scanned instead of the vectors (benchmarks/dense.py)
EXACT_ROWS = 4_000
# an allowed set smaller than this is scanned row by row: exact, and never short of k
FEW_ROWS = 4_096
# codes whose vectors are compared exactly: so many for each row that is wanted, and never fewer than these
REFINED = 2
LEAST_REFINED = 200
# vectors that the sixteen centroids of each pair of dimensions are learned from
_SAMPLE = 4_096
_ROUNDS = 10


class DenseIndex:
    """Vectors of some rows; immutable.

    Up to EXACT_ROWS all vectors are compared with the question's. Above it each vector also has a code of half a
    byte for two dimensions (product quantisation: Jegou, Douze, Schmid, TPAMI 2011; scanned in registers: Andre,
    Kermarrec, Le Scouarnec, PVLDB 2015). All codes are scanned, and the vectors of the best REFINED * k are compared
    exactly. Unlike an inverted file, which must have looked into the right lists, that finds what is near to any
    question: recall@10 against the exact ten was .999 on questions that have nothing to do with the collection, where
    an inverted file that probed an eighth of its lists reached .92 (`python -m benchmarks.dense --data DIR`, 100,000
    paragraphs of encyclopedia and news).
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Index vectors, (n, d) float32, unit or zero rows; kept as they are, not copied."""
        self._vectors = vectors
        self._index: Any = None
        if len(vectors) > EXACT_ROWS and vectors.shape[1] % 2 == 0:
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

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Give the k rows with the largest inner product, best first.

        Args:
            vector: (d,) float32, unit.
            k: how many; fewer come back if there are fewer.
            allowed: (n,) bool, rows that may come back; None: all.

        Returns:
            rows (m,) int64 and scores (m,) float32, m <= k.
        """
        if not math.isfinite(vector.sum()) or k < 1 or not len(self):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        n_allowed = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if self._index is None or n_allowed <= FEW_ROWS:
            return self._best(vector, k, None if allowed is None else np.flatnonzero(allowed))
        wanted = min(k, n_allowed)
        fetched = max(REFINED * k, LEAST_REFINED) * len(self) // n_allowed
        while True:
            rows = self._index.search(vector[None, :], min(fetched, len(self)))[1][0]
            rows = rows[rows >= 0]  # FAISS fills with -1
            rows = rows if allowed is None else rows[allowed[rows]]
            if len(rows) >= wanted or fetched >= len(self):
                return self._best(vector, k, rows)
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
    index = faiss.index_factory(d, f"PQ{d // 2}x4fs", faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.seed = 1  # the same vectors give the same codes
    index.pq.cp.niter = _ROUNDS
    chosen = np.random.default_rng(1).choice(len(vectors), min(_SAMPLE, len(vectors)), replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
    for first in range(0, len(vectors), 1 << 16):
        index.add(np.ascontiguousarray(vectors[first : first + (1 << 16)]))
    return index


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
