"""Milvus Lite: BM25 by its own function, HNSW, reciprocal rank fusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter import K
from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage

NAME = "passages"


class Milvus:
    """One collection; every change is in its write-ahead log when the call returns."""

    def __init__(self, home: Path) -> None:
        self._client = MilvusClient(str(home / "milvus.db"))

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        first = next(batches)
        self._create(len(first[0].vector))
        self._client.insert(NAME, [_row(passage) for passage in first])
        for batch in batches:
            self._client.insert(NAME, [_row(passage) for passage in batch])
        self._client.flush(NAME)
        indexes = self._client.prepare_index_params()
        dense = {"M": 16, "efConstruction": 200}
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=dense)
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        self._client.create_index(NAME, indexes)
        self._client.load_collection(NAME)
        self._client.close()

    def open(self) -> None:  # noqa: D102
        self._client.load_collection(NAME)

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        dense = AnnSearchRequest([vector.tolist()], "vector", {"metric_type": "IP"}, limit=K)
        words = AnnSearchRequest([text], "words", {"metric_type": "BM25"}, limit=K)
        found = self._client.hybrid_search(NAME, [dense, words], RRFRanker(), limit=K, output_fields=["text"])
        return [(hit["id"], hit["entity"]["text"]) for hit in found[0]]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, ARG002, D102
        found = self._client.search(
            NAME, [vector.tolist()], anns_field="vector", search_params={"metric_type": "IP"}, limit=K
        )
        return [hit["id"] for hit in found[0]]

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._client.insert(NAME, [_row(passage) for passage in passages])

    def remove(self, name: str) -> None:  # noqa: D102
        self._client.delete(NAME, ids=[name])

    def update(self, passage: Passage) -> None:  # noqa: D102
        self._client.upsert(NAME, [_row(passage)])

    def _create(self, dimension: int) -> None:
        schema = self._client.create_schema(auto_id=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=64)
        schema.add_field("text", DataType.VARCHAR, max_length=8_000, enable_analyzer=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        bm25 = Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["text"],
            output_field_names=["words"],
        )
        schema.add_function(bm25)
        self._client.create_collection(NAME, schema=schema)


def _row(passage: Passage) -> dict[str, Any]:
    return {"id": passage.id, "text": passage.text, "vector": passage.vector.tolist()}


make = Milvus
