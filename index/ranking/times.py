"""Find the times that a text states: numbers, and words such as a month's name, from dateparser's data (CLDR)."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from index.analysis import is_stopword, stem_of, stemmer_of, words
from index.analysis.languages import language_of
from index.analysis.word_lists import word_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_UNITS = "year month week day hour minute am pm"
_NAMED = frozenset(f"{_MONTHS} {_DAYS} {_UNITS}".split())
_CAPITALISED = frozenset({"en", "de"})  # languages that write the names of months and days with a capital
_ISO_DATE = re.compile(r"\b\d{4}-(0[1-9]|1[0-2])-\d{2}\b")


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


def is_of_time(word: str, language: str) -> bool:
    """Return whether a word, folded, is one of time or means the time itself ("clock"), in a language with spaces."""
    return language_of(language).is_spaced and _stem(word, language) in _words_of(language) | _clock(language)


class NamedTime(NamedTuple):
    """A month or a day of the week that a text names.

    Attributes:
        shown: as it is written.
        name: in English, in lower case: `october`.
        is_whole: whether it is written out; `Sun` and `Mar` may be something else.
    """

    shown: str
    name: str
    is_whole: bool = True


def named_times(text: str, language: str) -> tuple[NamedTime, ...]:
    """Return the months and days of the week that a text names, the months of ISO 8601 dates included.

    Args:
        text: any text.
        language: ISO 639-1 code; of one whose names are not known, only ISO 8601 dates are found.
    """
    months = _MONTHS.split()
    found = [NamedTime(date[0], months[int(date[1]) - 1]) for date in _ISO_DATE.finditer(text)]
    known = _named_words(language)
    listed = words(text) if known else []
    stems = [_stem(word.folded, language) for word in listed]
    for number, word in enumerate(listed):
        if language in _CAPITALISED and text[word.start].islower():
            continue  # may, march, sun
        for last in (number + 1, number):
            named = known.get(" ".join(stems[number : last + 1]))
            if named and last < len(listed):
                found.append(NamedTime(text[word.start : listed[last].end], *named))
                break
    return tuple(found)


@cache
def _words_of(language: str) -> frozenset[str]:
    """Return the stems of a language's words of time; the words as written in scripts without spaces."""
    phrases = set(_phrases(_data(language)))
    if not language_of(language).is_spaced:
        return frozenset(phrase for phrase in phrases if not phrase.isascii())
    return frozenset(
        _stem(word.folded, language)
        for phrase in phrases
        for word in words(phrase)
        if not is_stopword(word.folded, language)
    )


@cache
def _clock(language: str) -> frozenset[str]:
    """Return the stems of a language's words for the time or the date itself."""
    listed = words(word_list("clock-words.txt").get(language, ""))
    return frozenset(_stem(word.folded, language) for word in listed)


@cache
def _named_words(language: str) -> Mapping[str, tuple[str, bool]]:
    """Return the English name of each month and day by the stems of its own, and whether that is written out."""
    info = _data(language)
    found: dict[str, tuple[str, bool]] = {}
    for each in (info, *info.get("locale_specific", {}).values()):
        for key in (*_MONTHS.split(), *_DAYS.split()):
            for phrase in each.get(key, ()):
                is_short = any(
                    other != phrase and other.startswith(phrase.rstrip(".")) for other in each[key]
                )
                if is_short and len(phrase) < 3:
                    continue
                stems = [_stem(word.folded, language) for word in words(phrase)]
                found.setdefault(" ".join(stems), (key, not is_short))
    return found


def _data(language: str) -> Mapping[str, Any]:
    """Return dateparser's words of a language, without importing dateparser itself; none if it has none."""
    package = find_spec("dateparser")
    folders = package.submodule_search_locations if package else None
    path = Path(folders[0], "data", "date_translation_data", f"{language}.py") if folders else None
    is_known = language.isalpha() and path is not None and path.is_file()
    spec = spec_from_file_location(f"words_of_time_{language}", path) if is_known else None
    if spec is None or spec.loader is None:
        return {}
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    info: Mapping[str, Any] = module.info
    return info


def _phrases(info: Mapping[str, Any]) -> Iterator[str]:
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
