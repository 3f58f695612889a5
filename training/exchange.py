"""Exchanges a question's name, number or other word for another of its kind: its passage then says something else."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import is_stopword
from training.near import WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

    from training.near import Neighbours
    from training.rows import Row

KINDS = {"number": 0.4, "name": 0.45, "word": 0.15}
"""How often each kind is exchanged where a question has all of them."""
RARE = 0.02
"""Share of the passages that hold a word that says what a question is about, at most."""
NEAR, FAR = 1, 40
"""How far from a number the one is that stands in its place; of a year this is another year."""
TRIES = 8
ARTICLE = "ال"
CASED = re.compile(r"[A-ZÀ-ÞĀ-ŽА-ЯΑ-Ω]\w")


class Part(NamedTuple):
    """A part of a question that can be exchanged."""

    start: int
    end: int
    text: str


class Exchange:
    """Knows the names and words of the questions of one language."""

    def __init__(self, rows: Iterable[Row], language: str, neighbours: Neighbours) -> None:
        """Collect the names and words that questions share with their passages."""
        self._language = language
        self._neighbours = neighbours
        self._pools: dict[tuple[str, object], list[str]] = defaultdict(list)
        for row in rows:
            for kind in ("name", "word"):
                for part in self.parts(row)[kind]:
                    self._pools[kind, _class(part.text)].append(part.text)

    def parts(self, row: Row) -> Mapping[str, list[Part]]:
        """Give what can be exchanged in a question, by kind: it stands in the passage too."""
        known = {match.group().casefold() for match in WORD.finditer(row.context)}
        found: dict[str, list[Part]] = {kind: [] for kind in KINDS}
        before = -1
        for match in WORD.finditer(row.question):
            part = Part(match.start(), match.end(), match.group())
            folded = part.text.casefold()
            if part.text.isdecimal():
                found["number"].append(part)
            elif CASED.match(part.text) and match.start() > 0:
                names = found["name"]
                if names and names[-1].end == before and row.question[before : part.start] == " ":
                    start = names.pop().start
                    part = Part(start, part.end, row.question[start : part.end])
                names.append(part)
                before = part.end
            elif (
                len(folded) >= 3
                and folded in known
                and not is_stopword(folded, self._language)
                and self._neighbours.rare(folded, RARE)
            ):
                found["word"].append(part)
        found["name"] = [
            part for part in found["name"] if known.intersection(WORD.findall(part.text.casefold()))
        ]
        return found

    def exchange(self, row: Row, random: Random) -> tuple[Part, str] | None:
        """Choose a part of the question, and what stands in its place; None if there is nothing to exchange."""
        parts = {kind: found for kind, found in self.parts(row).items() if found}
        if not parts:
            return None
        (kind,) = random.choices(list(parts), [KINDS[kind] for kind in parts])
        part = random.choice(parts[kind])
        folded = row.context.casefold() + row.question.casefold()
        for _ in range(TRIES):
            other = self._other(kind, part, random)
            if other and not any(word in folded for word in WORD.findall(other.casefold())):
                return part, other
        return None

    def _other(self, kind: str, part: Part, random: Random) -> str | None:
        if kind == "number":
            return _other_number(part.text, random)
        pool = self._pools[kind, _class(part.text)]
        return random.choice(pool) if pool else None


def _class(text: str) -> tuple[int, bool]:
    """Parts of one class can stand for each other: as many words, all with the Arabic article or all without."""
    return min(text.count(" "), 2), text.startswith(ARTICLE)


def _other_number(text: str, random: Random) -> str:
    """Give another number of the same digits' script."""
    zero = ord(text[-1]) - unicodedata.decimal(text[-1])
    value = int(text) + random.choice((-1, 1)) * random.randint(NEAR, FAR)
    if value <= 0:
        value = int(text) + random.randint(NEAR, FAR)
    return "".join(chr(zero + int(digit)) for digit in str(value))
