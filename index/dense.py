"""Dense retrieval: exact inner products of unit vectors in FAISS; the only module that imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import StoreDamaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


def _faiss() -> Any:  # noqa: ANN401  # the library's types leave out what we use
    import faiss

    return faiss


class DenseIndex:
    """Vectors of some rows; immutable."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Index vectors, (n, d) float32, unit or zero rows."""
        faiss = _faiss()
        self._index: Any = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

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
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)
        scores, rows = self._index.search(vector[None, :], k, params=parameters)
        # FAISS fills with -1 where fewer than k rows are allowed, and for a NaN question
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give the vectors of rows; (m, d) float32."""
        if not len(rows):
            return np.empty((0, self._index.d), np.float32)
        found: NDArray[np.float32] = self._index.reconstruct_batch(rows.astype(np.int64))
        return found


def set_threads(n: int) -> None:
    """Let FAISS use n threads in a search; one is best for a server that answers several people."""
    _faiss().omp_set_num_threads(n)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def read_bytes(path: Path) -> NDArray[np.uint8]:
    """Read a file as (n,) uint8, the form `from_bytes` takes."""
    return np.fromfile(path, dtype=np.uint8)
