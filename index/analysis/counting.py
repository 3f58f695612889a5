"""Split a text into vocabulary keys, sentence by sentence, as they are stored for the lexical channels."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NewType, cast

from index.analysis.scripts import WORD
from index.analysis.stemming import stemmer_of
from index.analysis.tokenizing import LONGEST_KEPT, folded_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WordKey = NewType("WordKey", str)
"""A folded word after the code of its stemming rules and a colon: `en:attacks`, `:2019`."""

_MAX_KNOWN = 400_000  # surfaces of all languages; emptied when full
_KNOWN: dict[str, dict[str, tuple[WordKey, ...]]] = {}


def word_keys(text: str, sentences: Sequence[tuple[int, int]], language: str) -> list[list[WordKey]]:
    """Return the words of each sentence of a text in a language (ISO 639-1), in order, with repetitions.

    Together they are the words of the whole text. A run of letters that spans two sentences belongs to the first;
    this happens in scripts without spaces between words.

    Args:
        text: the whole text.
        sentences: [first, last) characters of each, ascending; only white space is outside them.
        language: chooses the stemmers.
    """
    if sum(map(len, _KNOWN.values())) > _MAX_KNOWN:
        _KNOWN.clear()
    known = _KNOWN.setdefault(language, {})
    found = _surfaces(text, sentences)
    # one look-up each: the table is larger than the processor's cache
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
    """Return the stemming rules and the folded word of a key."""
    stemmer, _, word = key.partition(":")
    return stemmer, word


def packed_keys(keys: Iterable[WordKey]) -> bytes:
    """Return keys as bytes, for another process; no word holds a line break."""
    return "\n".join(keys).encode("utf-8", "surrogatepass")


def unpacked_keys(packed: bytes) -> list[WordKey]:
    """Return the keys that `packed_keys` packed."""
    return cast("list[WordKey]", packed.decode("utf-8", "surrogatepass").split("\n")) if packed else []
