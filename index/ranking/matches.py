"""Match the words of a passage to the words of the question, across languages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import known_surfaces, name_key
from index.analysis.scripts import WORD
from index.ranking.parameters import KEY_LETTERS, SHOWN
from index.records import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.records import Query, QueryTerm


Place = tuple[int, int]
"""First character of a word and the one after its last."""


class AskedWords(NamedTuple):
    """The question's words, as asked, by the stems and name keys that match them."""

    stems: dict[str, str]
    names: dict[str, str]

    @classmethod
    def of(cls, query: Query) -> AskedWords:
        """Index a question's words by term; a term of several words belongs to the likeliest."""
        names = _likeliest(query.names, query.named)
        return cls(
            stems=_likeliest(query.words, query.asked),
            # in scripts with capitals, a word without one is not a name
            names={
                name: word
                for name, word in names.items()
                if len(name) >= KEY_LETTERS and not word[:1].islower()
            },
        )


class Places(NamedTuple):
    """The places of a passage's words, by stem and by name key."""

    stems: dict[str, list[Place]]
    names: dict[str, list[Place]]


def matches(asked: AskedWords, passage: str, start: int, language: str) -> tuple[Match, ...]:
    """Find the words of a passage that match words of the question.

    A word matches by its stem (the question word's own, or a translation of it), else by its name key.

    Args:
        asked: the question's words.
        passage: the passage's text.
        start: where it begins in the article.
        language: of the article.

    Returns:
        Spans of the article's text in order, each with the question's word as it was asked.
    """
    words = words_of(passage, language)
    found: dict[Place, str] = {}
    for name in asked.names.keys() & words.names.keys():
        found |= dict.fromkeys(words.names[name], asked.names[name])
    for stem in asked.stems.keys() & words.stems.keys():
        found |= dict.fromkeys(words.stems[stem], asked.stems[stem])
    return tuple([Match(start + first, start + last, word) for (first, last), word in sorted(found.items())])


def name_keys(text: str, language: str) -> frozenset[str]:
    """Return the name keys of a text's words."""
    return frozenset(words_of(text, language).names)


@lru_cache(maxsize=1_024)  # consecutive questions often find the same passages
def words_of(passage: str, language: str) -> Places:
    """Return the places of a passage's words; `language` is that of its article."""
    runs = list(WORD.finditer(passage))
    known = known_surfaces({run.group() for run in runs}, language)
    words = Places({}, {})
    for run in runs:
        begin, surface = run.start(), known[run.group()]
        for (first, last), folded, stem in zip(surface.places, surface.folded, surface.stems, strict=True):
            place = (begin + first, begin + last)
            words.stems.setdefault(stem, []).append(place)
            if name := name_key(folded):
                words.names.setdefault(name, []).append(place)
    return words


def _likeliest(terms: Sequence[QueryTerm], words: Sequence[str]) -> dict[str, str]:
    """Return for each alternative that is probable enough the word that it most likely stands for."""
    best: dict[str, tuple[float, int]] = {}
    for number, (term, _) in enumerate(zip(terms, words, strict=False)):
        for alternative, p in term.alternatives:
            if p >= SHOWN:
                best[alternative] = max((p, number), best.get(alternative, (0.0, 0)))
    return {alternative: words[number] for alternative, (_, number) in best.items()}
