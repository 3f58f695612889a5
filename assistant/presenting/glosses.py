"""Write a gloss for the page: the parts of each written word together, as JSON values."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from assistant.presenting.render import label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index import Glossed

_ARABIC_LETTER = "AL"  # bidirectional class of the letters that join to their neighbours


def written_words(glossed: Iterable[Glossed]) -> list[dict[str, Any]]:
    """Return the glossed words of a text in order.

    A particle and the Arabic word that it is written onto are one written word of several parts; the pairs of letters
    that a script without spaces is cut into stay apart.

    Returns:
        `word`, as it is shown, and `parts`, each with `word`, `meanings`, `name` and `stem`.
    """
    grouped: list[list[Glossed]] = []
    for one in glossed:
        if grouped and grouped[-1][-1].end == one.start and _is_arabic(one.word):
            grouped[-1].append(one)
        else:
            grouped.append([one])
    return [
        {"word": label("".join(part.word for part in parts)), "parts": [_told(part) for part in parts]}
        for parts in grouped
    ]


def _is_arabic(word: str) -> bool:
    return any(unicodedata.bidirectional(letter) == _ARABIC_LETTER for letter in word)


def _told(part: Glossed) -> dict[str, Any]:
    return {
        "word": label(part.word),
        "meanings": [label(meaning) for meaning in part.meanings],
        "name": label(part.name) or None,
        "stem": label(part.stem),
    }
