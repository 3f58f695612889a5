"""What several tests ask of a collection, and how they compare what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index import Collection

QUESTIONS = [
    "new hospital",
    "متى افتتح المستشفى؟",
    "cracks in the bridge",
    "бюджет на ремонт",
    "鱼类",
    "गेहूं",
]


def ranking(collection: Collection, question: str) -> list[tuple[str, float]]:
    """What is found once every passage has its vector."""
    assert collection.settle()
    return [(hit.passage_id, round(hit.score, 5)) for hit in collection.search(question, 20)]
