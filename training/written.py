"""The questions that were written for Sanad, in `written/`: passages, and questions that they answer or only nearly do.

    python -m training.written training/written/*.txt.gz

prints how many there are, and stops at a wrong line. The texts are lines: `# ar` starts a passage in Arabic,
`? en | QUESTION | ANSWER` is an English question with the part of the passage that answers, `-` where none does.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from training.pieces import lines
from training.rows import Answer, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path(__file__).parent / "written"
KEPT_BACK = 20
"""Every so many-th passage is not learned from, but measured on."""
PASSAGE, ASKS, NONE = "# ", "? ", "-"


class Asked(NamedTuple):
    """A passage and what is asked about it."""

    language: str
    text: str
    rows: tuple[Row, ...]


def read(path: Path) -> Iterator[Asked]:
    """Read a file of passages.

    Raises:
        ValueError: a line is not of the form that is said above, or the passage does not hold an answer; the message
            names the line.
    """
    told: list[str] = []
    asked: list[str] = []
    language = ""
    for line in (*lines(path), PASSAGE):
        if line.startswith(PASSAGE):
            if language:
                yield _asked(language, "\n".join(told).strip(), asked)
            language, told, asked = line.removeprefix(PASSAGE).strip(), [], []
        elif line.startswith(ASKS):
            asked.append(line)
        elif asked and line.strip():
            raise ValueError(f"{path.name}: neither a question nor a passage: {line!r}")
        else:
            told.append(line)


def learned() -> Iterator[Row]:
    """Give the questions that are learned from."""
    for _, asked in _passages(kept_back=False):
        yield from asked.rows


def kept_back() -> dict[str, list[Asked]]:
    """Return the passages that are not learned from, by the names of their files."""
    found: dict[str, list[Asked]] = {}
    for name, asked in _passages(kept_back=True):
        found.setdefault(name, []).append(asked)
    return found


def _passages(*, kept_back: bool) -> Iterator[tuple[str, Asked]]:
    for path in sorted(FOLDER.glob("*.txt.gz")):
        for number, asked in enumerate(read(path)):
            if (number % KEPT_BACK == KEPT_BACK - 1) == kept_back:
                yield path.name.partition(".")[0], asked


def _asked(language: str, text: str, questions: Iterable[str]) -> Asked:
    return Asked(language, text, tuple(_row(question, text, language) for question in questions))


def _row(line: str, text: str, told: str) -> Row:
    parts = [part.strip() for part in line.removeprefix(ASKS).split("|")]
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"expected '? LANGUAGE | QUESTION | ANSWER': {line!r}")
    asked, question, answer = parts
    if answer != NONE and answer not in text:
        raise ValueError(f"the passage does not hold the answer: {line!r}")
    answers = () if answer == NONE else (Answer(text.index(answer), answer),)
    return Row(question, text, answers, asked.partition("-")[0], told.partition("-")[0])


def main() -> None:
    """Read files, and count."""
    counts = Counter[tuple[str, bool]]()
    for path in map(Path, sys.argv[1:]):
        for asked in read(path):
            for row in asked.rows:
                counts[f"{row.asked}>{row.told}", bool(row.answers)] += 1
    for (languages, answered), count in counts.most_common():
        print(f"{count:6} {languages}{'' if answered else ' without an answer'}")


if __name__ == "__main__":
    main()
