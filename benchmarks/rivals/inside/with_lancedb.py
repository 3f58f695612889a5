"""LanceDB: full-text index and approximate vectors, reciprocal rank fusion."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import lancedb
import pyarrow as pa
from adapter import K
from lancedb.rerankers import RRFReranker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from adapter import Passage

NAME = "passages"


class LanceDB:
    """One table; each change is a new version on disk, which a search scans beside the indexes.

    Vectors are searched as it comes, unless there is `tuning`: calls of its query builder and what they are given.
    """

    def __init__(
        self, home: Path, index_type: str = "IVF_HNSW_SQ", tuning: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self._database = lancedb.connect(str(home))
        self._table: Any
        self._reranker = RRFReranker()
        self._index_type, self._tuning = index_type, tuning

    def build(self, batches: Iterator[list[Passage]]) -> None:  # noqa: D102
        first = next(batches)
        self._table = self._database.create_table(NAME, _rows(first))

        def rest() -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield from _rows(batch).to_batches()

        schema = self._table.schema
        self._table.add(pa.RecordBatchReader.from_batches(schema, rest()))
        self._table.create_scalar_index("id")
        self._table.create_fts_index("text")
        self._table.create_index(metric="dot", index_type=self._index_type)
        self._table.optimize()

    def open(self) -> None:  # noqa: D102
        self._table = self._database.open_table(NAME)

    def ask(self, text: str, vector: Any) -> list[tuple[str, str]]:  # noqa: ANN401, D102
        search = self._table.search(query_type="hybrid").vector(vector).text(text)
        found = self._tuned(search.rerank(self._reranker).select(["id", "text"]).limit(K)).to_arrow()
        return list(zip(found["id"].to_pylist(), found["text"].to_pylist(), strict=True))

    def nearest(self, text: str, vector: Any) -> list[str]:  # noqa: ANN401, ARG002, D102
        found = self._tuned(self._table.search(vector).select(["id", "_distance"]).limit(K)).to_arrow()
        return found["id"].to_pylist()

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: D102
        self._table.add(_rows(passages))

    def remove(self, name: str) -> None:  # noqa: D102
        self._table.delete(f"id = '{name}'")

    def update(self, passage: Passage) -> None:  # noqa: D102
        change = self._table.merge_insert("id").when_matched_update_all()
        change.when_not_matched_insert_all().execute(_rows([passage]))

    def _tuned(self, search: Any) -> Any:  # noqa: ANN401
        for name, value in self._tuning.items():
            search = getattr(search, name)(value)
        return search


def _rows(passages: Sequence[Passage]) -> pa.Table:
    flat = pa.array([x for passage in passages for x in passage.vector.tolist()], pa.float32())
    return pa.table(
        {
            "id": [passage.id for passage in passages],
            "text": [passage.text for passage in passages],
            "vector": pa.FixedSizeListArray.from_arrays(flat, len(passages[0].vector)),
        }
    )


make = LanceDB
