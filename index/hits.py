"""From candidates to hits: their texts, their best sentences, near-duplicates folded, ranks."""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.coverage import SoughtQuery
from index.evidence import Stored, evidence
from index.matches import AskedWords, matches
from index.records import Hit, Marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.errors import StoreDamaged
    from index.evidence import Evidence
    from index.query import Query
    from index.reader import Place, Reader
    from index.records import Article
    from index.search import Scored
    from index.view import View
    from index.vocabulary import Vocabulary

# The first candidates are scored again with their best sentence, which a long passage drowns in the rest of its
# text: swept on the development sets (docs/retrieval.md, "Sentences"); deeper than five gains nothing.
RESCORED = 5
SENTENCE_DENSE, SENTENCE_LEXICAL = 0.5, 0.3
# two passages of different articles whose words overlap this much are shown once
NEAR_DUPLICATE = 0.9


class Asked(NamedTuple):
    """A question, prepared: terms weighed by idf, vector (d,), and the encoder that made it."""

    query: Query
    vector: NDArray[np.float32]
    encoder: Encoder


class _Candidate(NamedTuple):
    score: float
    place: Place
    article: Article
    text: str
    vocabulary: Vocabulary
    also_in: list[str]

    @property
    def language(self) -> str:
        return self.article.language or "und"

    def order(self) -> tuple[float, Place]:
        # float error must not order equals: ties go by article id and place, the same in every process
        return -round(self.score, 6), self.place


def hits_of(view: View, reader: Reader, asked: Asked, scored: Scored, k: int) -> tuple[Hit, ...]:
    """Give the k best hits, rank 1 first; near-duplicates of a better one are named in its `also_in`."""
    kept = _folded(_candidates(view, reader, scored, 2 * max(k, RESCORED)), max(k, RESCORED))
    sought = SoughtQuery.of(asked.query)
    of_some = partial(_evidence, asked=asked, sought=sought, damaged=reader.damaged)
    first = of_some(kept[:RESCORED])
    rest = cache(partial(of_some, kept[RESCORED:]))
    words = cache(partial(AskedWords.of, asked.query))
    found = [
        (candidate._replace(score=candidate.score + _gain(shown)), partial(_marks, candidate, words, shown))
        for candidate, shown in zip(kept, first, strict=False)
    ]
    found += [
        (candidate, partial(_later, candidate, words, rest, place))
        for place, candidate in enumerate(kept[RESCORED:])
    ]
    found.sort(key=lambda pair: pair[0].order())
    return tuple(_hit(rank, *pair) for rank, pair in enumerate(found[:k], start=1))


def _gain(shown: Evidence) -> float:
    return SENTENCE_DENSE * shown.cosine + SENTENCE_LEXICAL * shown.share


def _evidence(
    candidates: list[_Candidate], asked: Asked, sought: SoughtQuery, damaged: Callable[[str], StoreDamaged]
) -> list[Evidence]:
    passages = [Stored(one.place, one.language, one.vocabulary) for one in candidates]
    try:
        return evidence(sought, asked.vector, passages, asked.encoder)
    except (ValueError, IndexError) as error:
        ids = ", ".join(dict.fromkeys(one.place.article_id for one in candidates))
        raise damaged(f"the sentences of passages of {ids} cannot be read: {error}") from error


def _marks(candidate: _Candidate, words: Callable[[], AskedWords], shown: Evidence) -> Marks:
    return Marks(shown.spans, matches(words(), candidate.text, candidate.place.start, candidate.language))


def _later(
    candidate: _Candidate, words: Callable[[], AskedWords], rest: Callable[[], list[Evidence]], place: int
) -> Marks:
    """Find the marks of a hit whose sentences did not count in its score; of all such hits at once."""
    return _marks(candidate, words, rest()[place])


def _candidates(view: View, reader: Reader, scored: Scored, most: int) -> Iterator[_Candidate]:
    """Give the best candidates in order, each with its article."""
    best = np.argsort(-scored.fused, kind="stable")[:most]
    best = best[scored.fused[best] > 0]
    numbers = view.numbers(scored.rows[best]).tolist()
    places = reader.places(numbers)
    articles = reader.articles_of(list({place.article_id for place in places.values()}))
    found = []
    vocabularies = [view.vocabulary(row) for row in scored.rows[best].tolist()]
    for score, number, vocabulary in zip(scored.fused[best].tolist(), numbers, vocabularies, strict=True):
        place = places.get(number)
        article = articles.get(place.article_id) if place else None
        if place is None or article is None:
            raise reader.damaged(f"passage {number} or its article is gone")
        text = article.text[place.start : place.end]
        found.append(_Candidate(score, place, article, text, vocabulary, []))
    yield from sorted(found, key=_Candidate.order)


def _folded(candidates: Iterator[_Candidate], most: int) -> list[_Candidate]:
    """Keep the first of passages that are nearly the same in several articles."""
    kept: list[_Candidate] = []
    bags: list[frozenset[str]] = []
    for candidate in candidates:
        twin = _twin(candidate, kept, bags)
        if twin is not None:
            twin.also_in.append(candidate.place.article_id)
        elif len(kept) < most:
            kept.append(candidate)
            bags.append(_bag(candidate.text))
    return kept


def _twin(candidate: _Candidate, kept: list[_Candidate], bags: list[frozenset[str]]) -> _Candidate | None:
    """Give the first of those kept that is a passage of another article with nearly the same words."""
    begin = _beginning(candidate.text)
    for one, words in zip(kept, bags, strict=True):
        # most passages are no twins, and a few words tell: those that one lacks are not shared, whatever follows
        if len(words) < NEAR_DUPLICATE * (len(words) + len(begin - words)):
            continue
        if candidate.place.article_id != one.place.article_id and _is_near(_bag(candidate.text), words):
            return one
    return None


def _hit(rank: int, candidate: _Candidate, marks: Callable[[], Marks]) -> Hit:
    place = candidate.place
    return Hit(
        rank=rank,
        score=candidate.score,
        passage_id=f"{place.article_id}:{place.ordinal}",
        start=place.start,
        end=place.end,
        text=candidate.text,
        article=candidate.article,
        also_in=tuple(dict.fromkeys(candidate.also_in)),
        marks=marks,
    )


@lru_cache(maxsize=4_096)
def _bag(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _beginning(text: str) -> frozenset[str]:
    """Give the words of a passage's first quarter, the last left out: it may be cut."""
    return frozenset(text[: len(text) // 4].split()[:-1])


def _is_near(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two sets of words are nearly the same, by their Jaccard overlap."""
    shared = len(words & others)
    return shared >= NEAR_DUPLICATE * (len(words) + len(others) - shared)
