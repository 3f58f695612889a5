"""A passage as it is stored, without a database: what evidence and coverage read."""

from __future__ import annotations

from itertools import accumulate, chain

import numpy as np

from index.analysis import parts_of, word_keys
from index.analysis.hashing import term_hashes
from index.chunking.sentences import sentences
from index.ranking.evidence import Stored
from index.segments.vocabulary import Vocabulary
from index.store.blobs import sentences_blob, words_blob
from index.store.passages import Place


def stored(text: str, language: str, start: int = 0) -> Stored:
    """Give the passage `text`, which begins at a character of its article."""
    spans = sentences(text)
    words = word_keys(text, spans, language)
    keys = list(dict.fromkeys(chain.from_iterable(words)))
    hashes = [term_hashes(*parts_of(key)) for key in keys]
    numbers = [keys.index(key) for key in chain.from_iterable(words)]
    place = Place(
        ordinal=1,
        start=start,
        end=start + len(text),
        sentences=sentences_blob(spans, [len(own) for own in words]),
        words=words_blob(numbers),
        article=1,
    )
    ends = np.array([0, *accumulate(map(len, hashes))], dtype=np.int64)
    vocabulary = Vocabulary(np.arange(len(keys)), ends, np.array([*chain(*hashes)], dtype=np.uint64))
    return Stored(place, language, vocabulary)
