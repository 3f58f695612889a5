"""Find the near-duplicates among a few passages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.ranking.parameters import BUCKETS
from index.store.blobs import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def near(passages: list[bytes], least: float) -> list[list[int]]:
    """Return for each passage the earlier ones whose word sets have at least this Jaccard overlap with its own.

    Args:
        passages: for each its words, as stored, in any order and any number of times.
        least: the overlap, 0 to 1.

    Raises:
        ValueError: bytes end inside a number.
    """
    words = [words_of([passage]) for passage in passages]
    found: list[list[int]] = [[] for _ in passages]
    for later, earlier in _perhaps_near(words, least):
        if _overlap(words[later], words[earlier]) >= least:
            found[later].append(earlier)
    return found


def _perhaps_near(passages: list[NDArray[np.int32]], least: float) -> Iterator[tuple[int, int]]:
    """Return pairs of passages, later and earlier, that may overlap this much.

    Words fall into buckets. The words that only one passage has fill at most as many buckets as there are such words,
    and `least` bounds their number by a share of all words. So no pair is missed, and few others are returned.
    """
    if len(passages) < 2:
        return iter(())
    sizes = [len(words) for words in passages]
    held = np.zeros((len(sizes), BUCKETS), dtype=np.float32)
    held[np.arange(len(sizes)).repeat(sizes), np.concatenate(passages) % BUCKETS] = 1
    shared = held @ held.T  # integers: exact in float32
    each = shared.diagonal()
    apart = each[:, None] + each - 2 * shared
    most = (1 - least) / (1 + least) * np.add.outer(sizes, sizes)
    later, earlier = np.nonzero(np.tril(apart <= most + 1e-6, -1))
    return zip(later.tolist(), earlier.tolist(), strict=True)


def _overlap(words: NDArray[np.int32], others: NDArray[np.int32]) -> float:
    """Return the Jaccard overlap of two sets of words; 1 if both are empty."""
    own, other = set(words.tolist()), set(others.tolist())
    return len(own & other) / len(own | other) if own or other else 1.0
