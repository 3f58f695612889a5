"""Questions over the invented news articles of `news/`, asked as people ask: `python -m tests.quality.news_set`.

Printed: each question that goes wrong, then the figures.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant import Assistant
from assistant.evaluation import auroc, overlap
from tests.quality.measure import Figures, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant import Answer

FOLDER = Path(__file__).parent / "news"


class Asked(NamedTuple):
    """A question of the set, its answer, and the files of the articles by id."""

    row: dict[str, Any]
    answer: Answer
    files: dict[str, str]

    @property
    def is_first(self) -> bool:
        """Whether the first passage is of the right article."""
        shown = self.answer.shown
        return bool(shown) and self.files[shown[0].article.id or ""] == self.row["article"]

    @property
    def said(self) -> str:
        """The short answer; empty: none."""
        return self.answer.short_answer.text if self.answer.short_answer else ""

    @property
    def marks_evidence(self) -> bool:
        """Whether the marked sentence of the first passage shares more than half with the sentence that answers."""
        hit = self.answer.shown[0]
        start = hit.article.text.find(self.row["evidence"])
        end = start + len(self.row["evidence"])
        shared = sum(max(0, min(end, span.end) - max(start, span.start)) for span in hit.evidence)
        return shared > len(self.row["evidence"]) / 2


def questions() -> list[dict[str, Any]]:
    """All questions of the set."""
    return [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text("utf-8").splitlines()]


def ask_all(assistant: Assistant) -> list[Asked]:
    """Ask all of them over the twelve articles."""
    assistant.add(FOLDER / "articles")
    assistant.settle()
    files = {info.id: Path(info.origins[0]).name for info in assistant.articles()}
    return [Asked(row, assistant.ask(row["question"], read_s=60), files) for row in questions()]


def figures(asked: Sequence[Asked]) -> Figures:
    """Sum up: what is found, what is answered that should not be, and what is refused that should not be."""
    of: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        of[one.row["kind"]].append(one)
    answerable = of["answerable"]
    found = [one for one in answerable if one.is_first]
    return {
        "answerable first": _share([one.is_first for one in answerable]),
        "answerable refused": _share([not one.answer.answered for one in answerable]),
        "near answered": _share([one.answer.answered for one in of["near"]]),
        "far answered": _share([one.answer.answered for one in of["far"]]),
        "AUROC, near": auroc(
            *([one.answer.confidence for one in of[kind]] for kind in ("answerable", "near"))
        ),
        "short answer exact": _mean([overlap.exact(one.said, one.row["answers"]) for one in answerable]),
        "short answer F1": _mean([overlap.f1(one.said, one.row["answers"]) for one in answerable]),
        "evidence": _share([one.marks_evidence for one in found]),
        "keywords first and not refused": _share(
            [one.is_first and one.answer.verdict != "none" for one in of["keywords"]]
        ),
        "keywords with a short answer": _share([bool(one.said) for one in of["keywords"]]),
        "yes/no not refused": _share([one.answer.verdict != "none" for one in of["yes/no"]]),
        "misspelt first": _share([one.is_first for one in of["misspelt"]]),
    }


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def main() -> int:
    """Ask, list what goes wrong, and print the figures."""
    with tempfile.TemporaryDirectory() as home, Assistant(home) as assistant:
        asked = ask_all(assistant)
    for one in asked:
        wanted = one.row["kind"] in {"answerable", "misspelt"}
        answer = one.answer
        if answer.answered != wanted or (wanted and not overlap.f1(one.said, one.row["answers"])):
            told = [one.row["id"], one.row["question"], answer.verdict, f"{answer.confidence:.2f}", one.said]
            print(" | ".join([*told, " or ".join(one.row["answers"]), *answer.absent]))  # noqa: T201
    show("invented news", figures(asked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
