"""How often an encoder alone finds the right paragraph of a SQuAD-format file.

`python -m training.recall --questions xquad-dev.en.json --paragraphs xquad-dev.ar.json`
Both files hold the same paragraphs in the same order.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.models import open_encoder
from index.models.bundled_encoder import OnnxEncoder

if TYPE_CHECKING:
    from index.models.encoder import Encoder


class Set(NamedTuple):
    """Paragraphs, questions, and for each question the number of its paragraph."""

    paragraphs: list[str]
    questions: list[str]
    answers: list[int]


def read(path: Path) -> Set:
    """Read a SQuAD-format file."""
    found = Set([], [], [])
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                found.questions.append(asked["question"])
                found.answers.append(len(found.paragraphs))
            found.paragraphs.append(paragraph["context"])
    return found


def recall(encoder: Encoder, questions: Set, paragraphs: list[str]) -> tuple[float, float]:
    """Give recall at 1 and at 10; a tie counts as found last."""
    asked = np.stack([encoder.encode_question(question) for question in questions.questions])
    scores = asked @ encoder.encode_passages(paragraphs).T
    own = scores[np.arange(len(asked)), questions.answers]
    rank = (scores >= own[:, None]).sum(axis=1)
    return float((rank <= 1).mean()), float((rank <= 10).mean())


def _open(model: str | None) -> Encoder:
    """Open a model, or a folder that `training.encoder` wrote."""
    if model is not None and (Path(model) / "onnx").is_dir():
        return OnnxEncoder.open(Path(model))
    return open_encoder(model)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Recall of the dense half alone.")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--paragraphs", type=Path, required=True)
    parser.add_argument("--model", help="a folder or hub name; without it the shipped model")
    arguments = parser.parse_args()
    encoder = _open(arguments.model)
    paragraphs = read(arguments.paragraphs).paragraphs
    for path in arguments.questions:
        first, ten = recall(encoder, read(path), paragraphs)
        print(f"{path.stem} -> {arguments.paragraphs.stem}: {first:.3f} / {ten:.3f}")


if __name__ == "__main__":
    main()
