"""rank-bm25 and FAISS in a script, as tutorials do it."""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from adapter import K, fused
from rank_bm25 import BM25Okapi

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


class Script:
    """Two indexes and a dictionary; BM25 is made anew at each change, as it has no other way."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._number_of: dict[str, int] = {}
        self._texts: dict[int, tuple[str, str]] = {}
        self._vectors: Any = None
        self._bm25: BM25Okapi
        self._order: list[int]

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        for batch in batches:
            self._put(batch)
        self._save()

    def open(self) -> None:  # noqa: D102
        with (self._home / "words").open("rb") as file:
            self._number_of, self._texts, self._order, self._bm25 = pickle.load(file)  # noqa: S301 - ours
        self._vectors = faiss.read_index(str(self._home / "vectors"))

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        best = np.argsort(self._bm25.get_scores(_words(text)))[::-1][:K]
        lexical = [self._texts[self._order[row]][0] for row in best]
        fusion = fused([lexical, self.nearest(text, vector)])
        return [self._texts[self._number_of[name]] for name in fusion]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, ARG002, D102
        _, near = self._vectors.search(vector[None], K)
        return [self._texts[number][0] for number in near[0].tolist() if number >= 0]

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._put(passages)
        self._save()

    def remove(self, name: str) -> None:  # noqa: D102
        self._drop(name)
        self._save()

    def update(self, passage: Passage) -> None:  # noqa: D102
        self._drop(passage.id)
        self._put([passage])
        self._save()

    def _put(self, passages: Sequence[Passage]) -> None:
        if self._vectors is None:
            self._vectors = faiss.IndexIDMap2(faiss.IndexFlatIP(len(passages[0].vector)))
        first = max(self._texts, default=-1) + 1 if len(passages) < 100 else len(self._texts)
        numbers = list(range(first, first + len(passages)))
        for number, passage in zip(numbers, passages, strict=True):
            self._number_of[passage.id] = number
            self._texts[number] = (passage.id, passage.text)
        self._vectors.add_with_ids(np.stack([p.vector for p in passages]), np.array(numbers))

    def _drop(self, name: str) -> None:
        number = self._number_of.pop(name)
        del self._texts[number]
        self._vectors.remove_ids(np.array([number]))

    def _save(self) -> None:
        self._order = list(self._texts)
        self._bm25 = BM25Okapi([_words(text) for _, text in self._texts.values()])
        with (self._home / "words").open("wb") as file:
            pickle.dump((self._number_of, self._texts, self._order, self._bm25), file)
        faiss.write_index(self._vectors, str(self._home / "vectors"))


make = Script
