"""Evaluate answers: build a pool, ask every question, and ask again with half of the articles removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.evaluation.metrics import Found, Separated, found, separated
from assistant.evaluation.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.evaluation.pool import Outcome, Progress, Search
    from assistant.evaluation.squad import Question, QuestionSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well questions are answered from a corpus.

    Attributes:
        corpus, questions: names of the files.
        model: name of the model that encoded them.
        passages: number in the collection, including those of distractors.
        found: metrics of the questions whose paragraph is there.
        separated: confidence with a SQuAD article in the collection against without it; None when
            there is one article only.
    """

    corpus: tuple[str, ...]
    questions: tuple[str, ...]
    model: str
    passages: int
    found: Found
    separated: Separated | None


def evaluate(
    corpora: Sequence[QuestionSet],
    questions: Sequence[QuestionSet],
    *,
    distractors: Iterable[str] = (),
    model: str | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure retrieval, evidence and confidence.

    A question's paragraph is the one with the question's id in any of the corpora or, if no corpus has
    that id, the one at its place. Parallel files therefore measure search across languages.

    Args:
        corpora: each of their paragraphs becomes an article of a temporary collection.
        questions: all of their questions that have a paragraph there are asked.
        distractors: further paragraphs, which answer nothing.
        model: None for the shipped model, else a sentence-transformers model.
        progress: called with what is counted, the number done and the total (0: unknown).

    Raises:
        SanadError: nothing to ask, or ir-measures is not installed.
        ModelError: the model cannot be loaded.
    """
    with Pool(corpora, distractors=distractors, model=model, progress=progress) as pool:
        asked = [one for part in questions for one in part.questions if pool.gold(one)]
        health = pool.collection.health()
        outcomes = found(ask_all(pool, asked, progress=progress))
        return Evaluation(
            corpus=tuple(part.name for part in corpora),
            questions=tuple(part.name for part in questions),
            model=str(health["model"]),
            passages=int(str(health["passages"])),
            found=outcomes,
            separated=separate(pool, asked, progress=progress),
        )


def ask_all(
    pool: Pool,
    questions: Sequence[Question],
    search: Search | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Ask every question; see `Pool.ask`."""
    outcomes: list[Outcome] = []
    for done, question in enumerate(questions, start=1):
        outcomes.append(pool.ask(question, search))
        if progress:
            progress("questions", done, len(questions))
    return outcomes


def separate(
    pool: Pool,
    questions: Sequence[Question],
    progress: Progress | None = None,
    search: Search | None = None,
) -> Separated | None:
    """Compare confidence with and without the article that holds the answer.

    Every question is asked with one half of the SQuAD articles removed, then with the other half.
    Each question is thus answerable once and unanswerable once, in collections of the same size.
    Whole articles are removed, because the other paragraphs of an article may answer too.
    The pool holds all articles again afterwards.
    """
    articles = sorted({question.place.article for question in questions})
    answerable: list[float] = []
    unanswerable: list[float] = []
    if len(articles) < 2:
        return None
    for away in (articles[::2], articles[1::2]):
        pool.take(away)
        gone = set(away)
        outcomes = ask_all(pool, questions, search, progress=progress)
        for question, outcome in zip(questions, outcomes, strict=True):
            kind = unanswerable if question.place.article in gone else answerable
            kind.append(outcome.confidence)
        pool.put(away)
    return separated(answerable, unanswerable)
