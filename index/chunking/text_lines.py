"""Split a text into lines with exact offsets, join hard-wrapped ones, and count words."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_HAN = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_SOUTH_EAST = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
_UNSPACED = re.compile(f"{_HAN.pattern[:-2]}{_SOUTH_EAST.pattern[1:-1]}")  # one search instead of three
_BEGINS_ITEM = re.compile(r"[-*+•·▪◦‣⁃●○■□►▸–—#>|]|\d{1,3}[.)]\s")
_CLOSERS = "\"'”’»«›)]}）」』】*_\u200e\u200f\u202c\u2069"
_TERMINALS = frozenset(".!?…؟۔。！？｡．।॥។။።፧‽")

# An editor that wraps does so between these widths; a line outside them is a paragraph or a verse.
_NARROWEST, _WIDEST = 50, 120


class Line(NamedTuple):
    """A line without its surrounding white space; `gap`: a blank line (or the start) is before it."""

    start: int
    end: int
    gap: bool


def lines(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """Return the lines of `text[start:end]` that are not blank, in order, trimmed.

    A paragraph that an editor wrapped at a fixed width is returned as one line that holds the newlines.
    """
    stop = len(text) if end is None else end
    joined: list[Line] = []
    group: list[Line] = []
    for line in _raw_lines(text, start, stop):
        if group and (line.gap or _BEGINS_ITEM.match(text, line.start, line.end)):
            joined.extend(_unwrapped(text, group))
            group = []
        group.append(line)
    return joined + _unwrapped(text, group)


def size(text: str) -> int:
    """Count the words; in scripts without spaces, estimate them from the letters.

    On parallel paragraphs (XQuAD) an English word is about two Han or kana characters and about
    six Thai ones.
    """
    words = len(text.split())
    if text.isascii() or not _UNSPACED.search(text):
        return words
    han = sum(map(len, _HAN.findall(text))) - sum(map(len, _HANGUL.findall(text)))
    return words + han // 2 + sum(map(len, _SOUTH_EAST.findall(text))) // 6


def ends_sentence(text: str) -> bool:
    """Return whether the text ends as a sentence does, ignoring quotes and brackets after the stop."""
    bare = text.rstrip(_CLOSERS)
    return bool(bare) and bare[-1] in _TERMINALS


def _raw_lines(text: str, start: int, stop: int) -> list[Line]:
    found: list[Line] = []
    gap, before = True, start
    for match in _LINE.finditer(text, start, stop):
        first, last = match.span()
        gap = gap or (first - before > 1 and text[before:first] != "\r\n")
        before = last
        body = text[first:last].strip()
        if not body:
            gap = True
            continue
        if not text.startswith(body, first):
            first = text.index(body, first)
        found.append(Line(first, first + len(body), gap))
        gap = False
    return found


def _unwrapped(text: str, group: list[Line]) -> list[Line]:
    if len(group) < 2 or not _is_wrapped(text, group):
        return group
    return [Line(group[0].start, group[-1].end, group[0].gap)]


def _is_wrapped(text: str, group: list[Line]) -> bool:
    """Return whether each line ends where the next word would not have fitted."""
    width = max(line.end - line.start for line in group)
    if not _NARROWEST <= width <= _WIDEST:
        return False
    if len(group) == 2 and not text[group[1].start].islower():
        return False
    if any(b.start - a.start + _first_word(text, b) <= width for a, b in pairwise(group)):
        return False
    return not all(ends_sentence(text[line.start : line.end]) for line in group[:-1])


def _first_word(text: str, line: Line) -> int:
    word = text[line.start : line.end].split(None, 1)[0]
    return 2 if _HAN.match(word) or _SOUTH_EAST.match(word) else len(word)
