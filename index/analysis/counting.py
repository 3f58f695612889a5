"""The words of a text as the vocabulary knows them, sentence by sentence: what is stored for the lexical channels."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NewType, cast

from index.analysis.scripts import WORD
from index.analysis.stemming import stemmer_of
from index.analysis.tokenizing import LONGEST_KEPT, folded_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    # each looked up once: the table is larger than the processor's cache
    held = [list(map(known.get, own)) for own in found]
    made: dict[str, tuple[WordKey, ...]] = {}
    for surfaces, keys in zip(found, held, strict=True):
        if None not in keys:
            continue
        for place, surface in enumerate(surfaces):
            if keys[place] is None:
                keys[place] = made[surface] = made.get(surface) or _keys(surface, language)
    known.update((surface, keys) for surface, keys in made.items() if len(surface) <= LONGEST_KEPT)
    return [[key for own in keys for key in own or ()] for keys in held]


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


def packed_keys(keys: Iterable[WordKey]) -> bytes:
    """Give keys as bytes, for another process; no word holds a line break."""
    return "\n".join(keys).encode("utf-8", "surrogatepass")


def unpacked_keys(packed: bytes) -> list[WordKey]:
    """Give the keys that were packed."""
    return cast("list[WordKey]", packed.decode("utf-8", "surrogatepass").split("\n")) if packed else []
