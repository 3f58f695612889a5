"""How a question and a passage become the tokens that the reader reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

PROMPT = "query: "
"""What goes before a question, as for the encoder."""
START, END = 0, 2
"""Numbers of the pieces `<s>` and `</s>`; a mark at `<s>` says that there is no answer."""
QUESTION = 48
"""Tokens of a question at most, with its prompt."""


def question_tokens(tokenizer: Tokenizer, question: str) -> list[int]:
    """Give the tokens of a question, without `<s>` and `</s>`."""
    ids: list[int] = tokenizer.encode(PROMPT + question, add_special_tokens=False).ids
    return ids[:QUESTION]


def joined(asked: Sequence[int], told: Sequence[int]) -> list[int]:
    """Put a question and a passage together; the passage starts at place `len(asked) + 2`."""
    return [START, *asked, END, *told, END]
