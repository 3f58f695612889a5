"""Find the numbers that a text states: in digits of any script, or in words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import stem_of, stemmer_of, words
from index.models.lexicon import HUB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.models.lexicon import Lexicon

NUMBER_WORD = 0.05
"""Probability from which on a word that translates as a number may state it. Not tuned."""
SURELY = 0.5
"""Probability from which on it surely does. Not tuned."""
_FEW = 3
_SEPARATORS = r".,\u060c\u066b\u066c'\u2019\u00a0\u202f "
# digits, in groups of three or not, with a fraction or not; "km2" is no number, but the Arabic "and 2014" is one
_DIGITS = re.compile(
    rf"(?<![A-Za-z\d])\d+(?:[{_SEPARATORS}]\d{{3}}(?!\d))*(?:[.,\u066b]\d+)?(?P<decade>(?<=0)(?=['\u2019]?s\b))?"
)
_SEPARATOR = re.compile(f"[{_SEPARATORS}]")
_DECIMAL = frozenset(".,\u066b")
_FRACTION = re.compile(r"[\u00bc-\u00be\u2150-\u215e]")
_YEARS = re.compile(r"(\d{2})\d{2}\s?[-\u2013\u2014/]\s?(\d{2})(?!\d)")
_GROUP = 3
_NEAR = 40  # characters after a number in which the word of its scale stands
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_VALUES = (
    {word: value for value, word in enumerate(_UNITS.split())}
    | {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
    | {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS.split(), start=2)}
)
_OF_STEM = {stem_of(word, stemmer_of(word, HUB)): word for word in (*_VALUES, *_SCALES)}


class Number(NamedTuple):
    """A number of a text.

    Attributes:
        shown: as it is written.
        values: what it may stand for: "1.500" is 1.5 or 1500, "1970s" also the seventies.
    """

    shown: str
    values: frozenset[float]


def numbers(text: str, language: str, lexicon: Lexicon | None) -> tuple[Number, ...]:
    """Return the numbers that are written in digits, each with the word of a scale after it ("2.5 million").

    Args:
        text: any text.
        language: ISO 639-1 code.
        lexicon: tells which words are numbers; None: only English ones are known.
    """
    found = []
    for match in _DIGITS.finditer(text):
        digits = match.group()
        values = set(_read(digits))
        if match["decade"] is not None:
            values |= {value % 100 for value in values}
        if years := _YEARS.match(text, max(0, match.start() - 5)):  # 2001-02
            values |= set(_read(years[1] + years[2])) if match.start() > years.start() else set()
        if fraction := _FRACTION.match(text, match.end()):
            values |= {value + unicodedata.numeric(fraction.group()) for value in values}
        after = words(text[match.end() : match.end() + _NEAR])[:1]
        for word in after:
            scales = [scale for _, scale in _named(word.folded, language, lexicon) if scale]
            values |= {round(value * 10**scale, 6) for value in values for scale in scales}
        found.append(Number(digits, frozenset(values)))
    return tuple(found)


def spelt(text: str, language: str, lexicon: Lexicon | None) -> tuple[Number, ...]:
    """Return the numbers that are surely spelt out, from three on: one and two are written in many ways.

    Arguments as for `numbers`. Each run of number words is one number.
    """
    found: list[Number] = []
    before: set[float] = set()
    first = last = 0
    for word in [*words(text), None]:
        named = _named(word.folded, language, lexicon, SURELY) if word else ()
        if word and named:
            first, last = first if before else word.start, word.end
            before = _next(before, named)
            continue
        if before and max(before) >= _FEW:
            found.append(Number(text[first:last], frozenset(before)))
        before = set()
    return tuple(found)


def values_of(text: str, language: str, lexicon: Lexicon | None) -> frozenset[float]:
    """Return every value that a text may state, in digits or in words; arguments as for `numbers`."""
    values = {value for number in numbers(text, language, lexicon) for value in number.values}
    before: set[float] = set()
    for word in words(text):
        before = _next(before, _named(word.folded, language, lexicon))
        values |= before
    return frozenset(values)


def _next(before: set[float], named: Iterable[tuple[float, int]]) -> set[float]:
    """Return what number words may state up to one of them: itself, or together with those before it."""
    own = {value for value, scale in named if not scale}
    scaled = {value * 10.0**scale for _, scale in named if scale for value in before or {1.0}}
    # twenty-one, and the eight and ten of eighteen in Arabic
    sums = {first + second for first in before for second in own}
    return own | scaled | sums


def _read(written: str) -> Iterator[float]:
    """Yield what digits and separators may stand for."""
    digits = ["".join(str(unicodedata.decimal(one)) for one in part) for part in _SEPARATOR.split(written)]
    if len(digits) == 1 or all(len(part) == _GROUP for part in digits[1:]):
        yield float("".join(digits))
    if len(digits) > 1 and _SEPARATOR.findall(written)[-1] in _DECIMAL:
        yield round(float("".join(digits[:-1]) + "." + digits[-1]), 6)


@lru_cache(maxsize=8_192)
def _named(
    folded: str, language: str, lexicon: Lexicon | None, least: float = NUMBER_WORD
) -> tuple[tuple[float, int], ...]:
    """Return what a word may state: values, each with 0; or for a word of a scale 0, with its power of ten."""
    found = []
    for english in _english(folded, language, lexicon, least):
        if english in _SCALES:
            found.append((0.0, _SCALES[english]))
        elif english in _VALUES:
            found.append((float(_VALUES[english]), 0))
        elif english.isdecimal() and len(english) <= _GROUP:
            found.append((float(english), 0))
    return tuple(dict.fromkeys(found))


def _english(folded: str, language: str, lexicon: Lexicon | None, least: float) -> Iterator[str]:
    if language == HUB or lexicon is None:
        yield from (folded, folded.removesuffix("s"))
        return
    stem = stem_of(folded, stemmer_of(folded, language))
    for translation, p in lexicon.translate(stem, language, HUB):
        if p >= least:
            yield _OF_STEM.get(translation, translation.removesuffix("th"))
