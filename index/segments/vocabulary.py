"""Derive the terms of each lexical channel from stored words, without analysing a text again.

A passage is stored as the numbers of its words; the vocabulary stores, once for each word, the hashes of its terms.
The postings of any set of passages are made from these two by array operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.segments.postings import Lists, Postings, positions, postings_of, ranges
from index.store.blobs import hashes_of, n_hashes, n_words, words_of
from index.store.vocabulary import terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from index.store.reader import Reader

# a table over all numbers up to the largest is used if that is at most so many times the number of values
_SPARSE = 64


class Channels(NamedTuple):
    """One value for each lexical channel: stems, name keys, word-bounded character 4-grams."""

    words: Postings
    names: Postings
    grams: Postings


class Vocabulary(NamedTuple):
    """The distinct words of some passages, and the hashes of the terms of each.

    Attributes:
        numbers: (w,) int64, ascending: as the database numbers them.
        ends: (w + 1,) int64; the terms of the word numbers[i] are hashes[ends[i]:ends[i + 1]].
        hashes: (h,) uint64; of each word its stem, its name key or 0, its 4-grams.
    """

    numbers: NDArray[np.int64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint64]

    def terms(self, words: NDArray[np.int32]) -> Terms:
        """Return the terms of words by their numbers, (m,), all of which must be among these."""
        places = np.searchsorted(self.numbers, words)
        starts = self.ends[places]
        n_grams = self.ends[places + 1] - starts - 2
        return Terms(
            stems=self.hashes[starts],
            names=self.hashes[starts + 1],
            grams=self.hashes[ranges(starts + 2, n_grams)],
            n_grams=n_grams,
        )


class Terms(NamedTuple):
    """The hashes of the terms of m words.

    Attributes:
        stems: (m,) uint64.
        names: (m,) uint64; 0: none.
        grams: (g,) uint64, one word's after the other's.
        n_grams: (m,) int64, how many each has.
    """

    stems: NDArray[np.uint64]
    names: NDArray[np.uint64]
    grams: NDArray[np.uint64]
    n_grams: NDArray[np.int64]


def derived(
    reader: Reader, passages: Sequence[bytes], known: Sequence[Vocabulary] = ()
) -> tuple[Channels, Vocabulary]:
    """Return the postings of passages, row i from the words of passages[i], and the vocabulary of all.

    Args:
        reader: where words are looked up.
        passages: their words, as stored.
        known: words that need not be looked up: a word's number and terms never change.
    """
    channels, vocabulary = deriving(reader, passages, known, None)
    return channels(), vocabulary


def deriving(
    reader: Reader, passages: Sequence[bytes], known: Sequence[Vocabulary], other: Executor | None
) -> tuple[Callable[[], Channels], Vocabulary]:
    """Do what `derived` does, partly in another thread.

    Args:
        reader, passages, known: as there.
        other: makes the postings of 4-grams, the largest; None: they are made when they are asked for.

    Returns:
        A function that waits for the postings, and the vocabulary.
    """
    ends = np.cumsum([0, *map(n_words, passages)], dtype=np.int64)
    numbers, places = _distinct(words_of(passages))
    hashes, offsets = _known_hashes(reader, numbers, known)
    rows, starts = Lists(ends, places), offsets[:-1]

    def of_grams() -> Postings:
        sizes = np.diff(offsets) - 2
        return _postings(rows, hashes[ranges(starts + 2, sizes)], sizes).with_columns()

    grams = other.submit(of_grams).result if other else of_grams
    named = hashes[starts + 1] != 0
    words = _postings(rows, hashes[starts], np.ones(len(numbers), np.int64))
    names = _postings(rows, hashes[starts + 1][named], named.astype(np.int64)).with_columns()
    return lambda: Channels(words, names, grams()), Vocabulary(numbers, offsets, hashes)


def _postings(rows: Lists, hashes: NDArray[np.uint64], sizes: NDArray[np.int64]) -> Postings:
    """Make one channel from the concatenated terms of the words: sizes[i] of word i."""
    ordered = np.sort(hashes)
    terms = ordered[np.diff(ordered, prepend=np.uint64(0)) > 0]  # no hash is 0
    places = positions(terms, hashes)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    return postings_of(terms, rows, Lists(ends, places.astype(np.int32)))


def _distinct(values: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the distinct values, ascending, and the place of each value among them; linear where they are dense."""
    largest = int(values.max(initial=0))
    if largest > _SPARSE * len(values):  # a few words of a large vocabulary
        distinct, places = np.unique(values, return_inverse=True)
        return distinct.astype(np.int64), places.astype(np.int32)
    held = np.zeros(largest + 1, dtype=bool)
    held[values] = True
    return np.flatnonzero(held), (np.cumsum(held, dtype=np.int32) - 1)[values]


def _known_hashes(
    reader: Reader, numbers: NDArray[np.int64], known: Sequence[Vocabulary]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the concatenated term hashes of words, and where those of each begin and end."""
    sizes, unknown = np.zeros(len(numbers), dtype=np.int64), np.arange(len(numbers))
    sources: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]] = []
    for vocabulary in known:
        places = positions(vocabulary.numbers, numbers[unknown])
        which, places = unknown[places >= 0], places[places >= 0]
        sizes[which] = vocabulary.ends[places + 1] - vocabulary.ends[places]
        sources.append((which, vocabulary.ends[places], vocabulary.hashes))
        unknown = np.setdiff1d(unknown, which, assume_unique=True)
    found = dict(terms_of(reader, numbers[unknown].tolist()))
    blobs = [found[number] for number in numbers[unknown].tolist()]
    sizes[unknown] = [n_hashes(blob) for blob in blobs]
    starts = np.cumsum(sizes[unknown]) - sizes[unknown]
    sources.append((unknown, starts, hashes_of(blobs)))
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    hashes = np.empty(offsets[-1], dtype=np.uint64)
    for which, starts, own in sources:
        hashes[ranges(offsets[which], sizes[which])] = own[ranges(starts, sizes[which])]
    return hashes, offsets
