"""What people get from rank-bm25 as they usually call it: the other lines of the quality tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from rank_bm25 import BM25Okapi

from assistant.evaluation import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.evaluation import Question, QuestionSet

    Tokens = Callable[[str], list[str]]


def _whitespace(text: str) -> list[str]:
    return text.split()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


PEERS: dict[str, Tokens] = {
    "rank-bm25, split at spaces": _whitespace,
    r"rank-bm25, lower case and `\w+`": _words,
}


def ask_peer(
    tokens: Tokens,
    corpus: QuestionSet,
    questions: Sequence[Question],
    distractors: Iterable[str] = (),
) -> list[Outcome]:
    """Rank a corpus's paragraphs, whole, by BM25Okapi as it comes; ranks are all an outcome holds."""
    places = list(corpus.paragraphs)
    index = BM25Okapi([tokens(text) for text in [*corpus.paragraphs.values(), *distractors]])
    outcomes = []
    for question in questions:
        scores = index.get_scores(tokens(question.text))
        best = np.argsort(-scores, kind="stable")[:10].tolist()
        right = places.index(question.place)
        rank = best.index(right) + 1 if right in best and scores[right] > 0 else None
        outcomes.append(Outcome(rank, None, None, 0.0, 0.0))
    return outcomes
