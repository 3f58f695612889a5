"""Find near-duplicates among articles: agency copy under another headline, a corrected version.

A text is compared as the set of its word triples, each hashed to 64 bits. The smallest hashes of the set are its
MinHash sketch (the bottom-k form: Broder 1997), which estimates the overlap of two sets without their texts. The very
smallest are the keys by which the sketch is found. Articles that overlap share most keys, so a lookup reads a few rows
for each key, however many articles there are.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from index.analysis.scripts import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Triples = NDArray[np.uint64]

NEAR = 0.65
"""Overlap (Jaccard) of word triples from which two articles are near-duplicates: docs/pages.md has the pairs."""
KEYS = 8
"""Keys of an article."""

_SKETCH = 64
_MARGIN = 0.2  # three standard errors of an estimate from _SKETCH hashes
_MIN_TRIPLES = 20  # with fewer, unrelated texts look alike
_UNSPACED = re.compile(f"[{UNSPACED}]")
_SPACES = bytes.maketrans(string.punctuation.encode(), b" " * len(string.punctuation))
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_MIXERS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))


def triples(passages: Iterable[str]) -> Triples:
    """Return the hashes of all word triples of an article's prose: sorted, distinct, the same in every process.

    Args:
        passages: of the article, in order; they hold no page furniture, which differs from site to site.

    Returns:
        An empty array where there are too few words to tell.
    """
    words = _words("\n".join(passages))
    first, second, third = _FACTORS
    found = np.unique(_mixed(words[:-2] * first + words[1:-1] * second + words[2:] * third))
    return found if len(found) >= _MIN_TRIPLES else found[:0]


def sketch(found: Triples) -> bytes:
    """Return the MinHash sketch of an article's triples: the smallest ones, little-endian, in order; b"" of none."""
    return found[:_SKETCH].astype("<u8").tobytes()


def keys_of(sketched: bytes) -> list[int]:
    """Return the keys by which a sketch is found, signed 64-bit; none of an empty one."""
    return [int(key) for key in np.frombuffer(sketched[: 8 * KEYS], "<i8")]


def may_be_near(first: bytes, second: bytes) -> bool:
    """Return whether two sketches are close enough to compare the texts."""
    one, other = (set(np.frombuffer(each, "<u8").tolist()) for each in (first, second))
    smallest = sorted(one | other)[: max(len(one), len(other))]
    shared = len((one & other).intersection(smallest))
    return bool(smallest) and shared >= (NEAR - _MARGIN) * len(smallest)


def overlap(first: Triples, second: Triples) -> float:
    """Return the Jaccard overlap of two articles' triples, 0 to 1; 0 if one has none."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / max(len(first) + len(second) - shared, 1)


def _words(text: str) -> NDArray[np.uint64]:
    """Return a number for each word, regardless of its case and of ASCII punctuation around it."""
    lowered = text.lower()
    if not lowered.isascii() and _UNSPACED.search(lowered):
        lowered = _UNSPACED.sub(" \\g<0> ", lowered)
    plain = lowered.encode("utf-8", "surrogatepass").translate(_SPACES)
    return np.array([crc32(word) for word in plain.split()], dtype=np.uint64)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Make each bit depend on all bits, so that the smallest are a fair sample (Steele's splitmix64)."""
    for shift, factor in _MIXERS:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers
