"""A question as weighted terms for the three lexical channels: words and their translations, 4-grams, name keys.

Each question word is one term whose alternatives are its own stems and its translations, each with the probability that it
stands for the word; an index counts tf(d) = sum of p(a) tf(a, d), and df likewise.
Source: probabilistic structured queries, Darwish and Oard, SIGIR 2003, https://doi.org/10.1145/860435.860497
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import is_stopword, stemmer_of, word_terms, words

if TYPE_CHECKING:
    from index.lexicon import Lexicon

MAX_WORDS = 32
"""Distinct words of a question that are searched for."""
FLATTENING = 0.7
"""Exponent of a translation's probability (docs/retrieval.md, "Weights")."""
MAX_TRANSLATIONS = 12
"""Translations of a word kept for each target language."""


class QueryTerm(NamedTuple):
    """One thing asked for: what it counts, and the terms that stand for it, each with its probability."""

    weight: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, analysed.

    Attributes:
        text: the question as it was asked.
        language: ISO 639-1 code.
        words: stems and translations, one term for each distinct content word.
        grams: character 4-grams of the content words, one plain term each.
        names: name keys of the content words, one plain term each.
    """

    text: str
    language: str
    words: tuple[QueryTerm, ...]
    grams: tuple[QueryTerm, ...]
    names: tuple[QueryTerm, ...]


def analyse(question: str, language: str, targets: Collection[str], lexicon: Lexicon | None) -> Query:
    """Terms of a question for passages in the target languages.

    Function and question words are left out, unless the question holds nothing else.

    Args:
        question: as it was asked.
        language: its ISO 639-1 code, or "und".
        targets: languages of the passages to be found.
        lexicon: translations; None searches for the question's own words only.
    """
    counts = _content_words(question, language)
    terms = [word_terms(word, stemmer_of(word, language)) for word in counts]
    weights = list(counts.values())
    grams: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for term, weight in zip(terms, weights, strict=True):
        grams.update(dict.fromkeys(term.grams, weight))
        names.update({term.name: weight} if term.name else {})
    searched = (
        QueryTerm(float(weight), _alternatives(word, language, targets, lexicon))
        for word, weight in counts.items()
    )
    return Query(question, language, tuple(searched), _plain(grams), _plain(names))


def _content_words(question: str, language: str) -> Counter[str]:
    folded = [word.folded for word in words(question)]
    content = [word for word in folded if not is_stopword(word, language)]
    counts = Counter(content or folded)
    return Counter(dict(list(counts.items())[:MAX_WORDS]))


def _alternatives(
    word: str, language: str, targets: Collection[str], lexicon: Lexicon | None
) -> tuple[tuple[str, float], ...]:
    """The word's stems (under the rules of each target language too: names are not translated) and its translations."""
    stem = word_terms(word, stemmer_of(word, language)).stem
    found = {stem: 1.0}
    for target in sorted(targets):
        found[word_terms(word, stemmer_of(word, target)).stem] = 1.0
    for target in sorted(targets) if lexicon else ():
        for translation, probability in lexicon.translate(stem, language, target)[:MAX_TRANSLATIONS]:  # type: ignore[union-attr]
            found[translation] = max(found.get(translation, 0.0), probability**FLATTENING)
    return tuple(found.items())


def _plain(counts: Counter[str]) -> tuple[QueryTerm, ...]:
    return tuple(QueryTerm(float(count), ((term, 1.0),)) for term, count in counts.items())
