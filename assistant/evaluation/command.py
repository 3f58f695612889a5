"""Run `sanad eval`, with its progress bar and its table."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING

from assistant.evaluation.evaluate import Evaluation, evaluate
from assistant.evaluation.pool import read_distractors
from assistant.evaluation.squad import read_squad

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_BAR = 30


def run(given: argparse.Namespace) -> int:
    """Run `sanad eval` with parsed options and print the result.

    Args:
        given: the options that `sanad eval --help` lists.

    Returns:
        The exit code.

    Raises:
        SanadError: a file, the model or ir-measures cannot be used.
    """
    progress = _progress()
    result = evaluate(
        [read_squad(path) for path in given.corpus],
        [read_squad(path) for path in given.questions],
        distractors=chain.from_iterable(
            read_distractors(path, given.max_distractors) for path in given.distractors
        ),
        model=getattr(given, "model", None),
        progress=progress,
    )
    if progress:
        sys.stderr.write("\r\x1b[K")
    text = json.dumps(asdict(result), indent=2) if given.json else table(result)
    sys.stdout.write(f"{text}\n")
    return os.EX_OK


def table(result: Evaluation) -> str:
    """Return an evaluation as a table for a terminal."""
    good, sure = result.found, result.separated
    rows = [
        ("corpus", " ".join(result.corpus)),
        ("questions", " ".join(result.questions)),
        ("model", result.model),
        ("passages", f"{result.passages:,}"),
        ("questions asked", f"{good.questions:,}"),
        ("recall@1", f"{good.recall_1:.3f}"),
        ("recall@5", f"{good.recall_5:.3f}"),
        ("recall@10", f"{good.recall_10:.3f}"),
        ("MRR@10", f"{good.mrr_10:.3f}"),
        ("nDCG@10", f"{good.ndcg_10:.3f}"),
        ("first after reading", f"{good.first:.3f}"),
        ("answered", f"{good.answered:.1%}"),
        ("evidence", _or_dash(good.evidence)),
        ("short answer, exact", _or_dash(good.exact)),
        ("short answer, F1", _or_dash(good.f1)),
        ("first hit in", ", ".join(f"{k} {v:.0%}" for k, v in good.first_languages.items())),
        ("question p50", f"{good.p50_ms:.1f} ms"),
        ("question p95", f"{good.p95_ms:.1f} ms"),
    ]
    if sure:
        rows += [
            ("answerable AUROC", f"{sure.auroc:.3f}"),
            ("answerable, refused", f"{sure.missed:.1%}"),
            ("not answerable, answered", f"{sure.invented:.1%}"),
        ]
    return "\n".join(f"{name:26}{value}" for name, value in rows)


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _progress() -> Callable[[str, int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        filled = _BAR * done // total if total else 0
        bar = f" [{'#' * filled}{'.' * (_BAR - filled)}]" if total else ""
        sys.stderr.write(f"\r\x1b[K{what} {done:,}{f' of {total:,}' if total else ''}{bar}")
        sys.stderr.flush()

    return show
