"""The words of a text as the vocabulary knows them, counted: what is stored of a passage for the lexical channels."""

from __future__ import annotations

from collections import Counter
from typing import NewType

from index.analysis.scripts import WORD
from index.analysis.segment import LONGEST_KEPT, folded_words
from index.analysis.stemming import stemmer_of

WordKey = NewType("WordKey", str)
"""A folded word behind the code of its stemming rules and a colon: `en:attacks`, `:2019`."""

_MAX_KNOWN = 400_000  # surfaces of all languages; emptied when full
_KNOWN: dict[str, dict[str, tuple[WordKey, ...]]] = {}


def word_keys(text: str, language: str) -> dict[WordKey, int]:
    """How often each word of the vocabulary stands in a text of a language (ISO 639-1)."""
    if sum(map(len, _KNOWN.values())) > _MAX_KNOWN:
        _KNOWN.clear()
    known = _KNOWN.setdefault(language, {})
    counts: dict[WordKey, int] = {}
    for surface, count in Counter(WORD.findall(text)).items():
        keys = known.get(surface)
        if keys is None:
            keys = _keys(surface, language)
            if len(surface) <= LONGEST_KEPT:
                known[surface] = keys
        for key in keys:
            counts[key] = counts.get(key, 0) + count
    return counts


def _keys(surface: str, language: str) -> tuple[WordKey, ...]:
    return tuple([WordKey(f"{stemmer_of(word, language)}:{word}") for word in folded_words(surface)])


def parts_of(key: WordKey) -> tuple[str, str]:
    """The stemming rules and the folded word of a key."""
    stemmer, _, word = key.partition(":")
    return stemmer, word
