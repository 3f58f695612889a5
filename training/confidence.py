"""Fits the models of index/ranking/confidence.py to what `training.cases` saw: `python -m training.confidence CASES`.

The first model judges by the search alone; the second by that and by the reader. Each family of groups and kind weighs
the same.
Printed: the coefficients, and for each group what became of its questions when the model was fitted on the SQuAD
articles of even number and asked about those of odd number, and the other way.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.evaluation import auroc
from index import ANSWERED
from index.ranking.confidence import search_logit
from index.ranking.parameters import READ_MOST
from index.records import Signs
from training.cases import MAIN, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Features = Callable[[Case], Sequence[float]]

RIDGE = 1e-3
"""Strength of the L2 penalty; the intercept bears none of it to speak of."""
BINS = 10
"""Of the reliability diagram."""


def load(path: Path) -> list[Case]:
    """Read cases."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Case(**{**row, "signs": tuple(row["signs"]) if row["signs"] else None}) for row in rows]


def by_search(case: Case) -> Sequence[float]:
    """What the search saw."""
    best, lead, foreign, *_ = case.signs or (0.0, 0.0, 0.0)
    return (best or 0.0, lead or 0.0, foreign or 0.0)


def by_reading(case: Case) -> Sequence[float]:
    """What the search and the reader saw."""
    signs = Signs(*case.signs)  # type: ignore[misc, arg-type]  # only cases that were read
    return (
        search_logit(signs),
        max(-READ_MOST, min(READ_MOST, signs.read or 0.0)),
        signs.apart,
        signs.unnamed,
    )


def family(case: Case) -> str:
    """Return the group of a case, in which languages that few people ask in count as one."""
    asked, arrow, rest = case.group.partition("->")
    return f"{asked if asked in MAIN else 'other'}{arrow}{rest}"


def fit(chosen: Sequence[Case], features: Features) -> NDArray[np.float64]:
    """Fit by iteratively reweighted least squares; every family and kind weighs the same. Intercept first."""
    counts = Counter((family(case), case.answerable, case.kind) for case in chosen)
    x = np.array([(1.0, *features(case)) for case in chosen])
    y = np.array([float(case.answerable) for case in chosen])
    weights = np.array([1 / counts[family(case), case.answerable, case.kind] for case in chosen])
    weights *= len(chosen) / weights.sum()
    for answerable in (0.0, 1.0):  # as much of one as of the other
        weights[y == answerable] *= len(chosen) / 2 / weights[y == answerable].sum()
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        curvature = weights * np.maximum(p * (1 - p), 1e-9)
        gradient = x.T @ (weights * (y - p)) - RIDGE * beta
        beta += np.linalg.solve(x.T @ (curvature[:, None] * x) + RIDGE * np.eye(len(beta)), gradient)
    return beta


def judged(found: Sequence[Case], features: Features) -> list[tuple[Case, float]]:
    """Give each case with the probability that a model fitted on the other half of the articles gives it."""
    told = []
    for parity in (0, 1):
        beta = fit([case for case in found if case.article % 2 != parity], features)
        for case in found:
            if case.article % 2 == parity:
                logit = float(beta @ np.array((1.0, *features(case))))
                told.append((case, 1 / (1 + math.exp(-logit))))
    return told


def report(told: Sequence[tuple[Case, float]]) -> None:
    """Print, for each group and kind of unanswerable question, AUROC and both error rates."""
    values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for case, value in told:
        values[case.group, case.kind].append(0.0 if case.absent and value >= ANSWERED else value)
    print(f"{'':32}{'AUROC':>8}{'refused':>9}{'answered':>9}{'questions':>11}")
    for group, kind in sorted(values):
        yes, no = values.get((group, "whole")), values[group, kind]
        if kind == "whole" or not yes:
            continue
        refused = sum(value < ANSWERED for value in yes) / len(yes)
        answered = sum(value >= ANSWERED for value in no) / len(no)
        print(
            f"{group + ' ' + kind:32}{auroc(yes, no):8.3f}{refused:9.1%}{answered:9.1%}{len(yes) + len(no):11}"
        )


def reliability(told: Sequence[tuple[Case, float]]) -> None:
    """Print how often questions of each confidence are answered, and the expected calibration error (Guo, 2017)."""
    error = 0.0
    for low in np.arange(BINS) / BINS:
        own = [
            (case, value)
            for case, value in told
            if low <= value < low + 1 / BINS or value == low + 1 / BINS == 1
        ]
        if own:
            mean, share = np.mean([v for _, v in own]), np.mean([case.answerable for case, _ in own])
            error += abs(mean - share) * len(own) / len(told)
            print(f"{low:.1f} to {low + 1 / BINS:.1f}: said {mean:.3f}, were {share:.3f} of {len(own)}")
    print(f"expected calibration error {error:.3f}")


def other_figures(found: Sequence[Case]) -> None:
    """Print what reading does beside the verdict: recall, evidence, short answers, and keywords that are refused."""
    print(f"{'':24}{'recall@1':>9}{'read':>7}{'evidence':>9}{'EM':>7}{'F1':>7}{'keywords refused':>18}")
    for group in dict.fromkeys(case.group for case in found if case.kind == "whole"):
        whole = [case for case in found if case.group == group and case.kind == "whole"]
        words = [case for case in found if case.group == group and case.kind == "keywords"]

        def mean(values: list[float | bool | None]) -> str:
            known = [float(value) for value in values if value is not None]
            return f"{np.mean(known):.3f}" if known else "-"

        print(
            f"{group:24}{mean([c.searched for c in whole]):>9}{mean([c.read for c in whole]):>7}"
            f"{mean([c.evidence for c in whole]):>9}{mean([c.exact for c in whole]):>7}"
            f"{mean([c.f1 for c in whole]):>7}{mean([c.verdict == 'none' for c in words]):>18}"
        )


def main(arguments: list[str] | None = None) -> int:
    """Fit, and print."""
    parser = argparse.ArgumentParser(prog="python -m training.confidence", description=__doc__)
    parser.add_argument("cases", type=Path, help="what `python -m training.cases` wrote")
    found = load(parser.parse_args(arguments).cases)
    seen = [case for case in found if case.signs and case.kind != "keywords"]
    read = [case for case in seen if case.signs and case.signs[3] is not None]
    print("search", np.round(fit(seen, by_search), 3).tolist())
    print("reading", np.round(fit(read, by_reading), 3).tolist())
    told = judged(read, by_reading)
    report(told)
    reliability(told)
    other_figures(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
