"""How well a reader answers: the right short answer, and none where the passage has none.

    python -m training.reading --model index/bundled/reader --data DATA

`DATA` is the folder of `eval/` (development halves of XQuAD and ARCD) and `qa-eval/`. Nothing of them is learned from,
nor of the written questions that are kept back.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tokenizers import Tokenizer

from training import written
from training.inputs import joined, question_tokens
from training.near import Neighbours
from training.pieces import lines
from training.rows import WRITTEN, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

ENCODER = Path(__file__).parent.parent / "index" / "bundled" / "encoder"
SHARED = "session.model_external_initializers_file_folder_path"
"""ONNX Runtime's setting: the folder of the weights that a graph does not hold itself."""
MOST = 30
"""Tokens of an answer at most."""
PLACES = 512
"""Tokens of a question and a passage at most."""
SETS = {
    "XQuAD ar": ("xquad-dev.ar.json", "xquad-dev.ar.json"),
    "XQuAD en": ("xquad-dev.en.json", "xquad-dev.en.json"),
    "XQuAD en > ar": ("xquad-dev.en.json", "xquad-dev.ar.json"),
    "XQuAD ar > en": ("xquad-dev.ar.json", "xquad-dev.en.json"),
    "ARCD": ("arcd-dev.ar.json", "arcd-dev.ar.json"),
}
"""Files of the questions and of the passages with their answers."""
NEWS = "multi-m2qa-train.jsonl.gz"
HAN = re.compile(
    r"(?<=[\u3400-\u9fff，。、；：]) +(?=[\u3400-\u9fff，。、；：\d])|(?<=\d) +(?=[\u3400-\u9fff])"
)
"""Spaces that were written between Chinese words, which no newspaper prints."""
UNSPACED = re.compile("([\u3400-\u9fff])")
ARTICLES = re.compile(r"\b(a|an|the)\b")


class Asked(NamedTuple):
    """A question, its passage and its answers; `near` is a passage like it that does not answer."""

    question: str
    context: str
    answers: tuple[str, ...]
    near: str | None = None


class Found(NamedTuple):
    """The best answer of a passage, and how much better it is than none."""

    text: str
    score: float


@dataclass
class Marker:
    """Reads passages with an opened model."""

    session: InferenceSession
    tokenizer: Tokenizer

    @classmethod
    def open(cls, path: Path) -> Marker:
        """Open a folder that `training.reader` wrote, or a graph."""
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry(SHARED, str(ENCODER / "onnx"))
        graph = (path / "model.onnx" if path.is_dir() else path).read_bytes()
        session = InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        return cls(session, Tokenizer.from_file(str(ENCODER / "tokenizer.json")))

    def answer(self, question: str, passage: str) -> Found:
        """Give the best answer in a passage."""
        asked = question_tokens(self.tokenizer, question)
        told = self.tokenizer.encode(passage, add_special_tokens=False)
        ids = np.array([joined(asked, told.ids[: PLACES - len(asked) - 3])])
        (marks,) = self.session.run(["logits"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        base = len(asked) + 2
        start, end, score = best(marks[0, base:-1])
        text = passage[told.offsets[start][0] : told.offsets[end][1]]
        return Found(text, score - float(marks[0, 0].sum()))


def best(marks: NDArray[np.float32]) -> tuple[int, int, float]:
    """Give the start, the end and the score of the best answer; `marks` is (length, 2)."""
    if not len(marks):
        return 0, 0, -np.inf
    length = len(marks)
    sums = marks[:, 0][:, None] + marks[:, 1][None, :]
    places = np.arange(length)
    ahead = places[None, :] - places[:, None]
    sums[(ahead < 0) | (ahead >= MOST)] = -np.inf
    start, end = divmod(int(sums.argmax()), length)
    return start, end, float(sums[start, end])


def normal(text: str) -> list[str]:
    """Give the words of an answer as they are compared: lower case, no signs, no English articles.

    Chinese is compared by characters. The Arabic article counts, as in the scorers of XQuAD and ARCD.
    """
    plain = "".join(" " if unicodedata.category(letter)[0] in "PS" else letter for letter in text.lower())
    return UNSPACED.sub(r" \1 ", ARTICLES.sub(" ", plain)).split()


def exact(found: str, answers: Sequence[str]) -> float:
    """Whether an answer is one of the right ones."""
    return float(any(normal(found) == normal(answer) for answer in answers))


def overlap(found: str, answers: Sequence[str]) -> float:
    """Give the F1 of the words of an answer, with the right one that it is most like."""
    return max((_overlap(Counter(normal(found)), Counter(normal(answer))) for answer in answers), default=0.0)


def _overlap(found: Counter[str], right: Counter[str]) -> float:
    common = (found & right).total()
    return 2 * common / max(found.total() + right.total(), 1)


def above(high: Sequence[float], low: Sequence[float]) -> float:
    """Give the probability that one of the high is above one of the low: the area under the ROC curve."""
    ranks = np.searchsorted(np.sort(low), high, "left") + np.searchsorted(np.sort(low), high, "right")
    return float(ranks.mean() / 2 / len(low))


def squad(questions: Path, passages: Path) -> list[Asked]:
    """Read questions, with passages and answers of the same numbers, and each one's near miss."""
    asked = {number: question for _, _, number, question, _ in _questions(questions)}
    contexts: dict[int, list[str]] = {}
    for article, context, *_ in _questions(passages):
        known = contexts.setdefault(article, [])
        if context not in known:
            known.append(context)
    neighbours = {article: Neighbours(some) for article, some in contexts.items() if len(some) > 1}
    found = []
    for article, context, number, question, answers in _questions(passages):
        near = None
        if article in neighbours:
            near = neighbours[article].nearest(question, context, [Answer(0, text) for text in answers])
        found.append(Asked(asked[number], context, answers, near))
    return found


def _questions(path: Path) -> Iterator[tuple[int, str, str, str, tuple[str, ...]]]:
    """Give the number of the article, the passage, the question's number, the question and the answers."""
    for article, about in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for paragraph in about["paragraphs"]:
            for asked in paragraph["qas"]:
                answers = tuple(dict.fromkeys(answer["text"] for answer in asked["answers"]))
                yield article, paragraph["context"], str(asked["id"]), asked["question"], answers


def news(path: Path) -> list[Asked]:
    """Read questions of which some have no answer."""
    found = []
    for line in lines(path):
        row = json.loads(line)
        answers = tuple(HAN.sub("", answer["text"]) for answer in row["answers"])
        found.append(Asked(HAN.sub("", row["question"]), HAN.sub("", row["context"]), answers))
    return found


def kept_back() -> dict[str, list[Asked]]:
    """Return the written questions that are not learned from, by their languages; of some the passage has no answer."""
    found: dict[str, list[Asked]] = {}
    for passages in written.kept_back().values():
        for row in (row for asked in passages for row in asked.rows):
            languages = f"{row.asked}>{row.told}" if {row.asked, row.told} <= {"ar", "en"} else "others"
            answers = tuple(answer.text for answer in row.answers)
            found.setdefault(f"written {languages}", []).append(Asked(row.question, row.context, answers))
    return dict(sorted(found.items()))


def with_none(scores: Sequence[float], gains: Sequence[float], answered: Sequence[bool]) -> float:
    """Give the best mean gain over all thresholds below which no answer is given.

    Args:
        scores: of the answers.
        gains: what each answer is worth where it is given; a question without answer is worth 1 where none is.
        answered: which questions have an answer.
    """
    order = np.argsort(scores)
    withheld = np.where(np.asarray(answered), 0.0, 1.0)[order]
    given = np.asarray(gains)[order]
    totals = np.concatenate([[0], np.cumsum(withheld)]) + np.concatenate([np.cumsum(given[::-1])[::-1], [0]])
    return float(totals.max() / len(order))


def _spread(asked: list[Asked], limit: int) -> list[Asked]:
    return asked if not limit else asked[:: max(1, len(asked) // limit)][:limit]


def report_squad(marker: Marker, name: str, asked: list[Asked]) -> str:
    """Measure a set of which every question has an answer."""
    found = [marker.answer(one.question, one.context) for one in asked]
    exacts = [exact(one.text, right.answers) for one, right in zip(found, asked, strict=True)]
    overlaps = [overlap(one.text, right.answers) for one, right in zip(found, asked, strict=True)]
    near = [marker.answer(one.question, one.near).score for one in asked if one.near]
    area = above([one.score for one in found], near)
    return f"{name:15} {len(asked):5} {np.mean(exacts):.3f} {np.mean(overlaps):.3f} {area:.3f} ({len(near)})"


def report_mixed(marker: Marker, name: str, asked: list[Asked]) -> str:
    """Measure a set of which some questions have no answer."""
    found = [marker.answer(one.question, one.context) for one in asked]
    gains = [
        overlap(one.text, right.answers) if right.answers else 0.0
        for one, right in zip(found, asked, strict=True)
    ]
    answered = [bool(one.answers) for one in asked]
    scores = [one.score for one in found]
    best_f1 = with_none(scores, gains, answered)
    own = np.mean([gain for gain, has in zip(gains, answered, strict=True) if has])
    area = above(
        [score for score, has in zip(scores, answered, strict=True) if has],
        [score for score, has in zip(scores, answered, strict=True) if not has],
    )
    return f"{name:15} {len(asked):5} F1 with none {best_f1:.3f}, of the answered {own:.3f}, area {area:.3f}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure a reader.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder of eval/ and qa-eval/")
    parser.add_argument(
        "--sets", nargs="+", choices=(*SETS, "M2QA", WRITTEN), default=[*SETS, "M2QA", WRITTEN]
    )
    parser.add_argument("--limit", type=int, default=0, help="questions of each set; all by default")
    parser.add_argument("--news", type=int, default=1500, help="questions of M2QA; 0: all 7,497")
    arguments = parser.parse_args()
    marker = Marker.open(arguments.model)
    print(f"{'set':15} {'n':>5} {'EM':>5} {'F1':>5} area of near misses")
    for name in arguments.sets:
        if name not in SETS:
            continue
        questions, passages = SETS[name]
        folder = arguments.data / "eval"
        asked = _spread(squad(folder / questions, folder / passages), arguments.limit)
        print(report_squad(marker, name, asked), flush=True)
    if "M2QA" in arguments.sets:
        asked = news(arguments.data / "qa-eval" / NEWS)
        asked = _spread(asked, min(arguments.limit, arguments.news) or arguments.news)
        print(report_mixed(marker, "M2QA", asked), flush=True)
    if WRITTEN in arguments.sets:
        for name, asked in kept_back().items():
            print(report_mixed(marker, name, _spread(asked, arguments.limit)), flush=True)
    print(f"{speed(marker):.0f} ms for a question and passage of 160 tokens")


def speed(marker: Marker, tokens: int = 160, runs: int = 20) -> float:
    """Give the milliseconds that a passage takes on one thread, the least of some runs."""
    ids = np.arange(1000, 1000 + tokens)[None, :]
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        marker.session.run(["logits"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        times.append(time.perf_counter() - began)
    return min(times) * 1000


if __name__ == "__main__":
    main()
