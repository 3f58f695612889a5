"""The rows that the reader learns from: questions, passages and answers of people, and how often each kind is taken."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from training.pieces import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from random import Random

SHARES = {
    # file of qa-train, languages (of the question, of the passage): share among the answered examples
    ("ar-en-belebele-eqa", "ar>ar"): 12.0,
    ("ar-en-belebele-eqa", "ar>en"): 6.0,
    ("ar-en-belebele-eqa", "en>ar"): 4.0,
    ("ar-en-belebele-eqa", "en>en"): 1.0,
    ("multi-tydiqa", "en>en"): 12.0,
    ("en-fr-afriqa", "en>en"): 9.0,
    ("en-qed-nq", "en>en"): 5.0,
    ("en-qamr", "en>en"): 1.0,
    ("fa-pquad", "fa>fa"): 14.0,
    ("he-heq", "he>he"): 8.0,
    ("fr-piaf", "fr>fr"): 5.0,
    ("en-fr-afriqa", "fr>fr"): 1.5,
    ("tr-tquad", "tr>tr"): 4.0,
    ("multi-tydiqa", "ru>ru"): 3.0,
    ("zh-cmrc2018", "zh>zh"): 2.5,
    ("zh-drcd", "zh>zh"): 2.0,
    ("ja-jaquad", "ja>ja"): 1.5,
    ("id-facqa", "id>id"): 2.0,
    ("multi-tydiqa", "id>id"): 0.4,
    ("multi-tydiqa", "ko>ko"): 1.0,
    ("multi-tydiqa", "fi>fi"): 0.8,
    ("multi-tydiqa", "bn>bn"): 0.4,
    ("multi-tydiqa", "te>te"): 0.3,
    ("multi-tydiqa", "sw>sw"): 0.8,
    ("no-norquad", "no>no"): 3.0,
    ("pt-faquad", "pt>pt"): 1.5,
    ("th-iapp", "th>th"): 0.8,
    ("am-amqa", "am>am"): 0.3,
    ("cross-afriqa", "ha>en"): 0.7,
    ("cross-afriqa", "sw>en"): 0.5,
}
"""Short answers that people marked come first, then languages near those of the archives that are asked. The one set
with Arabic passages has 330 of them, so it is not taken more often than about once."""
WRITTEN, WRITTEN_SHARE = "written", 130.0
"""The questions of training/written.py, and their share, which their languages have by their number. They alone are
about Arabic passages in numbers, of news and encyclopedias, and hold four near misses for six answers."""
SENTENCES = ("multi-omosqa",)
"""Files whose answers are whole sentences: they say that a passage answers, not where."""
MAX_ANSWER = 160
"""Characters of an answer; a longer one is no short answer."""


class Answer(NamedTuple):
    """A part of a passage."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A question about a passage; without answers the passage does not answer it.

    Attributes:
        asked, told: languages of the question and of the passage, ISO 639-1 where there is a code.
        whole: the answers are whole sentences.
    """

    question: str
    context: str
    answers: tuple[Answer, ...]
    asked: str
    told: str
    whole: bool = False


@dataclass
class Deck:
    """Rows that are dealt in random order, all of them before any comes again."""

    rows: Sequence[Row]
    random: Random

    def __post_init__(self) -> None:
        self._left: list[Row] = []

    def deal(self) -> Row:
        """Give the next row."""
        if not self._left:
            self._left = list(self.rows)
            self.random.shuffle(self._left)
        return self._left.pop()


def shares(rows: Mapping[tuple[str, str], Sequence[Row]]) -> dict[tuple[str, str], float]:
    """Give the share of each set of rows among the answered examples."""
    written = {key: len(some) for key, some in rows.items() if key[0] == WRITTEN}
    given = {key: share for key, share in SHARES.items() if key in rows}
    return given | {key: WRITTEN_SHARE * count / sum(written.values()) for key, count in written.items()}


def read(data: Path) -> dict[tuple[str, str], list[Row]]:
    """Read the rows of the folder `qa-train`, by file and languages ("ar>en")."""
    found: dict[tuple[str, str], list[Row]] = {}
    for path in sorted((data / "qa-train").glob("*.jsonl.gz")):
        name = path.name.partition(".")[0]
        found |= by_languages(name, _rows(path, whole=name in SENTENCES))
    return found


def by_languages(name: str, rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Give the rows of a set by its name and their languages."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[name, f"{row.asked}>{row.told}"].append(row)
    return found


def _rows(path: Path, *, whole: bool) -> Iterator[Row]:
    for line in lines(path):
        row = json.loads(line)
        asked, _, told = row["lang"].partition(">")
        asked, told = asked.partition("-")[0], (told or asked).partition("-")[0]
        answers = tuple(Answer(answer["start"], answer["text"]) for answer in row["answers"])
        short = tuple(answer for answer in answers if whole or len(answer.text) <= MAX_ANSWER)
        if short or not answers:
            yield Row(row["question"].strip(), row["context"], short, asked, told, whole)
