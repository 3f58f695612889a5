"""Split a text in any script into words, with their places in the original text."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis.folding import fold
from index.analysis.scripts import APOSTROPHES, JOINERS, MARKS, UNSPACED, WORD, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_WORD = 64
"""Characters of a folded word that are kept; a longer word is cut."""
LONGEST_KEPT = 48
"""Characters of the longest run that is cached; a run of a megabyte does not recur."""

_ELISIONS = frozenset(
    (
        "l",
        "d",
        "j",
        "m",
        "t",
        "s",
        "n",
        "c",
        "qu",
        "jusqu",
        "lorsqu",
        "puisqu",
        "quelqu",
        "dell",
        "all",
        "nell",
        "sull",
    )
)
_CONTRACTIONS = frozenset(["s", "t", "d", "m", "ll", "re", "ve"])
_RUN = re.compile(
    rf"[{UNSPACED}](?:[{UNSPACED}]|(?![\w])[{MARKS}])*|(?:(?![{UNSPACED}])[\w{MARKS}{JOINERS}{APOSTROPHES}])+"
)
_PART = re.compile(rf"[^_{APOSTROPHES}]+")
_NUMBER = re.compile(r"\d+(?:[.,\u066b\u066c]\d+)+")
_GLUED_NUMBER = re.compile(r"([\u0621-\u065f\u066e-\u06d3]+)(?=\d)")
_GROUPED = re.compile(r"\d{1,3}(?:([.,\u066c])\d{3})(?:\1\d{3})*")
_SEPARATOR = re.compile(r"[.,\u066b\u066c]")
_UNSPACED_LETTER = re.compile(rf"[{UNSPACED}]")
_LETTER = re.compile(rf"[{UNSPACED}](?:(?!\w)[{MARKS}])*")
_APOSTROPHE = re.compile(rf"[{APOSTROPHES}]")
_NOT_PLAIN = re.compile(rf"[{UNSPACED}{APOSTROPHES}\u02b0-\u02ff]")
Piece = tuple[int, int, str]
# A plain table, emptied when full: the order of use that lru_cache keeps at every look-up is not needed here.
_PIECES: dict[str, tuple[Piece, ...]] = {}
_MAX_PIECES = 400_000


class Word(NamedTuple):
    """A word of a text: `text[start:end]` as written, `folded` in its one spelling."""

    start: int
    end: int
    folded: str


def words(text: str) -> list[Word]:
    """Return the words of a text in order of their start; character bigrams for scripts without spaces.

    Any string is accepted, also with NULs or lone surrogates. Offsets count characters of the text as given:
    `0 <= start < end <= len(text)`, starts rise; only bigrams overlap.
    """
    found: list[Word] = []
    for match in WORD.finditer(text):
        surface = match.group()
        start = match.start()
        found += [Word(start + first, start + last, folded) for first, last, folded in pieces(surface)]
    return found


def folded_counts(text: str) -> dict[str, int]:
    """Count the folded words of a text as `words` finds them; each distinct surface is processed once."""
    counts: dict[str, int] = {}
    known = _PIECES
    for surface, count in Counter(WORD.findall(text)).items():
        for _, _, folded in known.get(surface) or pieces(surface):
            counts[folded] = counts.get(folded, 0) + count
    return counts


def folded_words(surface: str) -> tuple[str, ...]:
    """Return the folded words in a match of `WORD`."""
    return tuple([folded for _, _, folded in pieces(surface)])


def pieces(surface: str) -> tuple[Piece, ...]:
    """Return the words in a match of `WORD`: where each starts and ends in it, and the folded word."""
    found = _PIECES.get(surface)
    if found is None:
        found = cut(surface)
        if len(surface) <= LONGEST_KEPT:
            if len(_PIECES) >= _MAX_PIECES:
                _PIECES.clear()
            _PIECES[surface] = found
    return found


def cut(surface: str) -> tuple[Piece, ...]:
    """Return what `pieces` returns, without its cache."""
    if surface.isalpha() and not _NOT_PLAIN.search(surface):  # most words: one, of letters only
        folded = "u.s" if surface == "US" else fold(surface)[:MAX_WORD]
        return ((0, len(surface), folded),) if folded else ()
    glued = _GLUED_NUMBER.match(surface)
    if glued:  # Arabic "and 1200" is written as one word
        rest = [
            (first + glued.end(), last + glued.end(), folded)
            for first, last, folded in cut(surface[glued.end() :])
        ]
        return (*_mixed(glued[1]), *rest)
    if _NUMBER.fullmatch(surface):
        return tuple(_number(surface))
    if "." in surface:
        return tuple(_dotted(surface))
    return tuple(_mixed(surface))


def _number(surface: str) -> Iterator[Piece]:
    """Yield numbers: 1,200 and 1.200 are 1200; 3,5 is 3.5; 12.10.2023 is three numbers."""
    if _GROUPED.fullmatch(surface):
        yield 0, len(surface), fold(_SEPARATOR.sub("", surface))
    elif len(_SEPARATOR.findall(surface)) == 1:
        yield 0, len(surface), fold(_SEPARATOR.sub(".", surface))
    else:
        for part in re.finditer(r"\d+", surface):
            yield part.start(), part.end(), fold(part.group())


def _dotted(surface: str) -> Iterator[Piece]:
    """Yield an acronym without dots if three letters are left, else with them: "us" is another word."""
    letters = surface.replace(".", "")
    if letters.isalpha() and len(surface) == 2 * len(letters) - 1:
        yield 0, len(surface), fold(letters if len(letters) > 2 else surface)
    else:
        for part in re.finditer(r"[^.,\u066b\u066c]+", surface):
            for first, last, folded in _mixed(part.group()):
                yield part.start() + first, part.start() + last, folded


def _mixed(surface: str) -> Iterator[Piece]:
    """Split at underscores, apostrophes and changes to a script without spaces."""
    for first, last in _joined(surface):
        for run in _RUN.finditer(surface, first, last):
            if _UNSPACED_LETTER.match(run.group()):
                yield from _bigrams(surface, *run.span())
            else:
                folded = fold(_APOSTROPHE.sub("", run.group()))[:MAX_WORD]
                if any(map(str.isalnum, folded)):
                    yield *run.span(), folded


def _joined(surface: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between underscores and apostrophes, joined again where they are one word."""
    first, before = 0, (0, 0)
    for part in _PART.finditer(surface):
        span = part.span()
        if not _is_one_word(surface[slice(*before)], surface[before[1] : span[0]], surface[slice(*span)]):
            if before[1]:
                yield first, before[1]
            first = span[0]
        before = span
    if before[1]:
        yield first, before[1]


def _is_one_word(left: str, between: str, right: str) -> bool:
    """Return whether an apostrophe is inside a word: Ba'ath, Qur'an; not in l'attaque, don't, Tanf'a, ABD'nin."""
    if "_" in between or not left:
        return False
    script = script_of(left[-1])
    if script in {"Hebr", "Cyrl"}:
        return script == script_of(right[0])
    return (
        script in {"Latn", "Arab"}
        and 2 <= len(left) <= 3
        and len(right) > 1
        and not left.isupper()
        and left.lower() not in _ELISIONS
        and right.lower() not in _CONTRACTIONS
    )


def _bigrams(surface: str, first: int, last: int) -> Iterator[Piece]:
    """Yield overlapping pairs of letters, each letter with its marks; a single letter alone."""
    letters = [match.span() for match in _LETTER.finditer(surface, first, last)]
    if len(letters) == 1:
        yield first, last, _cached_fold(surface[first:last])
    for (start, _), (_, end) in itertools.pairwise(letters):
        yield start, end, _cached_fold(surface[start:end])


@lru_cache(maxsize=100_000)
def _cached_fold(letters: str) -> str:
    return fold(letters)[:MAX_WORD]
