"""The evaluation itself: build a pool, ask every question, ask again with half of the articles away."""

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
        model: what encoded them.
        passages: in the collection, those of distractors counted.
        found: questions whose paragraph is there.
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

    A question's paragraph is the one that has it in any of the corpora, by the question's id or, if
    no corpus has that, by its place, so parallel files measure search across languages.

    Args:
        corpora: every paragraph of theirs becomes an article of a temporary collection.
        questions: all of their questions that have a paragraph there are asked.
        distractors: further paragraphs, which answer nothing.
        model: None for the shipped model, else a sentence-transformers model.
        progress: called with what is done, how far, of how many (0: unknown).

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

    One half of the SQuAD articles is taken out and every question is asked, then the other half:
    each question is answerable in one half and not in the other, in collections of the same size.
    The whole article goes, not the paragraph only: its other paragraphs may answer too.
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
