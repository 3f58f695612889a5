"""LlamaIndex: QueryFusionRetriever over its BM25 retriever and its FAISS store that can delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faiss
from adapter import K
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissMapVectorStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage

KNOWN: dict[str, list[float]] = {}


class Given(BaseEmbedding):
    """Gives vectors that are known already."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return KNOWN[query]

    def _get_text_embedding(self, text: str) -> list[float]:
        return KNOWN[text]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return KNOWN[query]


class LlamaIndex:
    """The BM25 retriever is made anew from the document store at each change."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._index: Any = None
        self._dense: Any = None
        self._fusion: QueryFusionRetriever

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        for batch in batches:
            if self._index is None:
                vectors = faiss.IndexIDMap2(faiss.IndexFlatIP(len(batch[0].vector)))
                context = StorageContext.from_defaults(vector_store=FaissMapVectorStore(vectors))
                self._index = VectorStoreIndex([], storage_context=context, embed_model=Given())
            self._index.insert_nodes([_node(passage) for passage in batch])
        self._save()

    def open(self) -> None:  # noqa: D102
        store = FaissMapVectorStore.from_persist_dir(str(self._home))
        context = StorageContext.from_defaults(vector_store=store, persist_dir=str(self._home))
        self._index = load_index_from_storage(context, embed_model=Given())
        self._join(BM25Retriever.from_persist_dir(str(self._home / "bm25")))

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        KNOWN[text] = vector.tolist()
        return [(found.node.node_id, found.node.get_content()) for found in self._fusion.retrieve(text)]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, D102
        KNOWN[text] = vector.tolist()
        return [found.node.node_id for found in self._dense.retrieve(text)]

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._index.insert_nodes([_node(passage) for passage in passages])
        self._save()

    def remove(self, name: str) -> None:  # noqa: D102
        self._index.delete_nodes([name], delete_from_docstore=True)
        self._save()

    def update(self, passage: Passage) -> None:  # noqa: D102
        self._index.delete_nodes([passage.id], delete_from_docstore=True)
        self._index.insert_nodes([_node(passage)])
        self._save()

    def _save(self) -> None:
        bm25 = BM25Retriever.from_defaults(docstore=self._index.docstore, similarity_top_k=K)
        (self._home / "bm25").mkdir(exist_ok=True)
        bm25.persist(str(self._home / "bm25"))
        self._index.storage_context.persist(str(self._home))
        self._join(bm25)

    def _join(self, bm25: BM25Retriever) -> None:
        self._dense = self._index.as_retriever(similarity_top_k=K)
        self._fusion = QueryFusionRetriever(
            [self._dense, bm25],
            llm=MockLLM(),
            num_queries=1,
            mode="reciprocal_rerank",
            similarity_top_k=K,
            use_async=False,
        )


def _node(passage: Passage) -> TextNode:
    return TextNode(id_=passage.id, text=passage.text, embedding=passage.vector.tolist())


make = LlamaIndex
