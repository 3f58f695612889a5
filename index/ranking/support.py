"""Check whether passages support a sentence that someone wrote about them, in the same language or another.

Each number, date and name of the sentence must stand in the passages, in any script; most of its words must have a
counterpart there; its vector must be near that of one of their sentences, on the scale of unrelated sentences; and it
must not deny what that sentence does not. This finds what was exchanged or made up. It does not understand: who did
what to whom is not checked, nor is any relation between things that the passages name.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from index.analysis import is_stopword, name_key, stem_of, stemmer_of, words
from index.analysis.folding import fold
from index.analysis.languages import language_of
from index.analysis.names import sound_alike
from index.analysis.scripts import script_of_word
from index.chunking.sentences import sentences
from index.models.lexicon import HUB, PIVOT
from index.models.quantities import numbers, spelt, values_of
from index.ranking.asking import names
from index.ranking.matches import words_of
from index.ranking.negation import denial
from index.ranking.parameters import (
    COUNTERPART,
    KEY_LETTERS,
    LEAST_CLOSE,
    LEAST_HELD,
    NAME_ALIKE,
    NAME_MEANT,
    NAME_ONLY,
    SAME_WORDING,
    TRUSTED_PAIR,
)
from index.ranking.query import analyse, content_words
from index.ranking.times import named_times
from index.ranking.verdict import sounds_like_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.models.calibration import Calibration
    from index.models.encoder import Encoder
    from index.models.lexicon import Lexicon
    from index.records import Hit

Lack = Literal["number", "date", "name", "meaning", "negation"]
"""What of a sentence the passages do not support."""


class _Nearest(NamedTuple):
    """How near a sentence is to passages: its best cosine, that in deviations of unrelated text, and where."""

    cosine: float
    deviations: float
    text: str
    language: str


class _Passage:
    """What a passage and its article's title, source and date state; each part is computed when it is first needed."""

    def __init__(self, hit: Hit, encoder: Encoder, lexicon: Lexicon | None) -> None:
        article = hit.article
        self.language = article.language or "und"
        self.text = hit.text
        beside = (article.title, article.source, article.published)
        self._whole = "\n".join([*(part for part in beside if part), hit.text])
        self._encoder, self._lexicon = encoder, lexicon

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(words_of(self._whole, self.language).stems)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(words_of(self._whole, self.language).names)

    @cached_property
    def name_like(self) -> frozenset[str]:
        """Name keys of the words that may be names: those that the lexicon does not explain."""
        folded = {word.folded for word in words(self._whole)}
        return frozenset(
            key
            for word in folded
            if (key := name_key(word)) and _may_be_name(word, key, self.language, self._lexicon)
        )

    @cached_property
    def values(self) -> frozenset[float]:
        return values_of(self._whole, self.language, self._lexicon)

    @cached_property
    def times(self) -> frozenset[str]:
        return frozenset(time.name for time in named_times(self._whole, self.language))

    @cached_property
    def sentences(self) -> list[str]:
        return [self.text[start:end] for start, end in sentences(self.text)]

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """The vectors of the sentences, then of each two that follow each other."""
        pairs = [f"{first} {second}" for first, second in pairwise(self.sentences)]
        return self._encoder.encode_passages([*self.sentences, *pairs])


class Supporter:
    """Checks sentences against the passages that they cite; safe to use from several threads."""

    def __init__(
        self, hits: Sequence[Hit], encoder: Encoder, calibration: Calibration, lexicon: Lexicon | None
    ) -> None:
        """Take the passages; they are analysed when a sentence first cites them, or by `prepare`."""
        self._passages = [_Passage(hit, encoder, lexicon) for hit in hits]
        self._encoder, self._calibration, self._lexicon = encoder, calibration, lexicon

    def prepare(self) -> None:
        """Analyse all passages now, so that no sentence waits for it."""
        for passage in self._passages:
            _ = passage.vectors, passage.stems, passage.name_like, passage.values, passage.times

    def lack(self, sentence: str, language: str, cited: Sequence[int]) -> Lack | None:
        """Return what of a sentence the cited passages do not support; None if nothing is known against it.

        Args:
            sentence: without its citations.
            language: its ISO 639-1 code.
            cited: positions of the passages, from 0; at least one.
        """
        passages = [self._passages[place] for place in cited]
        if self._lacks_number(sentence, language, passages):
            return "number"
        times = [time for time in named_times(sentence, language) if time.is_whole]
        stated = frozenset[str]().union(*(passage.times for passage in passages))
        if any(time.name not in stated for time in times):
            return "date"
        held = self._held(sentence, language, passages)
        nearest = self._nearest(sentence, language, passages)
        if held and sum(held.values()) < LEAST_HELD * len(held):
            return "meaning"
        if nearest and nearest.deviations < LEAST_CLOSE:
            return "meaning"
        shown = {word for time in times for word in time.shown.split()}
        if self._lacks_name(sentence, language, passages, {**held, **dict.fromkeys(shown, 1.0)}, nearest):
            return "name"
        return "negation" if nearest and _denies_otherwise(sentence, language, nearest) else None

    def _lacks_number(self, sentence: str, language: str, passages: Sequence[_Passage]) -> bool:
        stated = frozenset[float]().union(*(passage.values for passage in passages))
        asked = sentence, language, self._lexicon
        return any(number.values.isdisjoint(stated) for number in (*numbers(*asked), *spelt(*asked)))

    def _held(self, sentence: str, language: str, passages: Sequence[_Passage]) -> dict[str, float]:
        """Return the content words without digits, each with the probability of its counterpart in the passages."""
        query = analyse(sentence, language, {passage.language for passage in passages}, self._lexicon)
        stems = frozenset[str]().union(*(passage.stems for passage in passages))
        keys = frozenset[str]().union(*(passage.keys for passage in passages))
        held = {}
        for term, word in zip(query.words, query.asked, strict=True):
            if not any(letter.isdigit() for letter in word):
                sounds = not word[:1].islower() and len(key := name_key(fold(word)) or "") >= KEY_LETTERS
                found = max((p for other, p in term.alternatives if other in stems), default=0.0)
                held[word] = 1.0 if sounds and key in keys else min(found, 1.0)
        return held

    def _nearest(self, sentence: str, language: str, passages: Sequence[_Passage]) -> _Nearest | None:
        """Return how near a sentence is to passages; None where the model is not to be trusted with the languages."""
        (vector,) = self._encoder.encode_passages([sentence])
        found = []
        for passage in passages:
            unrelated = self._calibration.statements(passage.language)
            if not len(unrelated) or self._calibration.trust(language, passage.language) < TRUSTED_PAIR:
                continue
            usual = unrelated @ vector
            cosines = passage.vectors @ vector
            if not len(cosines):
                continue
            best, alone = float(cosines.max()), cosines[: len(passage.sentences)]
            apart = (best - float(usual.mean())) / max(float(usual.std()), 1e-6)
            found.append(_Nearest(best, apart, passage.sentences[int(alone.argmax())], passage.language))
        return max(found, key=lambda one: one.deviations, default=None)

    def _lacks_name(
        self,
        sentence: str,
        language: str,
        passages: Sequence[_Passage],
        held: Mapping[str, float],
        nearest: _Nearest | None,
    ) -> bool:
        """Return whether a name of the sentence is in no passage.

        One that neither the lexicon nor its sound finds may still be there, as another language writes it. So the
        encoder decides: without such a name, the sentence would be farther from the passages if they had it.
        """
        absent = [
            name
            for name in _names(sentence, language, self._lexicon)
            if held.get(name, 0.0) < COUNTERPART
            and not any(letter.isdigit() for letter in name)
            and not self._is_named(name, passages)
        ]
        if not absent or nearest is None or {passage.language for passage in passages} == {language}:
            return bool(absent)
        without = self._encoder.encode_passages([_without(name, sentence) for name in absent])
        bests = np.max([(passage.vectors @ without.T).max(axis=0) for passage in passages], axis=0)
        return bool((bests > nearest.cosine + NAME_MEANT).any())

    def _is_named(self, name: str, passages: Sequence[_Passage]) -> bool:
        """Return whether passages have a name by its sound, or whether nothing can be said of it."""
        key, script = name_key(fold(name)), script_of_word(fold(name))
        own = [passage for passage in passages if language_of(passage.language).script == script]
        if key is None or (not own and _is_acronym(name)):
            # too short for another script, or translated word by word there; in its own it would have been found
            return not own
        keys = frozenset[str]().union(*(passage.keys for passage in passages))
        if sounds_like_one(name, keys):
            return True
        others = frozenset[str]().union(*(one.name_like for one in passages if one not in own))
        return any(_alike(key, other) >= NAME_ALIKE for other in others)


def _names(sentence: str, language: str, lexicon: Lexicon | None) -> tuple[str, ...]:
    """Return the names of a sentence, its first word too if it is no word that the lexicon knows."""
    found = names(sentence, language, lexicon)
    first = next(iter(words(sentence)), None)
    if first is None or lexicon is None or language not in lexicon.languages:
        return found
    shown = sentence[first.start : first.end]
    stem = stem_of(first.folded, stemmer_of(first.folded, language))
    is_known = is_stopword(first.folded, language) or lexicon.has(stem, language)
    return (shown, *found) if shown[0].isupper() and not is_known else found


def _is_acronym(name: str) -> bool:
    return sum(letter.isupper() for letter in name) > 1


@lru_cache(maxsize=16_384)
def _may_be_name(folded: str, key: str, language: str, lexicon: Lexicon | None) -> bool:
    """Return whether a word may be a name: no translation is likely, or one sounds like the word."""
    if lexicon is None:
        return True
    if is_stopword(folded, language) or folded.isdigit():
        return False
    stem = stem_of(folded, stemmer_of(folded, language))
    found = lexicon.translate(stem, language, PIVOT if language == HUB else HUB)
    return (
        not found
        or found[0][1] < NAME_ONLY
        or any(sound_alike(key, name_key(other) or "") for other, _ in found)
    )


@lru_cache(maxsize=65_536)
def _alike(key: str, other: str) -> float:
    """Return how alike two name keys are, 0 to 1: one minus the share of signs that differ."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(key, other))


def _without(name: str, sentence: str) -> str:
    """Return a sentence without a name."""
    return " ".join(re.sub(rf"(?<!\w){re.escape(name)}(?:['\u2019]s)?(?!\w)", " ", sentence).split())


def _denies_otherwise(sentence: str, language: str, nearest: _Nearest) -> bool:
    """Return whether a sentence denies what the nearest one does not, or leaves out its negation alone."""
    own, other = denial(sentence, language), denial(nearest.text, nearest.language)
    if own is None or other is None:
        return False
    if own.plain and not other.any:
        return True
    return other.plain and not own.any and language == nearest.language and _is_copy(sentence, nearest.text)


def _is_copy(sentence: str, other: str) -> bool:
    """Return whether two sentences have nearly the same content words."""
    first, second = (set(map(str.casefold, content_words(text))) for text in (sentence, other))
    return len(first & second) >= SAME_WORDING * len(first | second)
