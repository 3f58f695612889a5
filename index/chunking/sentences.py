"""Split a text into sentences as exact spans, fast enough to repeat for each hit shown."""

from __future__ import annotations

import re
import unicodedata

import sentencex

from index.chunking.text_lines import lines
from index.records import Span

MAX_SENTENCE_CHARS = 600
_MAX_UNSPACED_CHARS = 240

_STOP_INSIDE = re.compile(r"[.!?…؟۔。！？｡．।॥។။።፧](?=.)", re.DOTALL)
_SURROGATE_OR_BREAK = re.compile(r"[\ud800-\udfff\n\r\x0b\x0c\x85\u2028\u2029]")
_CLAUSE = re.compile(r"[;:؛،,–—](?=\s)|[，、；：]")
_SCRIPTS = (
    (re.compile(r"[\u06c1\u06be\u06d2\u06ba\u06d4]"), "ur"),
    (re.compile(r"[\u0600-\u06ff]"), "ar"),
    (re.compile(r"[\u0400-\u04ff]"), "ru"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
)
# fmt: off
_ABBREVIATIONS = frozenset((
    "dr", "prof", "mr", "mrs", "ms", "st", "sr", "sra", "hr", "frau", "nr", "núm", "bzw", "ca", "vgl",
    "ggf", "inkl", "evtl", "sog", "dipl", "ing", "gen", "col", "lt", "sgt", "maj", "capt", "gov", "sen",
    "rep", "mme", "mlle", "av", "doç", "yrd", "örn", "bkz", "cf", "pp", "pág", "ej", "ud", "uds", "ee.uu",
    "z.b", "d.h", "u.a", "mt", "ft", "дж", "им", "ул", "см", "гг", "рис", "проф", "ген", "акад",
    "डॉ", "श्री", "प्रो", "श्रीमती",
))
# fmt: on
_GERMAN_MONTH = re.compile(
    r"(Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    r"|Jahrhundert)\b"
)
_DAY = re.compile(r"\b\d{1,2}\.$")
_ITEM_NUMBER = re.compile(r"\W*(\d{1,3}|[^\W\d_])[.)]\s*$")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the sentences of `text[start:end]`, in order, covering all that is not white space.

    A newline ends a sentence unless it only wraps a paragraph at a fixed width. A sentence of more than
    MAX_SENTENCE_CHARS characters is cut after a clause, else at a space, else between characters (never
    before a combining mark). When in doubt two sentences stay one.

    Args:
        text: any str; lone surrogates and NUL included.
        start: first character examined.
        end: one past the last; None is the end of the text.

    Returns:
        Spans whose offsets count characters of `text`, without surrounding white space.
    """
    found: list[Span] = []
    for first, last, _ in lines(text, start, end):
        if last - first <= _MAX_UNSPACED_CHARS and not _STOP_INSIDE.search(text, first, last):
            found.append(Span(first, last))
            continue
        for piece in _split_line(text, first, last):
            found.extend(_cut(text, piece))
    return found


def _split_line(text: str, start: int, end: int) -> list[Span]:
    # One character for one keeps the offsets: sentencex refuses lone surrogates and takes newlines for paragraphs.
    line = _SURROGATE_OR_BREAK.sub(" ", text[start:end])
    merged: list[tuple[int, int]] = []
    for boundary in sentencex.get_sentence_boundaries(_code(line), line):
        first, last = boundary["start_index"], boundary["end_index"]
        if merged and _continues(line, merged[-1], first, last):
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    spans = (_trimmed(text, start + first, start + last) for first, last in merged)
    return [span for span in spans if span.start < span.end]


def _code(line: str) -> str:
    if line.isascii():
        return "en"
    sample = line[:2000]
    for letters, code in _SCRIPTS:
        if letters.search(sample):
            return code
    return "en"


def _continues(line: str, before: tuple[int, int], start: int, end: int) -> bool:
    """Return whether sentencex cut at a stop that ends no sentence."""
    if line[start].islower():
        return True
    if before[1] - before[0] < 8:
        head = line[before[0] : before[1]]
        if head.isspace() or _ITEM_NUMBER.match(head):
            return True
    if end - start < 8 and not any(map(str.isalnum, line[start:end])):
        return True
    head = line[max(before[0], before[1] - 24) : before[1]].rstrip()
    if not head.endswith("."):
        return False
    if _DAY.search(head) and _GERMAN_MONTH.match(line, start):
        return True
    return _is_abbreviation(head.split()[-1][:-1])


def _is_abbreviation(word: str) -> bool:
    word = word.lstrip("(\"'“”«‘[")
    if word.lower() in _ABBREVIATIONS:
        return True
    parts = [unicodedata.normalize("NFC", part) for part in word[:12].split(".")]
    # No Arabic, Cyrillic or Devanagari sentence ends in a single letter: `د.`, `أ.د.`, `А. С.`
    return len(word) < 12 and all(len(p) == 1 and p.isalpha() and p > "\u0370" for p in parts)


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _cut(text: str, piece: Span) -> list[Span]:
    start, end = piece
    if end - start <= _MAX_UNSPACED_CHARS:
        return [piece]
    spaced = text.count(" ", start, end) * 25 >= end - start
    limit = MAX_SENTENCE_CHARS if spaced else _MAX_UNSPACED_CHARS
    found: list[Span] = []
    while end - start > limit:
        at = _place(text, start, limit)
        part = _trimmed(text, start, at)
        if part.start < part.end:
            found.append(part)
        start = at
    rest = _trimmed(text, start, end)
    return [*found, rest] if rest.start < rest.end else found


def _place(text: str, start: int, limit: int) -> int:
    """Choose where to cut `text[start:]`, in the second half of the limit."""
    stop, least = start + limit, start + limit // 2
    clause = None
    for match in _CLAUSE.finditer(text, least, stop):
        clause = match.end()
    if clause is not None:
        return clause
    space = max(text.rfind(" ", least, stop), text.rfind("\n", least, stop))
    if space > 0:
        return space + 1
    for at in range(stop, stop - 64, -1):
        if not unicodedata.category(text[at]).startswith("M") and "\u200d" not in text[at - 1 : at + 1]:
            return at
    return stop
