"""Encode and decode the binary columns of the database; no other module knows their layouts.

The exception is the MinHash sketch, whose bytes `index.store.minhash` makes and reads. Numbers are stored as this
machine orders their bytes. Decoding raises ValueError where bytes end inside a number.
"""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


def sentences_blob(spans: Sequence[tuple[int, int]], n_words: Sequence[int]) -> bytes:
    """Encode the sentences of a passage: the characters [first, last) of each in it, and its number of words."""
    return array(
        "i", chain.from_iterable((*span, n) for span, n in zip(spans, n_words, strict=True))
    ).tobytes()


def sentences_of(blob: bytes) -> NDArray[np.int32]:
    """Return the sentences of a passage, (s, 3): first character, the one after the last, number of words."""
    return np.frombuffer(blob, dtype=np.int32).reshape(-1, 3)


def words_blob(numbers: Iterable[int]) -> bytes:
    """Encode numbers of words, in the order of the text."""
    return array("i", numbers).tobytes()


def words_of(blobs: Sequence[bytes]) -> NDArray[np.int32]:
    """Return the numbers of the words of passages, one passage's after the other's."""
    return np.frombuffer(b"".join(blobs), dtype=np.int32)


def n_words(blob: bytes) -> int:
    """Return how many words `words_of` finds."""
    return len(blob) // 4


def hashes_blob(hashes: Iterable[int]) -> bytes:
    """Encode the term hashes of a word (`index.analysis.hashing`)."""
    return array("Q", hashes).tobytes()


def hashes_of(blobs: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return the term hashes of words, one word's after the other's."""
    return np.frombuffer(b"".join(blobs), dtype=np.uint64)


def n_hashes(blob: bytes) -> int:
    """Return how many term hashes `hashes_of` finds."""
    return len(blob) // 8


def are_hashes(blob: bytes) -> bool:
    """Return whether bytes may be the term hashes of a word, which has a stem and a name key at least."""
    return len(blob) >= 16 and not len(blob) % 8


def vector_blob(vector: NDArray[np.float32]) -> bytes:
    """Encode a vector, (d,)."""
    return vector.tobytes()


def vectors_of(blobs: Sequence[bytes], dimension: int) -> NDArray[np.float32]:
    """Return vectors, (n, dimension).

    Raises:
        ValueError: one has another dimension.
    """
    if not all(is_vector(blob, dimension) for blob in blobs):
        raise ValueError(f"a vector has not {dimension} numbers")
    return np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(len(blobs), dimension)


def is_vector(value: object, dimension: int) -> TypeGuard[bytes]:
    """Return whether a value is a vector of a dimension; on a damaged page, SQLite guarantees no type."""
    return isinstance(value, bytes) and len(value) == 4 * dimension
