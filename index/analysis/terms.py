"""Derive the index terms of a word: stem, character 4-grams, name key."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from index.analysis.folding import unaccented
from index.analysis.names import name_key
from index.analysis.scripts import UNSPACED, script_of_word
from index.analysis.stemming import stem_of

GRAM = 4
"""Characters of a gram, including the marks at the word's two ends."""
_GRAM_OF_SCRIPT = {"Hang": 2}
_UNSPACED = re.compile(rf"[{UNSPACED}]")


class WordTerms(NamedTuple):
    """Terms of one word, one group for each lexical channel."""

    stem: str
    grams: tuple[str, ...]
    name: str | None


@lru_cache(
    maxsize=16_384
)  # words of questions; a word of a passage is analysed once, when it enters the vocabulary
def word_terms(folded: str, stemmer: str) -> WordTerms:
    """Return the terms of a folded word; `stemmer` is the code from `stemmer_of`."""
    if not folded or _UNSPACED.match(folded):
        return WordTerms(folded, (), None)
    return WordTerms(stem_of(folded, stemmer), _grams(unaccented(folded)), name_key(folded))


def _grams(word: str) -> tuple[str, ...]:
    """Return all runs of `GRAM` characters of the word with its ends marked; a shorter word whole."""
    if word.isdigit():
        return (word,)
    size = _GRAM_OF_SCRIPT.get(script_of_word(word), GRAM)
    bounded = f"_{word}_"
    return tuple([bounded[i : i + size] for i in range(max(1, len(bounded) - size + 1))])
