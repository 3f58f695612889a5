"""Dense retrieval: exact inner products of unit vectors in FAISS; the only module that imports it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import StoreDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray


def _faiss() -> Any:  # noqa: ANN401  # the library's types leave out what we use
    import faiss

    return faiss


# rows above which an exact scan costs more than the whole rest of a question (benchmarks/dense.py)
EXACT_ROWS = 40_000
# what the approximate index must find of the exact ten nearest, on questions made like real ones
RECALL = 0.99
# an allowed set smaller than this is scanned row by row: exact, and never short of k
FEW_ROWS = 4_096
_SAMPLE = 256


class DenseIndex:
    """Vectors of some rows; immutable.

    Up to EXACT_ROWS an exact scan; above it an inverted file (Sivic, Zisserman, ICCV 2003), whose
    number of probed lists is set, when it is made, so that recall@10 reaches RECALL.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Index vectors, (n, d) float32, unit or zero rows."""
        faiss = _faiss()
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._index: Any = faiss.IndexFlatIP(vectors.shape[1])
        if len(vectors) > EXACT_ROWS:
            self._index = _inverted_file(vectors)
        self._index.add(vectors)
        if len(vectors) > EXACT_ROWS:
            self._index.make_direct_map()
            self._index.nprobe = _probes(self._index, vectors)

    @classmethod
    def from_bytes(cls, data: NDArray[np.uint8], dimension: int, n_rows: int) -> DenseIndex:
        """Read what `write` wrote, from bytes whose digest was checked.

        Raises:
            StoreDamaged: not an index, or of another size than expected.
        """
        faiss = _faiss()
        try:
            index = faiss.deserialize_index(data)
        except RuntimeError as error:
            raise StoreDamaged(f"the saved vectors cannot be read: {_first_line(error)}") from error
        if (index.d, index.ntotal) != (dimension, n_rows):
            raise StoreDamaged(
                f"the saved vectors are {index.ntotal} x {index.d}, expected {n_rows} x {dimension}"
            )
        made = cls.__new__(cls)
        made._index = index  # our own
        return made

    def write(self, write: Callable[[bytes], object]) -> None:
        """Stream the index to a writer.

        `faiss.write_index` reports success on a full disk; through a callback the writer's own
        OSError reaches the caller.
        """
        faiss = _faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(write))

    def __len__(self) -> int:
        return int(self._index.ntotal)

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
        faiss = _faiss()
        k = min(k, len(self))
        if k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        chosen = None
        if allowed is not None:
            rows = np.flatnonzero(allowed)
            if len(rows) <= FEW_ROWS:
                return self._scan(vector, k, rows)
            bits = np.packbits(
                allowed, bitorder="little"
            )  # FAISS keeps a pointer: it must live until the search
            chosen = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        parameters = (
            faiss.SearchParametersIVF(sel=chosen, nprobe=self._index.nprobe)
            if hasattr(self._index, "nprobe")
            else faiss.SearchParameters(sel=chosen)
        )
        with _one_thread():
            scores, rows = self._index.search(vector[None, :], k, params=parameters)
        # FAISS fills with -1 where fewer than k rows are allowed, and for a NaN question
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def _scan(
        self, vector: NDArray[np.float32], k: int, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        scores = self.vectors(rows) @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return rows[best], scores[best]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give the vectors of rows; (m, d) float32."""
        if not len(rows):
            return np.empty((0, self._index.d), np.float32)
        found: NDArray[np.float32] = self._index.reconstruct_batch(rows.astype(np.int64))
        return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the calling thread's FAISS do without helpers.

    One question is too small to share: on two cores, waking and awaiting helpers took twice the time of
    the question itself, and several askers at once have the cores busy anyway.
    """
    faiss = _faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _inverted_file(vectors: NDArray[np.float32]) -> Any:  # noqa: ANN401  # a FAISS index
    faiss = _faiss()
    n_lists = int(4 * np.sqrt(len(vectors)))
    index = faiss.index_factory(vectors.shape[1], f"IVF{n_lists},Flat", faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = 1  # the same vectors give the same index
    index.cp.max_points_per_centroid = 64
    index.train(vectors)
    return index


def _probes(index: Any, vectors: NDArray[np.float32]) -> int:  # noqa: ANN401  # a FAISS index
    """Give the smallest power of two of lists to probe that reaches RECALL.

    Measured on vectors of the index turned away until their cosine with themselves is about 0.7, as a
    question lies to its passage: an index that is right on its own vectors only would not do.
    """
    rng = np.random.default_rng(1)
    sample = vectors[rng.choice(len(vectors), min(_SAMPLE, len(vectors)), replace=False)]
    noise = rng.normal(size=sample.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    asked = np.ascontiguousarray(sample + noise)
    index.nprobe = index.nlist
    exact = index.search(asked, 10)[1]
    probes = 8
    while probes < index.nlist:
        index.nprobe = probes
        found = index.search(asked, 10)[1]
        held = sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True))
        if held >= RECALL * exact.size:
            break
        probes *= 2
    return min(probes, int(index.nlist))
