"""Compute metrics from outcomes: what was found, how well confidence separates, and the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import ANSWERED, SanadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.pool import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How well the questions' paragraphs were found.

    Attributes:
        questions: how many.
        recall_1, recall_5, recall_10: share whose paragraph is among the first 1, 5, 10.
        mrr_10, ndcg_10: as in TREC, one relevant paragraph a question.
        first: share whose paragraph is first after reading.
        answered: share whose verdict is "answered".
        evidence: of those with the paragraph first, the share whose marked sentence holds the answer;
            None when no place of an answer is known.
        exact, f1: of the short answers, mean; None when no place of an answer is known.
        first_languages: share of questions whose first hit is in each language.
        p50_ms, p95_ms: time of a question.
    """

    questions: int
    recall_1: float
    recall_5: float
    recall_10: float
    mrr_10: float
    ndcg_10: float
    first: float
    answered: float
    evidence: float | None
    exact: float | None
    f1: float | None
    first_languages: dict[str, float]
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Separated:
    """How well confidence separates answerable questions from unanswerable ones.

    Attributes:
        answerable, unanswerable: how many of each were asked.
        auroc: probability that an answerable one has the higher confidence; ties count half.
        missed: share of the answerable ones below the shipped threshold.
        invented: share of the unanswerable ones at or above it.
    """

    answerable: int
    unanswerable: int
    auroc: float
    missed: float
    invented: float


def found(outcomes: Sequence[Outcome]) -> Found:
    """Return the metrics of questions whose paragraph is in the collection.

    Raises:
        SanadError: ir-measures is not installed, or there is no outcome.
    """
    if not outcomes:
        raise SanadError("no question to evaluate: the question files hold none of the corpus's places")
    measured = _measure([outcome.rank for outcome in outcomes])
    judged = [outcome.evidence for outcome in outcomes if outcome.evidence is not None]
    languages = [outcome.first_language or "none" for outcome in outcomes]
    times = sorted(outcome.took_ms for outcome in outcomes)
    return Found(
        questions=len(outcomes),
        first=sum(outcome.is_first for outcome in outcomes) / len(outcomes),
        answered=sum(outcome.verdict == "answered" for outcome in outcomes) / len(outcomes),
        evidence=sum(judged) / len(judged) if judged else None,
        exact=_mean([outcome.exact for outcome in outcomes]),
        f1=_mean([outcome.f1 for outcome in outcomes]),
        first_languages={
            code: languages.count(code) / len(languages)
            for code in sorted(set(languages), key=lambda code: (-languages.count(code), code))
        },
        p50_ms=_quantile(times, 0.5),
        p95_ms=_quantile(times, 0.95),
        **measured,
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _measure(ranks: Sequence[int | None]) -> dict[str, float]:
    """Return the ranking metrics; ir-measures computes them, so that they follow the standard definitions."""
    try:
        import ir_measures
        from ir_measures import RR, R, nDCG
    except ImportError as error:
        raise SanadError("evaluation needs the package ir-measures; run: pip install 'sanad[dev]'") from error
    names = {R @ 1: "recall_1", R @ 5: "recall_5", R @ 10: "recall_10"}
    names |= {RR @ 10: "mrr_10", nDCG @ 10: "ndcg_10"}
    qrels = {str(n): {"right": 1} for n in range(len(ranks))}
    run = {
        str(n): {"right" if place == rank else f"other {place}": -float(place) for place in range(1, 11)}
        for n, rank in enumerate(ranks)
    }
    values = ir_measures.calc_aggregate(list(names), qrels, run)
    return {name: float(values[measure]) for measure, name in names.items()}


def separated(answerable: Sequence[float], unanswerable: Sequence[float]) -> Separated | None:
    """Return the metrics of confidences; None when either kind is missing."""
    if not answerable or not unanswerable:
        return None
    return Separated(
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        auroc=auroc(answerable, unanswerable),
        missed=sum(value < ANSWERED for value in answerable) / len(answerable),
        invented=sum(value >= ANSWERED for value in unanswerable) / len(unanswerable),
    )


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Return the probability that one of `higher` is above one of `lower`; ties count half.

    It is the Mann-Whitney statistic divided by the number of pairs, from ranks; ties share their mean rank.
    """
    together = sorted([(value, 1) for value in higher] + [(value, 0) for value in lower])
    total, start = 0.0, 0
    while start < len(together):
        end = start
        while end < len(together) and together[end][0] == together[start][0]:
            end += 1
        total += (start + 1 + end) / 2 * sum(kind for _, kind in together[start:end])
        start = end
    least = len(higher) * (len(higher) + 1) / 2
    return (total - least) / (len(higher) * len(lower))


def _quantile(ascending: Sequence[float], share: float) -> float:
    return ascending[min(int(share * len(ascending)), len(ascending) - 1)]
