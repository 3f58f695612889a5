"""What every program is given, written once to files: passages, questions, changes, and all their vectors."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import faiss
import numpy as np

from benchmarks.rivals.texts import Passage, passages
from index.models import open_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from index.models.encoder import Encoder

QUESTIONS = 400
ADDED = 10  # articles that one change adds
CHANGES = 24  # rounds of changes that there is material for
NEAREST = 10  # passages nearest to a question that are known exactly: `K` of inside/adapter.py


def make(folder: Path, n: int) -> None:
    """Write the material for n passages, unless it is there."""
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    encoder = open_encoder(None)
    step = max(n // QUESTIONS, 1)
    asked = list(islice(passages(n), 0, None, step))[:QUESTIONS]
    changes = list(passages(CHANGES * (ADDED + 1), seed=1, prefix="new"))
    _write(folder, "passages", passages(n), n, encoder)
    _write(folder, "changes", changes, len(changes), encoder)
    for name, chosen in (("questions", asked), ("change_questions", changes)):
        vectors = np.stack([encoder.encode_question(passage.question) for passage in chosen])
        np.save(folder / f"{name}.npy", vectors)
        lines = [json.dumps({"own": p.id, "text": p.question}, ensure_ascii=False) for p in chosen]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    np.save(folder / "nearest.npy", _nearest(np.load(folder / "questions.npy"), folder / "passages.npy"))
    (folder / "complete").touch()


def _nearest(asked: NDArray[np.float32], file: Path) -> NDArray[np.int64]:
    """Give the rows of the vectors in a file that have the largest inner products with each question's, (q, 10)."""
    vectors = np.load(file, mmap_mode="r")
    _, rows = faiss.knn(asked, vectors, min(NEAREST, len(vectors)), metric=faiss.METRIC_INNER_PRODUCT)
    return np.asarray(rows, np.int64)


def _write(folder: Path, name: str, made: Iterable[Passage], n: int, encoder: Encoder) -> None:
    """Write passages as lines, and their vectors (n, d) as an array file."""
    vectors = np.lib.format.open_memmap(
        folder / f"{name}.npy", "w+", dtype=np.float32, shape=(n, encoder.dimension)
    )
    row = 0
    with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
        rest = iter(made)
        while batch := list(islice(rest, 2_000)):
            for passage in batch:
                line = {"id": passage.id, "language": passage.language, "text": passage.text}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
            vectors[row : row + len(batch)] = encoder.encode_passages([p.text for p in batch])
            row += len(batch)
    vectors.flush()
