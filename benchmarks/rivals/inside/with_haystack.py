"""Haystack: both in-memory retrievers and a joiner, in a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter import K
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage


class Haystack:
    """The store is kept in memory and saved as one JSON file."""

    def __init__(self, home: Path) -> None:
        self._file = str(home / "store.json")
        self._store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
        self._pipeline: Pipeline

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        for batch in batches:
            self._store.write_documents([_document(passage) for passage in batch])
        self._store.save_to_disk(self._file)

    def open(self) -> None:  # noqa: D102
        self._store = InMemoryDocumentStore.load_from_disk(self._file)
        self._pipeline = Pipeline()
        self._pipeline.add_component("words", InMemoryBM25Retriever(self._store, top_k=K))
        self._pipeline.add_component("vectors", InMemoryEmbeddingRetriever(self._store, top_k=K))
        joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)
        self._pipeline.add_component("joined", joiner)
        self._pipeline.connect("words", "joined")
        self._pipeline.connect("vectors", "joined")

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        asked = {"words": {"query": text}, "vectors": {"query_embedding": vector.tolist()}}
        found = self._pipeline.run(asked)["joined"]["documents"]
        return [(document.id, document.content) for document in found]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, ARG002, D102
        found = self._pipeline.get_component("vectors").run(query_embedding=vector.tolist())
        return [document.id for document in found["documents"]]

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._store.write_documents([_document(passage) for passage in passages])
        self._store.save_to_disk(self._file)

    def remove(self, name: str) -> None:  # noqa: D102
        self._store.delete_documents([name])
        self._store.save_to_disk(self._file)

    def update(self, passage: Passage) -> None:  # noqa: D102
        self._store.write_documents([_document(passage)], DuplicatePolicy.OVERWRITE)
        self._store.save_to_disk(self._file)


def _document(passage: Passage) -> Document:
    return Document(id=passage.id, content=passage.text, embedding=passage.vector.tolist())


make = Haystack
