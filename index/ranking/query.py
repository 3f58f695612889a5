"""Turn a question into weighted terms for the lexical channels: words and their translations, 4-grams, name keys.

Each question word is one term. Its alternatives are its own stems, translations and paraphrases, each with a
probability p that it stands for the word. An index counts tf(d) = sum of p(a) tf(a, d), and df likewise.
Source: probabilistic structured queries, Darwish and Oard, SIGIR 2003, https://doi.org/10.1145/860435.860497
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from index.analysis import Word, is_stopword, stem_of, stemmer_of, stemmers_of, word_terms, words
from index.analysis.detecting import detect, possible
from index.analysis.scripts import script_of_word
from index.ranking.parameters import (
    FLATTENING,
    MAX_WORDS,
    PARAPHRASED,
    PARAPHRASES,
    PREFIXED,
    RAISING,
    UNTRANSLATED,
)
from index.records import Query, QueryTerm

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from index.models.lexicon import Lexicon

_PARTICLES = ("ب", "ل")
# The romanised Arabic article before a hyphen (Al-, at-, ash-, Аль-) is part of a name, not a word of its own.
_LATIN_ARTICLES = (
    "al",
    "el",
    "ul",
    "il",
    "at",
    "as",
    "ash",
    "ad",
    "adh",
    "an",
    "ar",
    "az",
    "ath",
    "et",
    "es",
    "esh",
    "en",
)
_CYRILLIC_ARTICLES = (
    "аль",
    "эль",
    "ал",
    "эл",
    "ат",
    "ас",
    "аш",
    "ад",
    "ан",
    "ар",
    "аз",
    "эт",
    "эс",
    "эш",
    "эд",
    "эн",
    "эр",
)
_ARTICLES = frozenset({*_LATIN_ARTICLES, *_CYRILLIC_ARTICLES})
_HYPHENS = frozenset("-\u2010\u2011\u2013'’ʼ")
_PARTICLE_SIGNS = (
    "b",
    "l",
    "w",
    "f",
)  # a name key keeps the conjunctions too: Warsaw and France begin with them


def languages_of(question: str, near: Sequence[str], lexicon: Lexicon | None) -> tuple[str, ...]:
    """Return the languages that a question may be in; see `index.analysis.detecting.possible`."""
    found = {word.folded for word in words(question) if word.folded.isalpha()}

    def known(language: str) -> int | None:
        if lexicon is None or language not in lexicon.languages:
            return None
        return sum(
            is_stopword(word, language)
            or lexicon.has(word_terms(word, stemmer_of(word, language)).stem, language)
            for word in found
        )

    return possible(question, near, known)


def analyse(
    question: str,
    language: str,
    targets: Collection[str],
    lexicon: Lexicon | None,
    also: Sequence[str] = (),
) -> Query:
    """Return the terms of a question for passages in the target languages.

    Function and question words are left out, unless the question holds nothing else.

    Args:
        question: as it was asked.
        language: its ISO 639-1 code, or "und".
        targets: languages of the passages to find.
        lexicon: translations; None searches for the question's own words only.
        also: other languages that the question may be in; its words are translated from these too.
    """
    languages, sources = tuple(sorted(targets)), (language, *also)
    searched: list[QueryTerm] = []
    grams: dict[str, int] = {}
    names: dict[str, float] = {}
    found = words(question)
    shown = {word.folded: question[word.start : word.end] for word in reversed(found)}
    asked: list[str] = []
    named: dict[str, str] = {}
    for word, count in _counted(found, question, language).items():
        asked.append(shown[word])
        own = word_terms(word, stemmer_of(word, language))
        alternatives, is_translated = _alternatives(word, sources, languages, lexicon)
        searched.append(QueryTerm(float(count), alternatives))
        for gram in dict.fromkeys(own.grams):
            grams[gram] = grams.get(gram, 0) + count
        if own.name:
            counted = count if is_translated else count * UNTRANSLATED
            names[own.name] = names.get(own.name, 0.0) + counted
            named.setdefault(own.name, shown[word])
    return Query(
        text=question,
        language=language,
        words=tuple(searched),
        grams=tuple([QueryTerm(float(count), ((gram, 1.0),)) for gram, count in grams.items()]),
        names=_name_terms(names, languages),
        asked=tuple(asked),
        named=tuple(named.values()),
    )


def content_words(question: str) -> tuple[str, ...]:
    """Return the distinct content words of a question, as written.

    Function and question words are left out, so a question of nothing else has none.
    """
    language = detect(question)
    found = [word for word in words(question) if not is_stopword(word.folded, language)]
    kept = [word for word in found if not _is_article(word, question)]
    return tuple(dict.fromkeys(question[word.start : word.end] for word in kept))


def _counted(found: list[Word], question: str, language: str) -> dict[str, int]:
    """Return the first MAX_WORDS content words of a question, folded, with their counts."""
    folded = [word.folded for word in found if not _is_article(word, question)] or [w.folded for w in found]
    content = [word for word in folded if not is_stopword(word, language)] or folded
    return {word: content.count(word) for word in list(dict.fromkeys(content))[:MAX_WORDS]}


def _is_article(word: Word, question: str) -> bool:
    return word.folded in _ARTICLES and question[word.end : word.end + 1] in _HYPHENS


def alternatives_of(
    word: str, sources: tuple[str, ...], languages: tuple[str, ...], lexicon: Lexicon | None
) -> tuple[tuple[str, float], ...]:
    """Return the alternatives of a folded word that may be in any of these source languages, without caching them."""
    return _alternatives.__wrapped__(word, sources, languages, lexicon)[0]


@lru_cache(maxsize=4_096)  # questions often share words
def _alternatives(
    word: str, sources: tuple[str, ...], languages: tuple[str, ...], lexicon: Lexicon | None
) -> tuple[tuple[tuple[str, float], ...], bool]:
    """Return a word's alternatives, each with its probability, and whether the lexicon translates it."""
    translated: dict[str, float] = {}
    paraphrased: dict[str, float] = {}
    own: dict[str, float] = {}
    for language in sources:
        stem = word_terms(word, stemmer_of(word, language)).stem
        _raise(translated, _translations(stem, language, languages, lexicon))
        _raise(paraphrased, _paraphrases(stem, language, languages, lexicon))
        own |= _own_stems(stem, word, languages)
    alternatives = translated | paraphrased | own
    if "ar" in languages:
        alternatives = _with_particles(alternatives)
    return tuple(alternatives.items()), bool(translated)


def _raise(found: dict[str, float], more: dict[str, float]) -> None:
    """Update the terms found with those that are more probable."""
    for term, p in more.items():
        found[term] = max(found.get(term, 0.0), p)


def _own_stems(stem: str, word: str, languages: tuple[str, ...]) -> dict[str, float]:
    """Return the word's stem, and its stems under the other languages' rules, as names are spelt alike there."""
    return dict.fromkeys((stem, *[stem_of(word, stemmer) for stemmer in stemmers_of(word, languages)]), 1.0)


def _translations(
    stem: str, language: str, languages: tuple[str, ...], lexicon: Lexicon | None
) -> dict[str, float]:
    found: dict[str, float] = {}
    if lexicon is None or not lexicon.knows(stem, language):
        return found
    for target in languages:
        translated = lexicon.translate(stem, language, target)
        scale = translated[0][1] ** -RAISING if translated else 1.0  # the first is the most probable
        for term, p in translated:
            found[term] = max(found.get(term, 0.0), scale * p**FLATTENING)
    return found


def _paraphrases(
    stem: str, language: str, languages: tuple[str, ...], lexicon: Lexicon | None
) -> dict[str, float]:
    if lexicon is None or language not in languages:
        return {}
    found = lexicon.paraphrases(stem, language, PARAPHRASES)
    return {term: PARAPHRASED * p**FLATTENING for term, p in found}


def _with_particles(alternatives: dict[str, float]) -> dict[str, float]:
    """Add Arabic stems with "b" and "l" prefixed or removed: the stemmer keeps them where no article follows."""
    bare = {
        term[1:]: p * PREFIXED
        for term, p in alternatives.items()
        if len(term) >= 4 and term.startswith(_PARTICLES) and p == 1.0
    }
    prefixed = {
        particle + term: p * PREFIXED
        for term, p in alternatives.items()
        if len(term) >= 3 and script_of_word(term) == "Arab"
        for particle in _PARTICLES
    }
    return bare | prefixed | alternatives


def _name_terms(names: dict[str, float], languages: tuple[str, ...]) -> tuple[QueryTerm, ...]:
    prefixes = _PARTICLE_SIGNS if "ar" in languages else ()
    return tuple(
        QueryTerm(float(weight), ((name, 1.0), *((prefix + name, PREFIXED) for prefix in prefixes)))
        for name, weight in names.items()
    )
