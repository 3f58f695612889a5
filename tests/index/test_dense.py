"""DenseIndex: exact inner products, only allowed rows, never row -1, no silent loss on disk."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from index.dense import DenseIndex
from index.errors import StoreDamaged


@pytest.fixture
def vectors() -> np.ndarray:
    drawn = np.random.default_rng(7).normal(size=(50, 8)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_rows_come_in_the_order_of_their_inner_products(vectors: np.ndarray) -> None:
    rows, scores = DenseIndex(vectors).search(vectors[3], 50)
    np.testing.assert_allclose(scores, np.sort(vectors @ vectors[3])[::-1], atol=1e-6)
    assert rows[0] == 3


def test_only_allowed_rows_come_back_and_no_row_minus_one(vectors: np.ndarray) -> None:
    allowed = np.zeros(50, dtype=bool)
    allowed[[4, 17]] = True
    rows, _ = DenseIndex(vectors).search(vectors[3], 10, allowed)
    assert sorted(rows.tolist()) == [4, 17]


def test_an_empty_index_and_a_nan_question_find_nothing(vectors: np.ndarray) -> None:
    assert not len(DenseIndex(vectors[:0]).search(vectors[0], 5)[0])
    assert not len(DenseIndex(vectors).search(np.full(8, np.nan, np.float32), 5)[0])


def test_what_is_written_reads_back(vectors: np.ndarray) -> None:
    pieces: list[bytes] = []
    DenseIndex(vectors).write(lambda data: pieces.append(bytes(data)))
    data = np.frombuffer(b"".join(pieces), dtype=np.uint8)
    again = DenseIndex.from_bytes(data, 8, 50)
    np.testing.assert_array_equal(again.vectors(np.arange(50)), vectors)
    with pytest.raises(StoreDamaged, match="50 x 8, expected 49 x 8"):
        DenseIndex.from_bytes(data, 8, 49)
    with pytest.raises(StoreDamaged):
        DenseIndex.from_bytes(data[: len(data) // 2], 8, 50)


def test_a_full_disk_is_heard(vectors: np.ndarray) -> None:
    """`faiss.write_index(index, path)` would report success."""

    def full(_: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        DenseIndex(vectors).write(full)
