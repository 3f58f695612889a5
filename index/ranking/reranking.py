"""Order the first hits of a ranking by a model that reads each together with the question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.ranking.parameters import RERANKED, RERANKING
from index.ranking.verdict import probability

if TYPE_CHECKING:
    from index.models.reranker import Reranker
    from index.records import Hit, Ranking


def rerank(ranking: Ranking, reranker: Reranker) -> Ranking:
    """Return a ranking with its first hits in the order of their scores and the reranker's together.

    The search alone says how confident it is (`Ranking.signs`), as that was measured without a reranker.

    Args:
        ranking: of the search, with at least `RERANKED` hits if there are so many.
        reranker: the model.

    Returns:
        The same hits, with higher scores and new ranks; equal scores stay in their order.

    Raises:
        ModelError: the reranker cannot read.
    """
    first, rest = ranking.hits[:RERANKED], ranking.hits[RERANKED:]
    if not first:
        return ranking
    logits = reranker.score(ranking.question, [hit.text for hit in first])
    scored = [_raised(hit, logit) for hit, logit in zip(first, logits, strict=True)]
    scored.sort(key=lambda hit: -hit.score)
    hits = [replace(hit, rank=rank) for rank, hit in enumerate([*scored, *rest], start=1)]
    return replace(ranking, hits=tuple(hits))


def _raised(hit: Hit, logit: float) -> Hit:
    return replace(hit, score=hit.score + RERANKING * probability(logit))
