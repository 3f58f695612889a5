"""Check a written sentence before it is shown: what it cites exists, and supports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from index import Lack

if TYPE_CHECKING:
    from assistant.writing.sentences import Cited
    from index import Supporter

Reason = Literal["uncited", "citation"] | Lack
"""Why a sentence was left out: it cites nothing, or no such passage; or what of it the passages do not support."""


def reason_against(sentence: Cited, language: str, n_passages: int, supporter: Supporter) -> Reason | None:
    """Return why a sentence must not be shown; None if nothing is known against it.

    Args:
        sentence: with the numbers that it cites, from 1.
        language: ISO 639-1 code of the sentence.
        n_passages: how many passages there are.
        supporter: checks a sentence against them.
    """
    if not sentence.numbers:
        return "uncited"
    if not all(1 <= number <= n_passages for number in sentence.numbers):
        return "citation"
    return supporter.lack(sentence.text, language, [number - 1 for number in sentence.numbers])
