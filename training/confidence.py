"""Fits the logistic model of index/confidence.py: `python -m training.confidence --data DIR [--every N] [--model M]`.

Questions of the development sets are asked in collections that hold the SQuAD article of their answer and in ones
that do not: two articles, all of a set, and a set among 10,000 other paragraphs; Arabic, English and other languages.
Each (direction, size) counts the same. Printed: coefficients to copy, and for each (direction, size) the figures
when the model is fitted on the articles of even number and asked about those of odd number, and the other way.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import numpy as np

from assistant.evaluation import Pool, QuestionSet, auroc, read_distractors, read_squad

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.evaluation import Question
    from index.confidence import Signs

MONO = ("unl-ar-saudinewsnet.txt.gz", "en-wikipedia-chinapedia.txt.gz")
CORPORA = {
    "xquad-dev.ar": ("ar", "en", "de", "es", "ru", "tr", "hi", "zh"),
    "xquad-dev.en": ("en", "ar"),
    "arcd-dev.ar": ("arcd",),
}
RIDGE = 1e-3
"""Strength of the L2 penalty; the intercept bears none of it to speak of."""


class Case(NamedTuple):
    """One question asked once: which group it counts for, its article, whether it is answerable, what was seen."""

    group: str
    article: int
    answerable: bool
    seen: tuple[float, ...]


def cases(data: Path, every: int, distractors: int, model: str | None = None) -> Iterable[Case]:
    """Ask all questions in collections with and without their articles."""
    for name, languages in CORPORA.items():
        corpus = read_squad(data / "eval" / f"{name}.json")
        sets = {f"{one}->{name[-2:]}": _questions(data, name, one, every) for one in languages}
        yield from _small(corpus, sets, model)
        for size in (0, distractors):
            files = [read_distractors(data / "mono" / file, size // len(MONO)) for file in MONO]
            with Pool([corpus], distractors=chain.from_iterable(files), model=model) as pool:
                for direction, questions in sets.items():
                    yield from _halves(pool, f"{direction} {size:,}", questions)
            print(f"{name} among {size:,} asked", file=sys.stderr)


def _questions(data: Path, corpus: str, language: str, every: int) -> tuple[Question, ...]:
    main = language in {"ar", "en", "arcd"}
    name = corpus if language == "arcd" else f"{corpus.rpartition('.')[0]}.{language}"
    return read_squad(data / "eval" / f"{name}.json").questions[:: every if main else 3 * every]


def _small(corpus: QuestionSet, sets: dict[str, tuple[Question, ...]], model: str | None) -> Iterable[Case]:
    """Collections of two articles each, asked their own questions and those of two others."""
    pairs = [corpus.articles[start : start + 2] for start in range(0, len(corpus.articles) - 1, 2)]
    for number, pair in enumerate(pairs):
        foreign = pairs[(number + len(pairs) // 2) % len(pairs)]
        with Pool([corpus.only(pair)], model=model) as pool:
            for direction, questions in sets.items():
                asked = [one for one in questions if one.place.article in {*pair, *foreign}]
                yield from _asked(pool, f"{direction} two articles", asked, set(pair))


def _halves(pool: Pool, group: str, questions: Sequence[Question]) -> Iterable[Case]:
    articles = sorted({question.place.article for question in questions})
    for away in (articles[::2], articles[1::2]):
        pool.take(away)
        yield from _asked(pool, group, questions, set(articles) - set(away))
        pool.put(away)


def _asked(pool: Pool, group: str, questions: Iterable[Question], held: set[int]) -> Iterable[Case]:
    for question in questions:
        seen: list[Signs | None] = []
        with mock.patch("index.search.confidence", lambda found, seen=seen: seen.append(found) or 0.0):
            pool.collection.search(question.text, 1)
        if seen[0] is not None:
            article = question.place.article
            yield Case(group, article, article in held, tuple(seen[0]))


def fit(chosen: Sequence[Case]) -> NDArray[np.float64]:
    """Fit by iteratively reweighted least squares; every group and kind weighs the same. Intercept first."""
    counts: defaultdict[tuple[str, bool], int] = defaultdict(int)
    for case in chosen:
        counts[case.group, case.answerable] += 1
    x = np.array([(1.0, *case.seen) for case in chosen])
    y = np.array([float(case.answerable) for case in chosen])
    weights = np.array([1 / counts[case.group, case.answerable] for case in chosen])
    weights *= len(chosen) / weights.sum()
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        curvature = weights * np.maximum(p * (1 - p), 1e-9)
        gradient = x.T @ (weights * (y - p)) - RIDGE * beta
        beta += np.linalg.solve(x.T @ (curvature[:, None] * x) + RIDGE * np.eye(len(beta)), gradient)
    return beta


def report(found: Sequence[Case]) -> None:
    """Print, for each group, AUROC and both error rates, each half judged by the model of the other."""
    judged: defaultdict[tuple[str, bool], list[float]] = defaultdict(list)
    for parity in (0, 1):
        beta = fit([case for case in found if case.article % 2 != parity])
        for case in found:
            if case.article % 2 == parity:
                logit = float(beta @ np.array((1.0, *case.seen)))
                judged[case.group, case.answerable].append(1 / (1 + math.exp(-logit)))
    print(f"{'':28}{'AUROC':>8}{'refused':>9}{'invented':>9}{'questions':>11}")
    for group in sorted({group for group, _ in judged}):
        yes, no = judged[group, True], judged[group, False]
        refused = sum(value < 0.5 for value in yes) / len(yes)
        invented = sum(value >= 0.5 for value in no) / len(no)
        print(f"{group:28}{auroc(yes, no):8.3f}{refused:9.1%}{invented:9.1%}{len(yes) + len(no):11}")


def main(arguments: list[str] | None = None) -> int:
    """Collect, report and print the coefficients."""
    parser = argparse.ArgumentParser(prog="python -m training.confidence", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with eval/ and mono/")
    parser.add_argument("--every", type=int, default=4, help="ask every n-th question")
    parser.add_argument("--distractors", type=int, default=10_000)
    parser.add_argument("--model", help="a sentence-transformers model instead of the shipped one")
    given = parser.parse_args(arguments)
    found = list(cases(given.data, given.every, given.distractors, given.model))
    report(found)
    from index.confidence import Signs

    for name, value in zip(("intercept", *Signs._fields), fit(found).tolist(), strict=True):
        print(f"{name:12}{value:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
