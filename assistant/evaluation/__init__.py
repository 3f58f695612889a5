"""Measures answers. In: questions in SQuAD's format. Out: how well they are answered (`sanad eval`)."""

from __future__ import annotations

from assistant.evaluation import overlap
from assistant.evaluation.command import run
from assistant.evaluation.evaluate import Evaluation, ask_all, evaluate, separate
from assistant.evaluation.metrics import Found, Separated, auroc, found, separated
from assistant.evaluation.pool import Outcome, Pool, read_distractors
from assistant.evaluation.squad import Place, Question, QuestionSet, read_squad

__all__ = [
    "Evaluation",
    "Found",
    "Outcome",
    "Place",
    "Pool",
    "Question",
    "QuestionSet",
    "Separated",
    "ask_all",
    "auroc",
    "evaluate",
    "found",
    "overlap",
    "read_distractors",
    "read_squad",
    "run",
    "separate",
    "separated",
]
