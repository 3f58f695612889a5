"""Turn candidates into ranked hits: read their texts, find their best sentences, fold near-duplicates."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.ranking.coverage import SoughtQuery
from index.ranking.evidence import Stored, evidence
from index.ranking.matches import AskedWords, matches
from index.ranking.near_duplicates import near
from index.ranking.parameters import NEAR_DUPLICATE, RESCORED, SENTENCE
from index.records import Hit, Marks
from index.store.articles import articles_by_number, ids_by_number
from index.store.passages import places_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.errors import StoreDamaged
    from index.ranking.candidates import Scored
    from index.ranking.evidence import Evidence
    from index.records import Article, Query
    from index.segments.view import View
    from index.segments.vocabulary import Vocabulary
    from index.store.passages import Place
    from index.store.reader import Reader


class _Candidate(NamedTuple):
    """A passage that may be a hit; `also_in`: the numbers of other articles that hold near-duplicates of it."""

    score: float
    place: Place
    vocabulary: Vocabulary
    also_in: list[int]

    def order(self, article_id: str) -> tuple[float, str, int]:
        # float error must not order equal scores; article id and place break ties alike in every process
        return -round(self.score, 6), article_id, self.place.ordinal


class _Found(NamedTuple):
    """A candidate that is kept, with its article."""

    candidate: _Candidate
    article: Article

    def order(self) -> tuple[float, str, int]:
        return self.candidate.order(self.article.id or "")

    @property
    def text(self) -> str:
        return self.article.text[self.candidate.place.start : self.candidate.place.end]

    @property
    def language(self) -> str:
        return self.article.language or "und"


class _Later:
    """Computes what marks need when one is first read, for all hits at once."""

    def __init__(self, query: Query, evidence: Callable[[], list[Evidence]]) -> None:
        """Take a question, and the function that finds the evidence of the hits that were not rescored."""
        self._query = query
        self._evidence = evidence

    @cached_property
    def _words(self) -> AskedWords:
        return AskedWords.of(self._query)

    @cached_property
    def _rest(self) -> list[Evidence]:
        return self._evidence()

    def marks(self, found: _Found, shown: Evidence) -> Marks:
        """Return the marks of a hit."""
        return Marks(
            shown.spans, matches(self._words, found.text, found.candidate.place.start, found.language)
        )

    def marks_at(self, found: _Found, place: int) -> Marks:
        """Return the marks of a hit that was not rescored, by its place among those."""
        return self.marks(found, self._rest[place])


def hits_of(view: View, reader: Reader, query: Query, scored: Scored, k: int) -> tuple[Hit, ...]:
    """Return the k best hits, rank 1 first; near-duplicates of a better one are named in its `also_in`.

    Args:
        view: the view that was searched.
        reader: of the same sequence number.
        query: its weights multiplied by idf.
        scored: the candidates.
        k: number of hits.
    """
    try:
        kept = _folded(_candidates(view, reader, scored, 2 * max(k, RESCORED)), max(k, RESCORED))
    except ValueError as error:
        raise reader.damaged(f"the words of a passage cannot be read: {error}") from error
    articles = articles_by_number(reader, list({one.place.article for one in kept}))
    others = _ids(reader, {number for one in kept for number in one.also_in})
    if gone := next((one.place.article for one in kept if one.place.article not in articles), None):
        raise reader.damaged(f"article number {gone} is gone")
    whole = [_Found(one, articles[one.place.article]) for one in kept]
    of_some = partial(_evidence, sought=SoughtQuery.of(query), damaged=reader.damaged)
    later = _Later(query, partial(of_some, whole[RESCORED:]))
    found: list[tuple[_Found, Callable[[], Marks]]] = []
    for one, shown in zip(whole, of_some(whole[:RESCORED]), strict=False):
        candidate = one.candidate._replace(score=one.candidate.score + SENTENCE * shown.share)
        found.append((one._replace(candidate=candidate), partial(later.marks, one, shown)))
    found += [(one, partial(later.marks_at, one, place)) for place, one in enumerate(whole[RESCORED:])]
    found.sort(key=lambda pair: pair[0].order())
    return tuple([_hit(rank, *pair, others) for rank, pair in enumerate(found[:k], start=1)])


def _evidence(
    found: list[_Found], sought: SoughtQuery, damaged: Callable[[str], StoreDamaged]
) -> list[Evidence]:
    passages = [Stored(one.candidate.place, one.language, one.candidate.vocabulary) for one in found]
    try:
        return evidence(sought, passages)
    except (ValueError, IndexError) as error:
        ids = ", ".join(dict.fromkeys(str(one.article.id) for one in found))
        raise damaged(f"the sentences of passages of {ids} cannot be read: {error}") from error


def _candidates(view: View, reader: Reader, scored: Scored, most: int) -> list[_Candidate]:
    """Return the best candidates in order."""
    best = np.argsort(-scored.fused, kind="stable")[:most]
    best = best[scored.fused[best] > 0]
    rows = scored.rows[best]
    numbers = view.numbers(rows).tolist()
    places = places_of(reader, numbers)
    if gone := next((number for number in numbers if number not in places), None):
        raise reader.damaged(f"passage {gone} is gone")
    found = [
        _Candidate(score, places[number], view.vocabulary(row), [])
        for score, number, row in zip(scored.fused[best].tolist(), numbers, rows.tolist(), strict=True)
    ]
    scores = {round(one.score, 6) for one in found}
    ids = _ids(reader, {one.place.article for one in found}) if len(scores) < len(found) else {}
    found.sort(key=lambda one: one.order(ids.get(one.place.article, "")))
    return found


def _ids(reader: Reader, numbers: set[int]) -> dict[int, str]:
    """Return the ids of articles; a lookup of its own, as few questions need it before the hits are chosen."""
    ids = ids_by_number(reader, list(numbers)) if numbers else {}
    if gone := numbers - ids.keys():
        raise reader.damaged(f"article number {min(gone)} is gone")
    return ids


def _folded(candidates: list[_Candidate], most: int) -> list[_Candidate]:
    """Keep the first of near-duplicate passages of one language in several articles."""
    twins = near([candidate.place.words for candidate in candidates], NEAR_DUPLICATE)
    kept: dict[int, _Candidate] = {}
    for number, candidate in enumerate(candidates):
        article = candidate.place.article
        others = [kept[other] for other in twins[number] if other in kept]
        twin = next((other for other in others if other.place.article != article), None)
        if twin is not None:
            twin.also_in.append(article)
        elif len(kept) < most:
            kept[number] = candidate
    return list(kept.values())


def _hit(rank: int, found: _Found, marks: Callable[[], Marks], ids: dict[int, str]) -> Hit:
    place = found.candidate.place
    return Hit(
        rank=rank,
        score=found.candidate.score,
        passage_id=f"{found.article.id}:{place.ordinal}",
        start=place.start,
        end=place.end,
        text=found.text,
        article=found.article,
        also_in=tuple(dict.fromkeys([ids[number] for number in found.candidate.also_in])),
        marks=marks,
    )
