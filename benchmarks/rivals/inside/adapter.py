"""The verbs that every program is asked to do, and what they are given."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

K = 10
"""How many hits a question asks for, and each half of a hybrid gives to the fusion."""


class Passage(NamedTuple):
    """A passage with its vector (d,), float32, unit length."""

    id: str
    language: str
    text: str
    vector: NDArray[np.float32]


class Adapter(Protocol):
    """One program over one folder. A change is done when the program answers with it and has saved it."""

    def build(self, batches: Iterator[list[Passage]]) -> None:
        """Index passages in an empty folder, and save."""

    def open(self) -> None:
        """Open what `build` saved, in a new process."""

    def ask(self, text: str, vector: NDArray[np.float32]) -> list[tuple[str, str]]:
        """Give ids and texts of the K best passages, best first."""

    def nearest(self, text: str, vector: NDArray[np.float32]) -> list[str]:
        """Give ids of the K nearest passages, as the dense half of `ask` finds them."""

    def add(self, passages: Sequence[Passage]) -> None:
        """Add new passages, and save."""

    def remove(self, name: str) -> None:
        """Remove the passage of this id, and save."""

    def update(self, passage: Passage) -> None:
        """Replace the passage of the same id, and save."""


class Material:
    """The files that `material.make` wrote, read piece by piece so that they take no memory of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.questions = self._questions("questions")
        self.change_questions = self._questions("change_questions")
        self.nearest = [{f"p{row}" for row in rows} for rows in np.load(folder / "nearest.npy").tolist()]

    def passages(self, name: str = "passages", size: int = 1_000) -> Iterator[list[Passage]]:
        """Give all passages in batches."""
        with (
            (self._folder / f"{name}.jsonl").open(encoding="utf-8") as lines,
            (self._folder / f"{name}.npy").open("rb") as array,
        ):
            np.lib.format.read_magic(array)
            (_, dimension), _, _ = np.lib.format.read_array_header_1_0(array)
            while batch := [json.loads(line) for line in islice(lines, size)]:
                rows = np.frombuffer(array.read(4 * dimension * len(batch)), np.float32)
                vectors = rows.reshape(len(batch), dimension)
                yield [Passage(**given, vector=vector) for given, vector in zip(batch, vectors, strict=True)]

    def changes(self) -> list[Passage]:
        """Give all passages that are added or replace others."""
        return [passage for batch in self.passages("changes") for passage in batch]

    def _questions(self, name: str) -> list[tuple[str, str, NDArray[np.float32]]]:
        """Give text, id of the passage it was made from, and vector of each question."""
        lines = (self._folder / f"{name}.jsonl").read_text("utf-8").splitlines()
        given = [json.loads(line) for line in lines]
        vectors = np.load(self._folder / f"{name}.npy")
        return [(g["text"], g["own"], vector) for g, vector in zip(given, vectors, strict=True)]


def fused(rankings: Sequence[Sequence[str]], c: int = 60) -> list[str]:
    """Fuse by reciprocal rank, for programs that are a script and have no fusion of their own."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, 1):
            scores[name] = scores.get(name, 0.0) + 1 / (c + rank)
    return sorted(scores, key=scores.__getitem__, reverse=True)[:K]
