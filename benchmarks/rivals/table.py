"""The page: a table for each size, with ratios to Sanad, and what must be known to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.rivals.figures import figures_of, ratios_of
from benchmarks.rivals.rivals import BY_NAME, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.rivals.figures import Figures


class Column(NamedTuple):
    """One column: its figures, what they are multiplied with for people, and the verb they come from."""

    title: str
    figures: tuple[str, ...]
    unit: float
    verb: str


COLUMNS = (
    Column("build, s", ("build",), 1, "build"),
    Column("disk, MB", ("disk_mb",), 1, "build"),
    Column("memory, MB: building", ("building_mb",), 1, "build"),
    Column("serving", ("serving_mb",), 1, "open"),
    Column("start to first answer, s", ("open",), 1, "open"),
    Column("question, ms: p50 / p95", ("ask_1_p50", "ask_1_p95"), 1, "ask_1"),
    Column("processor, ms", ("cpu_1",), 1, "ask_1"),
    Column("read, kB", ("read_kb_1",), 1, "ask_1"),
    Column("four askers", ("ask_4_p50", "ask_4_p95"), 1, "ask_4"),
    Column("+10 articles, ms", ("add",), 1000, "add"),
    Column("update one, ms", ("update",), 1000, "update"),
    Column("remove one, ms", ("remove",), 1000, "remove"),
    Column("finds", ("finds",), 1, "ask_1"),
    Column("recall", ("recall",), 1, "ask_1"),
)
SHARES = ("finds", "recall")
WITHOUT_RATIO = (*SHARES, "read_kb_1")  # what is read is often nothing
HOW = """
All on one machine, in one run: the same passages of 80 made-up words (as frequent as words are in
language, Arabic and English letters by turns), the same vectors, ten hits with their texts for a
question of six words. In brackets: how many times Sanad's figure, the median over rounds in which all
programs take turns. p50 is the median of the rounds' medians, p95 that of all questions; *processor* is
the time of all cores that a question takes, *read* what the disk has to fetch for it, mapped files
included. *Start* is a new process, imports included; the program's files are read once before, so that
they are in the system's cache as far as it has room. A change is timed until it is saved and the next
answer shows it; † marks a program whose next answer did not show it every time. Building, starting and
changing have three rounds, or one when it takes more than {patience_s:.0f} s. Memory is resident
memory, mapped files included. *Finds*: share of questions whose own passage is among the ten hits.
*Recall*: share of the ten vectors nearest to a question, by an exact scan, that the dense half finds (a
hundred questions; who looks at less is quicker). What was stopped says why; a dash was not tried after
that, or not measured yet in that run. Limits for one verb: {limit_s:,.0f} s and {limit_gb:.0f} GB.
""".strip()


def page_of(results: Mapping[str, Any]) -> str:
    """Give the Markdown of all sizes that were measured, smallest first, and the notes."""
    parts = ["## Beside what a user would pick instead"]
    sizes = results["sizes"]
    for size in sorted(sizes, key=int):
        parts.append(f"### {int(size):,} passages\n\n" + _made(sizes[size]))
        parts.append(table_of(sizes[size]["programs"]))
    if sizes:
        parts.append(HOW.format(**sizes[max(sizes, key=int)]["plan"]))
    used = [name for name in BY_NAME if any(name in measured["programs"] for measured in sizes.values())]
    parts.append("\n".join(_note(name) for name in used))
    return "\n\n".join(parts)


def _made(measured: Mapping[str, Any]) -> str:
    """Say by which command, and how much else went on."""
    text = "Made by `{command}` on {machine}, {date}; load average {load[0]:.1f} before, {load[1]:.1f} after"
    if "stolen" in measured:
        text += "; {stolen:.1%} of the processors' time went to other machines"
    return text.format(**measured) + "."


def table_of(programs: Mapping[str, Mapping[str, Any]]) -> str:
    """Give one size's table; programs in the order they were measured."""
    rows = [["", *(column.title for column in COLUMNS)], ["---"] * (len(COLUMNS) + 1)]
    ours = programs.get(OURS, {})
    for name, record in programs.items():
        figures = figures_of(record)
        ratios = {} if name == OURS else ratios_of(record, ours)
        cells = [_cell(column, figures, ratios, record) for column in COLUMNS]
        rows.append([BY_NAME[name].title, *cells])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(column: Column, figures: Figures, ratios: Figures, record: Mapping[str, Any]) -> str:
    """Give the figures of a column, with the ratio of the first; or why there are none."""
    reason = record.get("stopped", {}).get(column.verb, "").replace("|", "/")
    if not all(figure in figures for figure in column.figures):
        return reason or "–"
    first = column.figures[0]
    shown = "{:.3f}".format if first in SHARES else rounded
    text = " / ".join(shown(figures[figure] * column.unit) for figure in column.figures)
    if column.verb in record.get("wrong", ()):
        text += " †"
    if first in ratios and first not in WITHOUT_RATIO:
        text += f" (×{rounded(ratios[first])})"
    return f"{text}; then {reason}" if reason else text


def _note(name: str) -> str:
    rival = BY_NAME[name]
    versions = f" ({', '.join(rival.packages)})" if rival.packages else ""
    return f"- {rival.title}{versions}: {rival.note}."


def rounded(value: float) -> str:
    """Write a figure with two digits that count, or all before the point."""
    if value >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 0.995 else f"{value:.2g}"
