"""Choose the sentence of a passage that answers the question, and score the passage by its sentences.

No text is analysed here: the sentences of a passage and their words are stored when it is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.ranking.coverage import Told, shares
from index.ranking.parameters import EVIDENCE_GRAMS, EVIDENCE_NAMES, EVIDENCE_WORDS, NAMES_APART
from index.records import Span
from index.store.blobs import sentences_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.ranking.coverage import SoughtQuery
    from index.segments.vocabulary import Vocabulary
    from index.store.passages import Place


class Evidence(NamedTuple):
    """The evidence in a passage.

    Attributes:
        spans: the sentence that holds most of the question, in characters of the article; none when the
            passage has no sentence.
        share: the largest share of the question's words that one sentence holds, plus what 4-grams add
            within a language and name keys between two, about 0 to 1.
    """

    spans: tuple[Span, ...]
    share: float


class Stored(NamedTuple):
    """A passage as it is stored: its place, its article's language, and the vocabulary that holds its words."""

    place: Place
    language: str
    vocabulary: Vocabulary

    @property
    def told(self) -> Told:
        """Its sentences, their words, and the vocabulary."""
        return Told(self.place.sentences, self.place.words, self.vocabulary)


def evidence(query: SoughtQuery, passages: Sequence[Stored]) -> list[Evidence]:
    """Choose the sentence of each passage that holds most of the question.

    A sentence is scored by the share of the question's terms in it: words, translations with their probability,
    4-grams and name keys.

    Args:
        query: its weights multiplied by idf (`index.ranking.coverage.weighed`): a word that is in every sentence of
            the collection distinguishes none.
        passages: the passages to search.

    Raises:
        ValueError, IndexError: the stored data of a passage is damaged.
    """
    if not passages:
        return []
    sentences = [sentences_of(passage.place.sentences).tolist() for passage in passages]
    languages = [passage.language for passage, own in zip(passages, sentences, strict=True) for _ in own]
    found = shares(query, [passage.told for passage in passages], languages)
    scores = [
        EVIDENCE_WORDS * words + EVIDENCE_GRAMS * grams + EVIDENCE_NAMES * names
        for words, grams, names in zip(*found, strict=True)
    ]
    says = [
        (words + EVIDENCE_GRAMS * grams) / (1 + EVIDENCE_GRAMS)
        if language == query.language
        else (words + NAMES_APART * names) / (1 + NAMES_APART)
        for words, grams, names, language in zip(*found, languages, strict=True)
    ]
    chosen, first = [], 0
    for passage, own in zip(passages, sentences, strict=True):
        last = first + len(own)
        chosen.append(_best(passage.place.start, own, scores[first:last], says[first:last]))
        first = last
    return chosen


def _best(start: int, sentences: list[list[int]], scores: list[float], says: list[float]) -> Evidence:
    if not sentences:
        return Evidence((), 0.0)
    first, last, _ = sentences[scores.index(max(scores))]
    return Evidence((Span(start + first, start + last),), max(says))
