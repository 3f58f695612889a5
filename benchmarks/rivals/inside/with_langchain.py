"""LangChain: EnsembleRetriever over BM25Retriever and its FAISS store."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

from adapter import K
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapter import Passage


class Given(Embeddings):
    """Gives vectors that are known already."""

    def __init__(self) -> None:
        self.known: dict[str, list[float]] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:  # noqa: D102
        return [self.known[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:  # noqa: D102
        return self.known[text]


class LangChain:
    """The BM25 retriever has no save of its own: pickled, with its documents."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._given = Given()
        self._store: Any = None
        self._dense: Any = None
        self._ensemble: EnsembleRetriever

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        for batch in batches:
            self._put(batch)
        self._save()

    def open(self) -> None:  # noqa: D102
        self._store = FAISS.load_local(str(self._home), self._given, allow_dangerous_deserialization=True)
        with (self._home / "bm25").open("rb") as file:
            self._join(pickle.load(file))  # noqa: S301 - ours

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        self._given.known[text] = vector.tolist()
        found = self._ensemble.invoke(text)
        return [(document.metadata["id"], document.page_content) for document in found[:K]]

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, D102
        self._given.known[text] = vector.tolist()
        return [document.metadata["id"] for document in self._dense.invoke(text)]

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._put(passages)
        self._save()

    def remove(self, name: str) -> None:  # noqa: D102
        self._store.delete([name])
        self._save()

    def update(self, passage: Passage) -> None:  # noqa: D102
        self._store.delete([passage.id])
        self._put([passage])
        self._save()

    def _put(self, passages: Sequence[Passage]) -> None:
        pairs = [(p.text, p.vector.tolist()) for p in passages]
        rest = {"metadatas": [{"id": p.id} for p in passages], "ids": [p.id for p in passages]}
        if self._store is None:
            self._store = FAISS.from_embeddings(pairs, self._given, **rest)
        else:
            self._store.add_embeddings(pairs, **rest)

    def _save(self) -> None:
        documents = self._store.docstore._dict.values()
        bm25 = BM25Retriever.from_documents(documents, k=K)
        with (self._home / "bm25").open("wb") as file:
            pickle.dump(bm25, file)
        self._store.save_local(str(self._home))
        self._join(bm25)

    def _join(self, bm25: BM25Retriever) -> None:
        self._dense = self._store.as_retriever(search_kwargs={"k": K})
        self._ensemble = EnsembleRetriever(retrievers=[bm25, self._dense], weights=[0.5, 0.5])


make = LangChain
