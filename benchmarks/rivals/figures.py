"""From what was timed to the figures of the table: medians, percentiles, ratios, who is measured with whom."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Figures = dict[str, float]
ONE_A_ROUND = ("build", "open", "cpu_1", "a_second_4", "add", "update", "remove")


def percentile(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile: the smallest value that at least this share of values do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def figures_of(record: Mapping[str, Any]) -> Figures:
    """Give one figure for each column of the table; a column that was not measured is missing.

    Args:
        record: of one program, as `rounds` makes it: one figure a round under `ONE_A_ROUND` (verbs in seconds), and
            one list of milliseconds a round under `ask_1` and `ask_4`.
    """
    figures: Figures = {}
    for measured in ONE_A_ROUND:
        if record.get(measured):
            figures[measured] = statistics.median(record[measured])
    for peak in ("disk_mb", "building_mb", "serving_mb", "finds", "recall"):
        if peak in record:
            figures[peak] = record[peak]
    if record.get("read_kb_1"):
        figures["read_kb_1"] = statistics.mean(record["read_kb_1"])
    for asked in ("ask_1", "ask_4"):
        if record.get(asked):
            figures[f"{asked}_p50"] = statistics.median(_middles(record[asked]))
            figures[f"{asked}_p95"] = percentile([ms for batch in record[asked] for ms in batch], 0.95)
    return figures


def ratios_of(record: Mapping[str, Any], ours: Mapping[str, Any]) -> Figures:
    """Give how many times our figure each figure is.

    What was measured in rounds is compared round by round, and the median of those ratios given, so that a
    machine that slows down slows both; where one of them has fewer rounds, the medians are compared. `beside`
    in a record is what ours did in the same rounds, when that is not in our own record.
    """
    ours = {**ours, **record.get("beside", {}), "serving_mb": ours.get("serving_mb", 0.0)}
    mine, other = figures_of(ours), figures_of(record)
    ratios = {column: other[column] / mine[column] for column in other if mine.get(column)}
    for measured in ONE_A_ROUND:
        _pair(ratios, measured, record.get(measured, []), ours.get(measured, []))
    for asked in ("ask_1", "ask_4"):
        _pair(ratios, f"{asked}_p50", _middles(record.get(asked, [])), _middles(ours.get(asked, [])))
    return ratios


def groups(memory_mb: Mapping[str, float], budget_mb: float) -> list[list[str]]:
    """Divide programs into groups that fit into memory together; the first program is in each of them.

    Args:
        memory_mb: what each takes; the first is the one that the others are compared with.
        budget_mb: what a group may take. One that does not fit stands alone with the first.
    """
    first, *others = memory_mb
    found: list[list[str]] = []
    room = 0.0
    for name in others:
        if not found or memory_mb[name] > room:
            found.append([first])
            room = budget_mb - memory_mb[first]
        found[-1].append(name)
        room -= memory_mb[name]
    return found or [[first]]


def _middles(batches: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(batch) for batch in batches]


def _pair(ratios: Figures, column: str, other: Sequence[float], mine: Sequence[float]) -> None:
    if mine and len(other) == len(mine):
        ratios[column] = statistics.median(b / a for a, b in zip(mine, other, strict=True))
