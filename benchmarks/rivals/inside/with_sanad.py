"""Sanad as a developer uses it: `Assistant`, one article a passage; it embeds by itself."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from adapter import K

from assistant import Assistant
from index import Article
from index.store.articles import ids_by_number
from index.store.passages import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage


class Sanad:
    """Language is given, as made-up words have none to detect; a hit's article is its passage."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._assistant: Assistant

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        with Assistant(self._home) as assistant:
            assistant.add(_article(passage) for passage in chain.from_iterable(batches))
            assistant.settle()

    def open(self) -> None:  # noqa: D102
        self._assistant = Assistant(self._home)

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, ARG002, D102
        return [(hit.article.id or "", hit.text) for hit in self._assistant.search(text, K)]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, ARG002, D102
        with self._assistant._collection.view() as (view, reader):  # the dense half has no public name
            numbers = np.concatenate([*view.vectors.nearest(vector, K, None).values()])
            cosines = view.vectors.cosines(vector, numbers)
            numbers = numbers[np.argsort(-cosines)][:K].tolist()
            articles = {place.article for place in places_of(reader, numbers).values()}
            return list(ids_by_number(reader, list(articles)).values())

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._assistant.add([_article(passage) for passage in passages])

    def remove(self, name: str) -> None:  # noqa: D102
        self._assistant.remove(name)

    def update(self, passage: Passage) -> None:  # noqa: D102
        self._assistant.add([_article(passage)])


def _article(passage: Passage) -> Article:
    return Article(id=passage.id, text=passage.text, language=passage.language)


make = Sanad
