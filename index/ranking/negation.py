"""Detect whether a text denies something: by the words of negation of its language (bundled/negations.txt)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from index.analysis import words
from index.analysis.folding import fold
from index.analysis.languages import language_of
from index.analysis.word_lists import word_list


class Denial(NamedTuple):
    """Whether a text has a word that negates (not), and one that denies less directly (without, failed)."""

    plain: bool = False
    indirect: bool = False

    @property
    def any(self) -> bool:
        """Whether it denies in one of the two ways."""
        return self.plain or self.indirect


class _Listed(NamedTuple):
    whole: frozenset[str]
    stems: tuple[str, ...]

    def stand_in(self, folded: frozenset[str]) -> bool:
        """Return whether a text has one of the words, given its folded words."""
        return not self.whole.isdisjoint(folded) or any(word.startswith(self.stems) for word in folded)

    def stand_within(self, text: str) -> bool:
        """Return whether a text has one of the words, where no spaces part words."""
        return any(word in text for word in self.whole)


def denial(text: str, language: str) -> Denial | None:
    """Return how a text denies; None for a language without a list.

    Args:
        text: a sentence.
        language: its ISO 639-1 code.
    """
    lists = _lists().get(language)
    if lists is None:
        return None
    if not language_of(language).is_spaced:
        return Denial(*(listed.stand_within(fold(text)) for listed in lists))
    folded = frozenset(word.folded for word in words(text))
    return Denial(*(listed.stand_in(folded) for listed in lists))


@cache
def _lists() -> dict[str, tuple[_Listed, _Listed]]:
    parts = {language: listed.split("|") for language, listed in word_list("negations.txt").items()}
    return {language: (_read(plain), _read("".join(rest))) for language, (plain, *rest) in parts.items()}


def _read(listed: str) -> _Listed:
    parts = listed.split()
    return _Listed(
        frozenset(fold(part) for part in parts if not part.endswith("+")),
        tuple(fold(part.removesuffix("+")) for part in parts if part.endswith("+")),
    )
