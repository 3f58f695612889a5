"""DenseIndex: exact inner products, only allowed rows, never row -1, no silent loss on disk."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from index.dense import EXACT_ROWS, DenseIndex
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


def clustered(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(300, 32))
    drawn = centres[rng.integers(0, 300, n)] + rng.normal(size=(n, 32))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def test_a_large_index_is_approximate_and_finds_what_an_exact_one_finds() -> None:
    vectors, asked = clustered(EXACT_ROWS + 1, 1), clustered(100, 2)
    index = DenseIndex(vectors)
    assert index._index.nprobe < index._index.nlist / 2, "it would be no faster than an exact scan"
    exact = np.argsort(-(asked @ vectors.T), axis=1)[:, :10]
    found = [index.search(vector, 10)[0] for vector in asked]
    recall = np.mean([len(np.intersect1d(a, b)) / 10 for a, b in zip(exact, found, strict=True)])
    assert recall >= 0.98, recall
    np.testing.assert_array_equal(index.vectors(np.arange(50)), vectors[:50])


def test_a_large_index_gives_k_rows_where_k_are_allowed_and_reads_back() -> None:
    vectors = clustered(EXACT_ROWS + 1, 3)
    index = DenseIndex(vectors)
    for share in (2_000, 4):
        allowed = np.arange(len(vectors)) % share == 1
        rows, scores = index.search(vectors[0], 10, allowed)
        assert len(rows) == 10
        assert allowed[rows].all()
        np.testing.assert_allclose(scores, vectors[rows] @ vectors[0], atol=1e-5)
    pieces: list[bytes] = []
    index.write(lambda data: pieces.append(bytes(data)))
    again = DenseIndex.from_bytes(np.frombuffer(b"".join(pieces), np.uint8), 32, len(vectors))
    for vector in vectors[:20]:
        np.testing.assert_array_equal(again.search(vector, 10)[0], index.search(vector, 10)[0])
