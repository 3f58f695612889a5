"""Search: from a question to a ranking, over one view of the collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.confidence import confidence
from index.coverage import weighed
from index.evidence import evidence
from index.fusion import DEFAULT, Weights, convex
from index.language import detect
from index.query import Query, analyse
from index.records import Filters, Hit, Ranking, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.lexicon import Lexicon
    from index.reader import Place, Reader
    from index.records import Article
    from index.view import View

# candidates that each half brings to the fusion, at least; above it neither recall@10 moves
POOL = 100
# two passages of different articles whose words overlap this much are shown once
NEAR_DUPLICATE = 0.9


class Scored(NamedTuple):
    """Candidates of one question, in no order: global rows and their scores, all (m,)."""

    rows: NDArray[np.int64]
    fused: NDArray[np.float64]
    dense: NDArray[np.float64]
    coverage: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Searcher:
    """What turns questions into rankings; the same for every view.

    Attributes:
        encoder: made the vectors of the collection.
        lexicon: translations, or None to search without.
        weights: of the channels.
    """

    encoder: Encoder
    lexicon: Lexicon | None
    weights: Weights = DEFAULT

    def search(
        self, view: View, reader: Reader, question: str, k: int, filters: Filters | None = None
    ) -> Ranking:
        """Rank the passages that may answer a question.

        Args:
            view: of the same sequence number as the reader.
            reader: where texts are read from.
            question: checked and not empty.
            k: hits wanted; that many come back if that many passages pass the filters and share
                anything with the question.
            filters: applied inside both retrievers.
        """
        language = detect(question)
        query = analyse(question, language, view.languages, self.lexicon)
        vector = self.encoder.encode_question(question)
        scored = self.score(view, reader, query, vector, max(POOL, 4 * k), filters)
        hits = self._hits(view, reader, weighed(query, view.channels), vector, scored, k)
        return Ranking(
            question=question,
            language=language,
            hits=hits,
            confidence=confidence(scored.fused, scored.dense, scored.coverage),
            sequence=view.sequence,
        )

    def score(
        self,
        view: View,
        reader: Reader,
        query: Query,
        vector: NDArray[np.float32],
        pool: int,
        filters: Filters | None = None,
    ) -> Scored:
        """Score the candidates of both halves by both halves."""
        allowed = view.allowed(reader.article_numbers(filters) if filters else None)
        lexical = self._lexical(view, query)
        for first, mask in zip(view.first_rows, allowed, strict=True):
            if mask is not None:
                lexical[first : first + len(mask)][~mask] = 0.0
        rows = np.union1d(_top(lexical, pool), _nearest(view, vector, pool, allowed))
        dense = _cosines(view, vector, rows)
        share = self.weights.dense
        coverage = lexical[rows] / max(self._attainable(view, query), 1e-9)
        return Scored(rows, convex(dense, lexical[rows], share), dense, coverage)

    def _lexical(self, view: View, query: Query) -> NDArray[np.float64]:
        scores = self.weights.words * view.channels["words"].score(query.words)
        scores += self.weights.names * view.channels["names"].score(query.names)
        scores += self.weights.grams * view.channels["grams"].score(query.grams)
        return scores

    def _attainable(self, view: View, query: Query) -> float:
        """Give the lexical score of a passage that holds every term of the question once."""
        total = 0.0
        for name in ("words", "names", "grams"):
            index = view.channels[name]
            weight = getattr(self.weights, name)
            most = index.idf_of(1)
            total += weight * most * sum(term.weight for term in getattr(query, name))
        return total

    def _hits(
        self,
        view: View,
        reader: Reader,
        query: Query,
        vector: NDArray[np.float32],
        scored: Scored,
        k: int,
    ) -> tuple[Hit, ...]:
        best = np.argsort(-scored.fused, kind="stable")[: 4 * k]
        best = best[scored.fused[best] > 0]
        numbers = view.numbers(scored.rows[best]).tolist()
        places = reader.places(numbers)
        # float error must not order equals: ties go by article id and place, the same everywhere
        order = sorted(
            zip(np.round(scored.fused[best], 6).tolist(), numbers, strict=True),
            key=lambda pair: (-pair[0], places[pair[1]]),
        )
        articles: dict[str, Article] = {}
        kept: list[tuple[float, Place, str, list[str]]] = []
        for score, number in order:
            place = places[number]
            if place.article_id not in articles:
                found = reader.article(place.article_id)
                if found is None:
                    continue
                articles[place.article_id] = found
            text = articles[place.article_id].text[place.start : place.end]
            twin = next((t for t in kept if _same(t[2], text) and t[1][0] != place.article_id), None)
            if twin:
                twin[3].append(place.article_id)
            elif len(kept) < k:
                kept.append((score, place, text, []))
        return tuple(
            self._hit(query, vector, rank, score, place, articles[place.article_id], also)
            for rank, (score, place, _, also) in enumerate(kept, start=1)
        )

    def _hit(
        self,
        query: Query,
        vector: NDArray[np.float32],
        rank: int,
        score: float,
        place: Place,
        article: Article,
        also_in: list[str],
    ) -> Hit:
        span = Span(place.start, place.end)
        return Hit(
            rank=rank,
            score=score,
            passage_id=f"{place.article_id}:{place.ordinal}",
            start=place.start,
            end=place.end,
            text=article.text[place.start : place.end],
            evidence=evidence(query, vector, article.text, span, article.language or "und", self.encoder),
            article=article,
            also_in=tuple(dict.fromkeys(also_in)),
        )


def _top(scores: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        rows = rows[np.argpartition(-scores[rows], k)[:k]]
    return rows


def _nearest(
    view: View,
    vector: NDArray[np.float32],
    k: int,
    allowed: list[NDArray[np.bool_] | None],
) -> NDArray[np.int64]:
    found = [
        first + segment.dense.search(vector, k, mask)[0]
        for first, segment, mask in zip(view.first_rows, view.segments, allowed, strict=True)
    ]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _cosines(view: View, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    scores = np.zeros(len(rows))
    for first, segment in zip(view.first_rows, view.segments, strict=True):
        mine = (rows >= first) & (rows < first + len(segment))
        scores[mine] = segment.dense.vectors(rows[mine] - first) @ vector
    return scores


def _same(one: str, other: str) -> bool:
    """Whether two passages hold nearly the same words (Jaccard overlap of their word sets)."""
    if not 0.8 < len(one) / max(len(other), 1) < 1.25:
        return False
    a, b = set(one.split()), set(other.split())
    return len(a & b) >= NEAR_DUPLICATE * len(a | b)
