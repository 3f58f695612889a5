"""The words of a text as the vocabulary knows them, sentence by sentence: what is stored for the lexical channels."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, NewType

from index.analysis.scripts import WORD
from index.analysis.segment import LONGEST_KEPT, folded_words
from index.analysis.stemming import stemmer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WordKey = NewType("WordKey", str)
"""A folded word behind the code of its stemming rules and a colon: `en:attacks`, `:2019`."""

_MAX_KNOWN = 400_000  # surfaces of all languages; emptied when full
_KNOWN: dict[str, dict[str, tuple[WordKey, ...]]] = {}


def word_keys(text: str, sentences: Sequence[tuple[int, int]], language: str) -> list[list[WordKey]]:
    """Give the words of each sentence of a text in a language (ISO 639-1), in order, repeated ones repeated.

    All together they are the words of the whole text. A run of letters that stands in two sentences, which happens
    where no space is written between words, belongs to the first.

    Args:
        text: whose.
        sentences: [first, last) characters of each, ascending; nothing but white space stands in none.
        language: chooses the stemmers.
    """
    if sum(map(len, _KNOWN.values())) > _MAX_KNOWN:
        _KNOWN.clear()
    known = _KNOWN.setdefault(language, {})
    found = _surfaces(text, sentences)
    held = known
    new = {surface for own in found for surface in own if surface not in known}
    if new:
        made = {surface: _keys(surface, language) for surface in new}
        kept = {surface: keys for surface, keys in made.items() if len(surface) <= LONGEST_KEPT}
        known.update(kept)
        if len(kept) < len(made):
            held = made | {surface: known[surface] for own in found for surface in own if surface not in made}
    return [list(chain.from_iterable(map(held.__getitem__, own))) for own in found]


def _surfaces(text: str, sentences: Sequence[tuple[int, int]]) -> list[list[str]]:
    if all(one[1] < other[0] for one, other in pairwise(sentences)):  # white space between them
        return [WORD.findall(text, first, last) for first, last in sentences]
    found: list[list[str]] = [[] for _ in sentences]
    place = 0
    for run in WORD.finditer(text):
        while run.start() >= sentences[place][1]:
            place += 1
        found[place].append(run.group())
    return found


def _keys(surface: str, language: str) -> tuple[WordKey, ...]:
    return tuple([WordKey(f"{stemmer_of(word, language)}:{word}") for word in folded_words(surface)])


def parts_of(key: WordKey) -> tuple[str, str]:
    """The stemming rules and the folded word of a key."""
    stemmer, _, word = key.partition(":")
    return stemmer, word
