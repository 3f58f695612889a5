"""Which programs are compared, in which versions, and what must be said about how each was used."""

from __future__ import annotations

from typing import NamedTuple


class Rival(NamedTuple):
    """One program.

    Attributes:
        name: for the command line; its adapter is `inside/with_<name>.py`.
        title: for the table.
        packages: what its environment holds; empty: our own environment.
        note: how it was set up and how its changes become durable.
    """

    name: str
    title: str
    packages: tuple[str, ...]
    note: str


OURS = "sanad"
FAISS = "faiss-cpu==1.15.1"
LANCEDB = "lancedb==0.40.0"
SAVES = "a change is done when all files are written again with the library's own means, without fsync"

RIVALS = (
    Rival(
        OURS,
        "Sanad",
        (),
        "one article a passage through `Assistant`: `add`, `remove`, `search(k=10)`. It analyses, embeds passages and "
        "questions itself, and ranks the first five by their best sentence too (the others get vectors); what is "
        "marked in a hit is found when it is read, so not here; durable when `add` returns; recall is of the first ten "
        "of the hundred that its dense half is asked for",
    ),
    Rival(
        "script",
        "rank-bm25 + FAISS",
        ("rank-bm25==0.2.2", FAISS),
        r"forty lines: `BM25Okapi` over lower-case `\w+`, `IndexFlatIP`, reciprocal rank fusion; " + SAVES,
    ),
    Rival(
        "langchain",
        "LangChain ensemble",
        ("langchain-classic==1.0.8", "langchain-community==0.4.2", "rank-bm25==0.2.2", FAISS),
        "`EnsembleRetriever` of `BM25Retriever` (pickled) and the `FAISS` store; " + SAVES,
    ),
    Rival(
        "llamaindex",
        "LlamaIndex fusion",
        (
            "llama-index-core==0.14.25",
            "llama-index-retrievers-bm25==0.8.0",
            "llama-index-vector-stores-faiss==0.7.0",
            FAISS,
        ),
        "`QueryFusionRetriever` (reciprocal rank) of `BM25Retriever` and `FaissMapVectorStore`; " + SAVES,
    ),
    Rival(
        "haystack",
        "Haystack in memory",
        ("haystack-ai==3.4.0",),
        "a pipeline of both in-memory retrievers and `DocumentJoiner` (reciprocal rank); " + SAVES,
    ),
    Rival(
        "txtai",
        "txtai hybrid",
        ("txtai==9.14.0", "torch==2.13.0"),
        "`Embeddings(hybrid=True, content=True)`, vectors from outside, its own choice of FAISS index; a lock around "
        "questions, as its database takes one thread at a time; " + SAVES,
    ),
    Rival(
        "milvus",
        "Milvus Lite hybrid",
        ("pymilvus==3.0.2", "milvus-lite==3.2.2"),
        "BM25 function and HNSW, `hybrid_search` with `RRFRanker`; durable by its write-ahead log, flushed after the "
        "build only",
    ),
    Rival(
        "lancedb",
        "LanceDB hybrid, HNSW",
        (LANCEDB,),
        "full-text index and `IVF_HNSW_SQ` as it comes, `RRFReranker`; each change is a new version on disk; not "
        "optimised after changes, so that questions also scan the new rows",
    ),
    Rival(
        "lancedb_rq",
        "LanceDB hybrid, RaBitQ",
        (LANCEDB,),
        "the same with `IVF_RQ`, `nprobes(100)` and `refine_factor(2)`, so that its recall reaches .99",
    ),
)
BY_NAME = {rival.name: rival for rival in RIVALS}
