"""DenseIndex: exact inner products, only allowed rows, never row -1, no silent loss on disk."""

from __future__ import annotations

import errno
from itertools import pairwise

import numpy as np
import pytest

from index.errors import StoreDamaged
from index.segments import dense
from index.segments.dense import EXACT_ROWS, DenseIndex, Scan


def nearest(scan: Scan) -> np.ndarray:
    scan.run()
    return scan.nearest()


def search(index: DenseIndex, vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
    return nearest(Scan([index], [0], vector, k, [allowed]))


@pytest.fixture
def vectors() -> np.ndarray:
    drawn = np.random.default_rng(7).normal(size=(50, 8)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_rows_come_in_the_order_of_their_inner_products(vectors: np.ndarray) -> None:
    rows = search(DenseIndex(vectors), vectors[3], 50)
    np.testing.assert_allclose(vectors[rows] @ vectors[3], np.sort(vectors @ vectors[3])[::-1], atol=1e-6)
    assert rows[0] == 3


def test_only_allowed_rows_come_back_and_no_row_minus_one(vectors: np.ndarray) -> None:
    allowed = np.zeros(50, dtype=bool)
    allowed[[4, 17]] = True
    rows = search(DenseIndex(vectors), vectors[3], 10, allowed)
    assert sorted(rows.tolist()) == [4, 17]


def test_an_empty_index_and_a_nan_question_find_nothing(vectors: np.ndarray) -> None:
    assert not len(search(DenseIndex(vectors[:0]), vectors[0], 5))
    assert not len(search(DenseIndex(vectors), np.full(8, np.nan, np.float32), 5))


def clustered(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(300, 32))
    drawn = centres[rng.integers(0, 300, n)] + rng.normal(size=(n, 32))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def test_a_large_index_finds_what_an_exact_one_finds() -> None:
    vectors, asked = clustered(3 * EXACT_ROWS, 1), clustered(100, 2)
    index = DenseIndex(vectors)
    assert index.has_codes
    exact = np.argsort(-(asked @ vectors.T), axis=1)[:, :100]
    found = [search(index, vector, 100) for vector in asked]
    for depth, least in ((1, 1.0), (10, 0.995), (100, 0.85)):  # of noise in 32 dimensions; text is less alike
        both = zip(exact[:, :depth], found, strict=True)
        assert np.mean([len(np.intersect1d(own, rows[:depth])) / depth for own, rows in both]) >= least
    for vector, rows in zip(asked, found, strict=True):
        assert (np.diff(vectors[rows] @ vector) < 1e-6).all()


def test_more_are_compared_in_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many, so more of the exact hundred are found."""
    vectors, asked = clustered(2 * EXACT_ROWS, 15), clustered(50, 16)
    index = DenseIndex(vectors)
    exact = np.argsort(-(asked @ vectors.T), axis=1)[:, :100]
    n_found = []
    for crowded in (len(vectors), len(vectors) - 1):
        monkeypatch.setattr(dense, "CROWDED_ROWS", crowded)
        found = [search(index, vector, 100) for vector in asked]
        n_found.append(sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True)))
    assert n_found[0] < n_found[1] <= exact.size


def test_a_question_unlike_any_vector_finds_its_nearest_all_the_same() -> None:
    """An inverted file would have to look into nearly all of its lists."""
    vectors = clustered(EXACT_ROWS + 1, 4)
    index = DenseIndex(vectors)
    asked = np.random.default_rng(5).normal(size=(100, 32)).astype(np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    exact = np.argsort(-(asked @ vectors.T), axis=1)[:, :10]
    found = [search(index, vector, 100)[:10] for vector in asked]
    assert np.mean([len(np.intersect1d(a, b)) / 10 for a, b in zip(exact, found, strict=True)]) >= 0.99


@pytest.mark.parametrize("share", [2_000, 4])
def test_a_large_index_gives_k_rows_where_k_are_allowed(share: int) -> None:
    vectors = clustered(3 * EXACT_ROWS, 3)
    allowed = np.arange(len(vectors)) % share == 1
    k = min(10, int(allowed.sum()))
    rows = search(DenseIndex(vectors), vectors[0], 10, allowed)
    assert len(rows) == k
    assert allowed[rows].all()
    if share == 2_000:
        best = np.argsort(-np.where(allowed, vectors @ vectors[0], -2))[:k]
        assert sorted(rows.tolist()) == sorted(best.tolist()), "few are compared exactly"


def codes_of(index: DenseIndex) -> np.ndarray:
    pieces: list[bytes] = []
    index.write_codes(lambda data: pieces.append(bytes(data)))
    return np.frombuffer(b"".join(pieces), np.uint8)


def test_what_is_written_reads_back() -> None:
    vectors = clustered(EXACT_ROWS + 1, 6)
    index = DenseIndex(vectors)
    codes = codes_of(index)
    again = DenseIndex.from_parts(vectors, codes)
    for vector in vectors[:20]:
        np.testing.assert_array_equal(search(again, vector, 10), search(index, vector, 10))
    np.testing.assert_array_equal(
        codes, codes_of(DenseIndex(vectors.copy())), "the same vectors, the same codes"
    )
    with pytest.raises(StoreDamaged, match=r"4001 x 32, the vectors \(4000, 32\)"):
        DenseIndex.from_parts(vectors[:-1], codes)
    with pytest.raises(StoreDamaged, match="cannot be read"):
        DenseIndex.from_parts(vectors, codes[: len(codes) // 2])


def test_a_full_disk_is_heard() -> None:
    """`faiss.write_index(index, path)` would report success."""

    def full(_: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        DenseIndex(clustered(EXACT_ROWS + 1, 7)).write_codes(full)


def test_vectors_whose_dimension_is_odd_are_compared_exactly() -> None:
    vectors = np.random.default_rng(8).normal(size=(EXACT_ROWS + 1, 7)).astype(np.float32)
    index = DenseIndex(vectors)
    assert not index.has_codes
    assert search(index, vectors[9], 1).tolist() == [int(np.argmax(vectors @ vectors[9]))]


@pytest.mark.parametrize("k", [1, 10, 10_000])
def test_of_several_indexes_the_nearest_of_all_are_found(k: int) -> None:
    """Two with codes, one of these with few rows that may come back, one without codes, and an empty one."""
    vectors, asked = clustered(3 * EXACT_ROWS, 9), clustered(20, 10)
    cuts = [0, EXACT_ROWS + 1, 2 * EXACT_ROWS + 2, 2 * EXACT_ROWS + 2, 3 * EXACT_ROWS]
    indexes = [DenseIndex(vectors[first:last]) for first, last in pairwise(cuts)]
    assert [index.has_codes for index in indexes] == [True, True, False, False]
    few = np.arange(EXACT_ROWS + 1) % 4 == 1
    may = np.ones(len(vectors), dtype=bool)
    may[cuts[1] : cuts[2]] = few
    found = [nearest(Scan(indexes, cuts[:-1], vector, k, [None, few, None, None])) for vector in asked]
    for rows in found:
        assert len(set(rows.tolist())) == len(rows) == min(k, int(may.sum()))
        assert may[rows].all()
    exact = np.argsort(-np.where(may, asked @ vectors.T, -2), axis=1)
    n = min(k, int(may.sum()))
    assert np.mean([len(np.intersect1d(a[:n], b)) / n for a, b in zip(exact, found, strict=True)]) >= 0.99


def test_many_rows_alike_are_found_as_well_as_others() -> None:
    same = np.repeat(clustered(1, 11), 2 * EXACT_ROWS + 2, axis=0)
    indexes = [DenseIndex(same[: EXACT_ROWS + 1]), DenseIndex(same[EXACT_ROWS + 1 :])]
    found = nearest(Scan(indexes, [0, EXACT_ROWS + 1], same[0], 100, [None, None]))
    assert len(set(found.tolist())) == 100


def test_of_no_index_nothing_is_found() -> None:
    assert nearest(Scan([], [], clustered(1, 12)[0], 10, [])).tolist() == []
