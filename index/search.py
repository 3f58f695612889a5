"""Search: from a question to a ranking, over one view of the collection."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.channels import CANDIDATES, lexical_scores
from index.confidence import Parts, confidence, signs
from index.coverage import attainable, weighed
from index.fusion import DEFAULT, Weights, convex
from index.hits import Asked, hits_of
from index.language import detect
from index.query import Query, analyse
from index.records import Filters, Hit, Ranking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from index.channels import LexicalScores
    from index.embedding import Encoder
    from index.lexicon import Lexicon
    from index.reader import Reader
    from index.scoring import Located
    from index.view import View

# candidates that each half brings to the fusion, at least; above it neither recall@10 moves
POOL = 100
# rows of which the best one stands for all when the highest scores are sought, at most and at least
BLOCK, SMALLEST_BLOCK = 128, 4
SMALLEST = 1e-12
# rows from which on a second thread scans the vectors meanwhile: FAISS lets go of the interpreter's lock for
# milliseconds there, which in fewer rows handing over would cost
BESIDE_ROWS = 50_000


class Scored(NamedTuple):
    """Candidates of one question, in no order: global rows, their fused score and its parts, all (m,).

    The lexical parts are shares of what is asked in each channel, words that stand nowhere counted.
    """

    rows: NDArray[np.int64]
    fused: NDArray[np.float64]
    parts: Parts


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
        pool = max(POOL, 4 * k)
        allowed = view.allowed(reader.article_numbers(filters) if filters else None)
        vector = self.encoder.encode_question(question)
        nearest = _scan(view, vector, pool, allowed)
        language = detect(question)
        query = analyse(question, language, view.languages, self.lexicon)
        located = view.locate(query)
        asked = weighed(query, located, view.channels)
        lexical, best = self._lexical(view, language, located, pool, allowed)
        scored = self._scored(view, located, asked, vector, (lexical, best, nearest()), pool)
        hits = hits_of(view, reader, Asked(asked, vector, self.encoder), scored, k)
        first = hits[0].score if hits else 0.0
        found = signs(scored.fused, scored.parts, first, _foreign(language, hits, view))
        return Ranking(
            question=question,
            language=language,
            hits=hits,
            confidence=confidence(found),
            sequence=view.sequence,
        )

    def _scored(
        self,
        view: View,
        located: Mapping[str, Located],
        asked: Query,
        vector: NDArray[np.float32],
        found: tuple[LexicalScores, NDArray[np.int64], NDArray[np.int64]],
        pool: int,
    ) -> Scored:
        """Score the candidates of both halves by both halves; `asked` is the query weighed, `located` its terms."""
        lexical, best, nearest = found
        if not lexical.is_whole:
            best = _union(nearest, best)
            lexical.complete(view, located, best)
            best = best[_top(lexical.joined[best], pool)]
        rows = _union(best, nearest)
        dense = _cosines(view, vector, rows)
        fused = convex(dense, lexical.joined[rows].astype(float), self.weights.dense)
        words, grams, names = (
            getattr(lexical, name)[rows].astype(float) / attainable(getattr(asked, name))
            for name in ("words", "grams", "names")
        )
        return Scored(rows, fused, Parts(words, grams, names, dense))

    def _lexical(
        self,
        view: View,
        language: str,
        located: Mapping[str, Located],
        pool: int,
        allowed: list[NDArray[np.bool_] | None],
    ) -> tuple[LexicalScores, NDArray[np.int64]]:
        """Score by words; give the scores, 0 for what may not be found, and the first rows, not completed yet."""
        for whole in (False, True):
            lexical = lexical_scores(view, language, located, self.weights, whole=whole)
            for first, mask in zip(view.first_rows, allowed, strict=True):
                if mask is not None:
                    lexical.joined[first : first + len(mask)][~mask] = 0.0
            best = _top(lexical.joined, pool if lexical.is_whole else max(pool, CANDIDATES))
            if lexical.is_whole or len(best) >= CANDIDATES:
                break  # else rows that hold common terms only might be among the first
        return lexical, best


def _scan(
    view: View, vector: NDArray[np.float32], k: int, allowed: list[NDArray[np.bool_] | None]
) -> Callable[[], NDArray[np.int64]]:
    """Begin to look for the nearest rows, in a second thread if there are many, and give what waits for them."""
    search = partial(_nearest, view, vector, k, allowed)
    return _scanning().submit(search).result if view.n_rows >= BESIDE_ROWS else search


@cache
def _scanning() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="sanad-scan")


def _union(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the rows of both, ascending, each once; NumPy's own loads masked arrays, and a first question waits."""
    rows = np.sort(np.concatenate([some, others]))
    return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Give the rows of the k highest scores above 0, in no order."""
    rows = np.flatnonzero(scores >= _bound(scores, k))
    if len(rows) > k:
        rows = rows[np.argpartition(-scores[rows], k)[:k]]
    return rows


def _bound(scores: NDArray[np.float32], k: int) -> float:
    """Give a score that at least k rows reach: the k-th highest of the best of each block of rows; never 0."""
    block = min(BLOCK, len(scores) // (4 * k))  # four blocks for each row sought: few rows pass that are not
    if block < SMALLEST_BLOCK:
        return SMALLEST
    n_blocks = len(scores) // block
    best = (
        scores[: n_blocks * block].reshape(block, n_blocks).max(axis=0)
    )  # rows far apart: quicker to compare
    return max(float(np.partition(best, n_blocks - k)[n_blocks - k]), SMALLEST)


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
    """Give the cosines of rows, (m,) ascending, with the question's vector."""
    # in float64: a product's last bits in float32 depend on how many rows are multiplied at once
    scores, asked = np.zeros(len(rows)), vector.astype(np.float64)
    ends = np.searchsorted(rows, (*view.first_rows[1:], view.n_rows)).tolist()
    for first, segment, begin, end in zip(view.first_rows, view.segments, [0, *ends], ends, strict=False):
        if begin < end:
            vectors = segment.dense.vectors.take(rows[begin:end] - first, axis=0)
            scores[begin:end] = vectors.astype(np.float64) @ asked
    return scores


def _foreign(language: str, hits: tuple[Hit, ...], view: View) -> float:
    """Say how foreign the question is to what was found; see `Signs.foreign`."""
    found = hits[0].article.language if hits else None
    if language == "und":  # a bare name: it may be from any language
        return 0.5
    return 0.5 * (found != language) + 0.5 * (language not in view.languages)
