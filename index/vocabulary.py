"""From words to the terms of each lexical channel, without analysing a text again.

A passage is stored as the numbers of its words; the vocabulary stores, once for each word, the hashes
of its terms. The postings of any set of passages are made from these two by array operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.postings import Postings, postings_of, term_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.reader import Reader


class Channels(NamedTuple):
    """One value for each lexical channel: stems, name keys, word-bounded character 4-grams."""

    words: Postings
    names: Postings
    grams: Postings


def term_hashes(word: str, stemmer: str) -> bytes:
    """Give a word's term hashes as uint64 bytes: its stem, its name key or 0, its 4-grams."""
    from index.analysis import word_terms

    terms = word_terms(word, stemmer)
    name = term_hash(terms.name) if terms.name else 0
    hashes = [term_hash(terms.stem), name, *(term_hash(gram) for gram in terms.grams)]
    return np.array(hashes, dtype=np.uint64).tobytes()


def channels_of(reader: Reader, passages: Sequence[bytes]) -> Channels:
    """Make the postings of passages, row i from the words of passages[i]."""
    pairs = [np.frombuffer(words, dtype=np.int32).reshape(-1, 2) for words in passages]
    sizes = np.array([len(pair) for pair in pairs], dtype=np.int64)
    flat = np.concatenate(pairs) if pairs else np.empty((0, 2), np.int32)
    rows = np.repeat(np.arange(len(pairs), dtype=np.int32), sizes)
    numbers, places = np.unique(flat[:, 0], return_inverse=True)
    hashes, offsets = _hashes_of(reader, numbers)
    # hashes are made distinct among words, which are few, not among postings, which are many
    distinct, term_of = np.unique(hashes, return_inverse=True)
    starts = offsets[:-1][places]
    n_grams = (np.diff(offsets) - 2)[places]
    counts = flat[:, 1]
    stems = starts
    named = np.flatnonzero(hashes[starts + 1]) if len(starts) else starts
    grams = _ranges(starts + 2, n_grams)

    def channel(at: NDArray[np.int64], rows: NDArray[np.int32], counts: NDArray[np.int32]) -> Postings:
        return postings_of(distinct, term_of[at].astype(np.int64), rows, counts, len(pairs))

    return Channels(
        words=channel(stems, rows, counts),
        names=channel(starts[named] + 1, rows[named], counts[named]),
        grams=channel(grams, np.repeat(rows, n_grams), np.repeat(counts, n_grams)),
    )


def _hashes_of(reader: Reader, numbers: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    found = dict(reader.words(numbers.tolist()))
    blobs = [found[number] for number in numbers.tolist()]
    offsets = np.zeros(len(blobs) + 1, dtype=np.int64)
    np.cumsum([len(blob) // 8 for blob in blobs], out=offsets[1:])
    return np.frombuffer(b"".join(blobs), dtype=np.uint64), offsets


def _ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Concatenate arange(start, start + size) for each pair."""
    if not len(starts):
        return np.empty(0, np.int64)
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)
