"""Define the protocol of rerankers: models that read a question and a passage together and say how well they match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Reranker(Protocol):
    """Scores passages for a question; safe to use from several threads."""

    @property
    def name(self) -> str:
        """The name or folder it was opened by."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one logit for each passage, the higher the better it matches the question.

        Raises:
            ModelError: the model cannot read a text, or gave what is no number.
        """
