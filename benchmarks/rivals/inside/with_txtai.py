"""txtai: hybrid embeddings with content; vectors come from outside."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from adapter import K
from txtai import Embeddings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage

KNOWN: dict[str, Any] = {}


def given(texts: Sequence[str]) -> Any:  # noqa: ANN401
    """Give vectors that are known already; each is asked for once, and must not take memory afterwards."""
    return np.stack([KNOWN.pop(text) for text in texts])


class Txtai:
    """`upsert` and `delete` change the index in memory; `save` writes it whole.

    Its SQLite cursor is shared: two threads at once are "Recursive use of cursors not allowed", hence the lock.
    """

    def __init__(self, home: Path) -> None:
        self._folder = str(home / "index")
        self._embeddings: Embeddings
        self._lock = threading.Lock()

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        self._embeddings = Embeddings(method="external", transform=given, hybrid=True, content=True)
        self._embeddings.index(self._rows(batches))
        self._embeddings.save(self._folder)
        self._embeddings.close()

    def open(self) -> None:  # noqa: D102
        self._embeddings = Embeddings()
        self._embeddings.load(self._folder, config={"transform": given})

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        with self._lock:
            KNOWN[text] = vector
            return [(hit["id"], hit["text"]) for hit in self._embeddings.search(text, K)]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, D102
        with self._lock:
            KNOWN[text] = vector
            return [hit["id"] for hit in self._embeddings.search(text, K, weights=1.0)]

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._embeddings.upsert(self._rows([passages]))
        self._embeddings.save(self._folder)

    def remove(self, name: str) -> None:  # noqa: D102
        self._embeddings.delete([name])
        self._embeddings.save(self._folder)

    def update(self, passage: Passage) -> None:  # noqa: D102
        self.add([passage])

    def _rows(self, batches: Any) -> Iterator[tuple[str, str, None]]:  # noqa: ANN401
        """Give texts, and have their vectors ready for when they are asked for."""
        for batch in batches:
            KNOWN.update((passage.text, passage.vector) for passage in batch)
            for passage in batch:
                yield passage.id, passage.text, None


make = Txtai
