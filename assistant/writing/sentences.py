"""Cut what a language model writes into sentences with the numbers that they cite, while it is written."""

from __future__ import annotations

import re
from typing import NamedTuple

from index import sentences

MAX_CITED = 20
"""Numbers of one sentence that are kept."""

_OPEN, _CLOSE = r"\[［【", r"\]］】"
_GROUP = re.compile(rf"\s*[{_OPEN}]\s*(\d+(?:\s*[,;،؛、\-–]\s*\d+)*)\s*(?:†[^{_CLOSE}]*)?[{_CLOSE}]")
_UNFINISHED = re.compile(rf"\s*[{_OPEN}][^{_CLOSE}]{{0,40}}$")
_THOUGHT = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_NUMBERS = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_MARKUP = re.compile(r"\*\*|__|`+|^\s*(?:[-*•#>]+|\d+[.)])\s+", re.MULTILINE)
_STOPS = ".!?…。！？؟۔।"


class Cited(NamedTuple):
    """A sentence without its citations, and the numbers in them, each once."""

    text: str
    numbers: tuple[int, ...]


def without_thought(text: str) -> str:
    """Return what a model wrote without what it thought before, also if it never ended."""
    return _THOUGHT.sub("", text)


class Cutter:
    """Takes pieces of a text, and gives the sentences that have ended."""

    def __init__(self) -> None:
        self._rest = ""
        self._has_thought = False

    def feed(self, piece: str) -> list[Cited]:
        """Return the sentences that end with a piece: another one has begun after them."""
        self._rest += piece
        if not self._has_thought:
            begun = _THOUGHT.match(self._rest)
            if "<think>".startswith(self._rest.strip()[:7]) or (begun and begun.end() == len(self._rest)):
                return []
            self._rest = without_thought(self._rest)
            self._has_thought = True
        return self._cut(is_whole=False)

    def end(self) -> list[Cited]:
        """Return what is left."""
        self._rest = without_thought(self._rest)
        return self._cut(is_whole=True)

    def _cut(self, *, is_whole: bool) -> list[Cited]:
        text = self._rest
        if not is_whole and (open_ := _UNFINISHED.search(text)):
            text = text[: open_.start()]
        plain, groups = _without_groups(text)
        spans = sentences(plain)
        ended = spans if is_whole else spans[:-1]
        if not ended:
            return []
        found = []
        for number, (start, end) in enumerate(ended):
            last = spans[number + 1].start if number + 1 < len(spans) else len(plain)
            cited = [one for place, _, numbers in groups if start < place <= last for one in numbers]
            found.append(Cited(_tidy(plain[start:end]), tuple(dict.fromkeys(cited))[:MAX_CITED]))
        self._rest = "" if is_whole else self._rest[_place(ended[-1].end, groups) :]
        return [cited for cited in found if cited.text]


Group = tuple[int, int, list[int]]  # its place in the plain text, its length as written, its numbers


def _without_groups(text: str) -> tuple[str, list[Group]]:
    """Return a text without its citations, and where they stood."""
    plain, groups, last, removed = [], list[Group](), 0, 0
    for match in _GROUP.finditer(text):
        plain.append(text[last : match.start()])
        groups.append((match.start() - removed, len(match.group()), _read(match[1])))
        removed += len(match.group())
        last = match.end()
    return "".join([*plain, text[last:]]), groups


def _place(end: int, groups: list[Group]) -> int:
    """Return where the text after a place of the plain text, and after the citations there, begins as written."""
    return end + sum(length for place, length, _ in groups if place <= end)


def _read(listed: str) -> list[int]:
    found: list[int] = []
    for first, last in _NUMBERS.findall(listed):
        low, high = int(first[:6]), int((last or first)[:6])
        found += range(low, min(high, low + MAX_CITED) + 1) if low <= high else [low, high]
    return found


def _tidy(sentence: str) -> str:
    """Return a sentence as plain text: one line, without marks of Markdown, no space before its stop."""
    line = " ".join(_MARKUP.sub("", sentence).split())
    return re.sub(rf"\s+(?=[{_STOPS}]+$)", "", line) if any(map(str.isalnum, line)) else ""
