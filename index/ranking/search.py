"""Rank the passages of one view of the collection for a question."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.ranking.candidates import Scored
from index.ranking.channels import lexical_scores
from index.ranking.confidence import confidence, signs
from index.ranking.coverage import weighed
from index.ranking.fusion import fuse, scales_of
from index.ranking.hits import hits_of
from index.ranking.parameters import CANDIDATES, DEFAULT, OWN_LANGUAGE, POOL, Weights
from index.ranking.query import analyse, languages_of
from index.ranking.spelling import corrected
from index.records import Filters, Hit, Query, Ranking
from index.segments.topk import top, union
from index.store.articles import numbers_matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from index.models.calibration import Calibration
    from index.models.encoder import Encoder
    from index.models.lexicon import Lexicon
    from index.ranking.channels import LexicalScores
    from index.ranking.fusion import Scale
    from index.segments.term_lookup import Located
    from index.segments.vectors import Vectors
    from index.segments.view import View
    from index.store.reader import Reader


class Nearest(NamedTuple):
    """The dense half of a search.

    Attributes:
        vector: (d,) float32, of the question.
        scales: mean and deviation of its cosines, in each language that has vectors.
        passages: (m,) numbers of the nearest passages, some of each language.
    """

    vector: NDArray[np.float32]
    scales: dict[str, Scale]
    passages: NDArray[np.int64]


class _Sought(NamedTuple):
    """A question's terms.

    Attributes:
        languages: those that the question may be in, the likeliest first.
        query: the terms.
        located: the terms in each channel.
    """

    languages: tuple[str, ...]
    query: Query
    located: Mapping[str, Located]


class _Read(NamedTuple):
    """The lexical half of a search.

    Attributes:
        query: the question's terms, weighed by idf.
        located: the terms in each channel.
        scores: of all rows; common terms may not be counted yet.
        best: (m,) the best rows by these scores, ascending.
    """

    query: Query
    located: Mapping[str, Located]
    scores: LexicalScores
    best: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Searcher:
    """Turns questions into rankings, for any view.

    Attributes:
        encoder: the model that made the vectors of the collection.
        calibration: of the encoder.
        lexicon: translations, or None to search without.
        weights: of the channels.
    """

    encoder: Encoder
    calibration: Calibration
    lexicon: Lexicon | None
    weights: Weights = DEFAULT

    def search(
        self, view: View, reader: Reader, question: str, k: int, filters: Filters | None = None
    ) -> Ranking:
        """Rank the passages that may answer a question.

        Args:
            view: of the same sequence number as the reader.
            reader: the transaction that texts are read from.
            question: checked and not empty.
            k: hits wanted; that many are returned if that many passages pass the filters and share
                anything with the question.
            filters: applied inside both retrievers.
        """
        pool = max(POOL, 4 * k)
        articles = numbers_matching(reader, filters) if filters else None
        # the engine and FAISS release the GIL, so one thread encodes and scans while this one scores the words
        nearest = _threads().submit(self._nearest, view.vectors, question, pool, articles)
        sought = self._sought(view, question)
        understood = corrected(
            view, reader, sought.query, sought.located["words"], sought.languages, self.lexicon
        )
        if understood:  # rare, so the encoding is begun before this is known; its result is dropped here
            question = understood.text
            nearest = _threads().submit(self._nearest, view.vectors, question, pool, articles)
            sought = self._sought(view, question)
        asked = self._read(view, sought, pool, view.allowed(articles))
        scored = self._scored(view, asked, nearest.result(), pool)
        hits = hits_of(view, reader, asked.query, scored, k)
        first = hits[0].score if hits else 0.0
        found = signs(scored.fused, first, _foreign(asked.query.language, hits, view))
        return Ranking(
            question=question,
            language=asked.query.language,
            hits=hits,
            confidence=confidence(found),
            sequence=view.sequence,
            signs=found,
            query=asked.query,
            corrected=understood.words if understood else (),
        )

    def _nearest(self, vectors: Vectors, question: str, pool: int, articles: set[int] | None) -> Nearest:
        """Encode a question, measure its cosines in each language, and find the nearest passages of each."""
        vector = self.encoder.encode_question(question)
        samples = {language: sample @ vector for language, sample in vectors.samples.items()}
        stand_ins = {language: self.calibration.statements(language) @ vector for language in samples}
        nearest = vectors.nearest(vector, pool, articles).values()
        passages = np.concatenate([np.empty(0, np.int64), *nearest])
        return Nearest(vector, scales_of(samples, stand_ins), passages)

    def _sought(self, view: View, question: str) -> _Sought:
        """Analyse a question, and locate its terms in the channels."""
        language, *also = languages = languages_of(question, view.spoken, self.lexicon)
        query = analyse(question, language, view.languages, self.lexicon, also)
        return _Sought(languages, query, view.locate(query))

    def _read(self, view: View, sought: _Sought, pool: int, allowed: list[NDArray[np.bool_] | None]) -> _Read:
        """Score all rows by a question's terms; rows that are not allowed score 0."""
        located = sought.located
        query = weighed(sought.query, located, view.channels)
        for whole in (False, True):
            scores = lexical_scores(view, query, located, self.weights, whole=whole)
            for first, mask in zip(view.first_rows, allowed, strict=True):
                if mask is not None:
                    scores.joined[first : first + len(mask)][~mask] = 0.0
            best = top(scores.joined, pool if scores.is_whole else max(pool, CANDIDATES))
            if scores.is_whole or len(best) >= CANDIDATES:
                break  # else a row that holds only common terms might rank among the first
        return _Read(query, located, scores, best)

    def _scored(self, view: View, asked: _Read, nearest: Nearest, pool: int) -> Scored:
        """Score the candidates of either half by both halves."""
        lexical, best = asked.scores, asked.best
        near = view.rows(np.sort(nearest.passages))
        if not lexical.is_whole:
            best = union(best, near)
            lexical.complete(view, asked.located, best)
            best = best[top(lexical.joined[best], pool)]
        rows = union(best, near)
        languages = view.languages_of(rows)
        deviations, trust = self._compared(view, asked.query.language, nearest, rows, languages)
        words = lexical.joined[rows].astype(float)
        words[languages == asked.query.language] **= OWN_LANGUAGE
        return Scored(rows, fuse(words, deviations, trust, self.weights.dense))

    def _compared(
        self,
        view: View,
        language: str,
        nearest: Nearest,
        rows: NDArray[np.int64],
        languages: NDArray[np.str_],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how many deviations the cosines of rows, (m,), are above the mean, and how far each is trusted."""
        deviations = view.vectors.cosines(nearest.vector, view.numbers(rows))
        trust = np.zeros(len(rows))
        if not nearest.vector.any():  # the model knows no word of the question
            return deviations, trust
        trusted = {code: self.calibration.trust(language, code) for code in nearest.scales}
        # where trusted vectors cover only some passages, these would crowd out the others
        spoken = sum(share * view.vectors.sizes[code] for code, share in trusted.items())
        spoken_for = min(1.0, spoken / max(view.n_passages, 1))
        for code, scale in nearest.scales.items():
            own = languages == code
            deviations[own] = (deviations[own] - scale.mean) / scale.deviation
            trust[own] = trusted[code] * spoken_for
        return deviations, trust


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the thread pool that encodes questions: one thread per core."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="sanad-encode")


os.register_at_fork(after_in_child=_threads.cache_clear)  # threads do not survive a fork


def _foreign(language: str, hits: tuple[Hit, ...], view: View) -> float:
    """Return how foreign the question is to what was found; see `Signs.foreign`."""
    found = hits[0].article.language if hits else None
    if language == "und":  # a bare name: it may be from any language
        return 0.5
    return 0.5 * (found != language) + 0.5 * (language not in view.languages)
