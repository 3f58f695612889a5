"""Detect whether a text states a time: a number, or a word such as a month's name, from dateparser's data (CLDR)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from index.analysis import is_stopword, stem_of, stemmer_of, words
from index.analysis.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_UNITS = "year month week day hour minute am pm"
_NAMED = frozenset(f"{_MONTHS} {_DAYS} {_UNITS}".split())


def tells_time(text: str, language: str) -> bool:
    """Return whether a text holds a number or a word of time; True where a language's words of time are not known.

    Args:
        text: a sentence.
        language: ISO 639-1 code.
    """
    known = _words_of(language)
    if not known or any(letter.isnumeric() for letter in text):
        return True
    if not language_of(language).is_spaced:
        return any(word in text for word in known)
    return any(_stem(word.folded, language) in known for word in words(text))


@cache
def _words_of(language: str) -> frozenset[str]:
    """Return the stems of a language's words of time; the words as written in scripts without spaces."""
    try:
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
    except ModuleNotFoundError:
        return frozenset()
    phrases = set(_phrases(info))
    if not language_of(language).is_spaced:
        return frozenset(phrase for phrase in phrases if not phrase.isascii())
    return frozenset(
        _stem(word.folded, language)
        for phrase in phrases
        for word in words(phrase)
        if not is_stopword(word.folded, language)
    )


def _phrases(info: Mapping[str, object]) -> Iterator[str]:
    """Yield the names of months, days and units, and words such as "yesterday", with the variants of countries."""
    for key, named in info.items():
        if key in _NAMED and isinstance(named, list):
            yield from named
        elif key == "relative-type" and isinstance(named, dict):
            for phrases in named.values():
                yield from phrases
        elif key == "locale_specific" and isinstance(named, dict):
            for country in named.values():
                yield from _phrases(country)


def _stem(folded: str, language: str) -> str:
    return stem_of(folded, stemmer_of(folded, language))
