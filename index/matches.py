"""Matches: which words of a passage answer to which words of the question, across languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.analysis import known_surfaces, name_key
from index.analysis.scripts import WORD
from index.records import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.analysis import Surface
    from index.coverage import Sought, SoughtQuery

# A translation less likely than this counts in the score but is not shown: it would puzzle more than it tells
SHOWN = 0.25
# A name key of fewer consonants stands for too many words to be shown as the same name
KEY_LETTERS = 3


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
    return tuple(_found(query, passage, start, language))


def _found(query: SoughtQuery, passage: str, start: int, language: str) -> Iterator[Match]:
    surfaces = set(WORD.findall(passage))
    known = known_surfaces(surfaces, language)
    answers = {
        surface: found
        for surface in surfaces
        if _may_answer(query, known[surface]) and (found := tuple(_answers(query, known[surface])))
    }
    for match in WORD.finditer(passage) if answers else ():
        for first, last, word in answers.get(match.group(), ()):
            yield Match(start + match.start() + first, start + match.start() + last, word)


def _may_answer(query: SoughtQuery, surface: Surface) -> bool:
    """Whether anything of the question stands in a run of the text: of most runs nothing does."""
    return not (
        query.words.names.isdisjoint(surface.stems)
        and query.names.names.isdisjoint(map(name_key, surface.folded))
    )


def _answers(query: SoughtQuery, surface: Surface) -> Iterator[tuple[int, int, str]]:
    """Give which words of a run of the text answer to which word of the question."""
    for (first, last), folded, stem in zip(surface.places, surface.folded, surface.stems, strict=True):
        place = _likeliest(query.words, stem)
        if place is not None:
            yield first, last, query.asked[place]
            continue
        name = name_key(folded)
        if name and len(name) >= KEY_LETTERS:
            place = _likeliest(query.names, name)
            # in scripts with capitals a word without one is no name, whatever it sounds like
            if place is not None and not query.named[place][:1].islower():
                yield first, last, query.named[place]


def _likeliest(sought: Sought, term: str) -> int | None:
    """Give the question term that a term most likely stands for, or None."""
    found = [(p, number) for number, p in sought.places.get(term, ()) if p >= SHOWN]
    return max(found)[1] if found else None
