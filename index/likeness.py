"""Which articles are nearly the same text: agency copy with another byline, a corrected version.

A text's signature is a MinHash of its word triples (Broder 1997); the share of equal numbers in two signatures
estimates the Jaccard overlap of their triples. Its keys are bands of the signature: articles that overlap by more
than NEAR nearly always share one, so that a lookup by keys finds them at a cost that does not grow with the
collection. The one home of datasketch.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from index.analysis import words

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS = 64
"""Of a signature, four bytes each."""

NEAR = 0.5
"""Overlap of triples from which two articles are nearly the same: one word in ten changed gives about 0.57."""

_WORDS = 3
_MIN_TRIPLES = 20  # below that, everything is like everything
_ROWS = 3  # numbers of a band: 21 bands, so that an overlap of 0.57 is found in 98 of 100 cases
_SEED = 1


def signature(passages: Sequence[str]) -> bytes:
    """Give the signature of an article's prose, NUMBERS little-endian uint32; the same in every process.

    Args:
        passages: of the article; furniture, which differs from site to site, is in none of them.

    Returns:
        b"" where there are too few words to tell.
    """
    from datasketch import MinHash

    folded = [word.folded for passage in passages for word in words(passage)]
    triples = {" ".join(folded[at : at + _WORDS]) for at in range(len(folded) - _WORDS + 1)}
    if len(triples) < _MIN_TRIPLES:
        return b""
    made = MinHash(num_perm=NUMBERS, seed=_SEED)
    made.update_batch([triple.encode("utf-8", "surrogatepass") for triple in triples])
    return bytes(made.hashvalues.astype("<u4").tobytes())


def keys(made: bytes) -> tuple[int, ...]:
    """Give the keys to store a signature under, signed 64-bit; none for an empty signature."""
    size = 4 * _ROWS
    bands = (made[at : at + size] for at in range(0, len(made) - size + 1, size))
    return tuple(
        int.from_bytes(hashlib.blake2b(band, digest_size=8, salt=bytes([at])).digest(), "little", signed=True)
        for at, band in enumerate(bands)
    )


def likeness(first: bytes, second: bytes) -> float:
    """Estimate the overlap of two articles' triples from their signatures, 0 to 1; 0 if one is empty."""
    if not first or not second:
        return 0.0
    return float((np.frombuffer(first, "<u4") == np.frombuffer(second, "<u4")).mean())
