"""Matches: which words of a passage answer to which words of the question, across languages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import known_surfaces, name_key
from index.analysis.scripts import WORD
from index.records import Match

if TYPE_CHECKING:
    from index.coverage import Sought, SoughtQuery

# A translation less likely than this counts in the score but is not shown: it would puzzle more than it tells
SHOWN = 0.25
# A name key of fewer consonants stands for too many words to be shown as the same name
KEY_LETTERS = 3

Place = tuple[int, int]
"""First character of a word and the one after its last."""


class _Words(NamedTuple):
    """Where the words of a passage stand, by stem and by name key."""

    stems: dict[str, list[Place]]
    names: dict[str, list[Place]]


def matches(query: SoughtQuery, passage: str, start: int, language: str) -> tuple[Match, ...]:
    """Find the words of a passage that answer to words of the question.

    A word matches by its stem (the question word's own, or a translation of it), else by its name key.

    Args:
        query: the question's terms, turned around.
        passage: its text.
        start: where it begins in the article.
        language: of the article.

    Returns:
        Spans of the article's text in order, each with the question's word as it was asked.
    """
    words = _words(passage, language)
    found: dict[Place, str] = {}
    for name in query.names.names & words.names.keys():
        place = _likeliest(query.names, name)
        # in scripts with capitals a word without one is no name, whatever it sounds like
        if place is not None and len(name) >= KEY_LETTERS and not query.named[place][:1].islower():
            found |= dict.fromkeys(words.names[name], query.named[place])
    for stem in query.words.names & words.stems.keys():
        place = _likeliest(query.words, stem)
        if place is not None:
            found |= dict.fromkeys(words.stems[stem], query.asked[place])
    return tuple(
        [Match(start + first, start + last, asked) for (first, last), asked in sorted(found.items())]
    )


@lru_cache(maxsize=1_024)  # the same passages answer the next question
def _words(passage: str, language: str) -> _Words:
    runs = list(WORD.finditer(passage))
    known = known_surfaces({run.group() for run in runs}, language)
    words = _Words({}, {})
    for run in runs:
        begin, surface = run.start(), known[run.group()]
        for (first, last), folded, stem in zip(surface.places, surface.folded, surface.stems, strict=True):
            place = (begin + first, begin + last)
            words.stems.setdefault(stem, []).append(place)
            if name := name_key(folded):
                words.names.setdefault(name, []).append(place)
    return words


def _likeliest(sought: Sought, term: str) -> int | None:
    """Give the question term that a term most likely stands for, or None."""
    found = [(p, number) for number, p in sought.places.get(term, ()) if p >= SHOWN]
    return max(found)[1] if found else None
