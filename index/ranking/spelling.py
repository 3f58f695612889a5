"""Replace unknown words of a question by the nearest words that the collection can answer.

A word is unknown if the collection holds neither it nor a translation of it, and the lexicon lacks it in every language
that the question may be in. It is replaced by a word one edit away or, failing that and if it is long, two. The
replacement is in the collection, or in the lexicon with a translation in the collection, so an English misspelling
finds Arabic articles. An edit inserts, deletes or replaces a letter, or exchanges two neighbours.
Source: Damerau, Communications of the ACM 7 (1964), https://doi.org/10.1145/363958.363994; the choice by frequency
and by common confusions: Kernighan, Church, Gale, COLING 1990, https://aclanthology.org/C90-2036
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.analysis import Word, is_stopword, name_key, stem_of, stemmer_of, stemmers_of, words
from index.analysis.arabic import without_article
from index.analysis.folding import fold
from index.analysis.languages import language_of
from index.analysis.names import letters_of
from index.analysis.scripts import script_of_word
from index.models.lexicon import HUB
from index.ranking.bases import bases
from index.ranking.parameters import (
    FROM_LEXICON,
    LONGEST,
    MANY_TERMS,
    MOST_NEAR,
    MOST_TERMS,
    MOST_WORDS,
    NAME_KEY,
    ONE_CHANGE,
    SAME_FIRST,
    SAME_KEY,
    SURE_KEY,
    TWO_CHANGES,
)
from index.ranking.query import alternatives_of
from index.records import QueryTerm
from index.store.vocabulary import words_among, words_from

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from index.models.lexicon import Lexicon
    from index.records import Query
    from index.segments.term_lookup import Located
    from index.segments.view import View
    from index.store.reader import Reader


class Corrected(NamedTuple):
    """A question with its unknown words replaced.

    Attributes:
        text: the question, with known words.
        words: each replaced word, as it was asked, and its replacement.
    """

    text: str
    words: tuple[tuple[str, str], ...]


def corrected(
    view: View,
    reader: Reader,
    query: Query,
    located: Located,
    sources: Sequence[str],
    lexicon: Lexicon | None,
) -> Corrected | None:
    """Replace the unknown words of a question by known ones; None if there is nothing to change.

    Nothing is changed in a language that the lexicon lacks: a word that the collection lacks may well be right there.

    Args:
        view: the view to search.
        reader: of the same sequence number.
        query: the question.
        located: its words, in the view.
        sources: languages that the question may be in, the likeliest first.
        lexicon: translations, or None.
    """
    if (
        lexicon is None or not view.spoken or all(located.frequencies)
    ):  # usually every word is in some passage
        return None
    told = tuple([HUB if language == "und" else language for language in sources])
    if not set(told).issubset(lexicon.languages):
        return None
    speller = _Speller(view, reader, told, tuple(sorted(view.languages)), lexicon)
    missing = {word for word, held in zip(query.asked, located.frequencies, strict=True) if not held}
    found = words(query.text)
    absent = {word.folded: word for word in reversed(found) if query.text[word.start : word.end] in missing}
    unknown = [word for word in reversed(absent.values()) if not speller.knows(word, query)]
    near = {word.folded: speller.nearest(word, query) for word in unknown[:MOST_WORDS]}
    understood = {word: read for word, read in near.items() if read}
    return _replaced(query.text, found, understood) if understood else None


def _replaced(text: str, found: Iterable[Word], understood: dict[str, str]) -> Corrected:
    pairs: dict[str, str] = {}
    parts, done = [], 0
    for word in found:
        if word.folded in understood:
            surface = text[word.start : word.end]
            pairs[surface] = _written_like(surface, understood[word.folded])
            parts += [text[done : word.start], pairs[surface]]
            done = word.end
    return Corrected("".join([*parts, text[done:]]), tuple(pairs.items()))


def _written_like(surface: str, word: str) -> str:
    """Return a word with the capitals of another."""
    if len(surface) > 1 and surface.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if surface[:1].isupper() else word


class _Speller(NamedTuple):
    """Finds unknown words and their replacements, for one question.

    Attributes:
        view, reader: the collection that is searched.
        sources: languages that the question may be in, the likeliest first.
        languages: of the passages.
        lexicon: translations.
    """

    view: View
    reader: Reader
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    lexicon: Lexicon

    def knows(self, word: Word, query: Query) -> bool:
        """Return whether a word in no passage is left as it is: it is right, a name, a number, short or long."""
        folded = word.folded
        if (
            not ONE_CHANGE <= _size(folded) <= LONGEST
            or any(map(str.isdigit, folded))
            or not letters_of(folded)
        ):
            return True
        if any(self._has(form, language) for language in self.sources for form in bases(folded, language)):
            return True
        return self._is_name(word, query)

    def _has(self, word: str, language: str) -> bool:
        stem = stem_of(word, stemmer_of(word, language))
        return self.lexicon.knows(stem, language) or is_stopword(word, language)

    def _is_name(self, word: Word, query: Query) -> bool:
        """Return whether a word is an acronym, or may be a name that the collection holds, in any script."""
        if query.text[word.start : word.end].isupper() and not query.text.isupper():
            return True  # NATO, XLIX
        key = name_key(word.folded) or ""
        if len(key) < NAME_KEY or not self.view.channels["names"].frequency(key):
            return False
        scripts = {language_of(language).script for language in self.languages}
        is_foreign = script_of_word(word.folded) not in scripts
        return _is_capital(word, query) or (is_foreign and len(key) >= SURE_KEY)

    def nearest(self, word: Word, query: Query) -> str | None:
        """Return the likeliest of the words nearest to a word of a question, or None."""
        folded, lowered = word.folded, query.text[word.start : word.end].lower()
        typed = lowered if len(lowered) == len(folded) else folded  # diacritics are not letters
        n_terms = self.lexicon.size(self.sources[0])
        ends = int(n_terms < MOST_TERMS)
        variants = {fold(variant): variant for variant in _one_change(typed, letters_of(folded), ends)}
        variants.pop(folded, None)
        listed = self._listed(folded, variants)
        for source in self.sources:
            found = self._likeliest(folded, listed, self._in_lexicon(variants, source, word, query), source)
            if found:
                return variants[found]
        if _size(folded) < TWO_CHANGES or n_terms < MANY_TERMS:
            return None
        return self._likeliest(folded, self._two_changes(folded, ends), (), self.sources[0])

    def _listed(self, word: str, near: Collection[str]) -> set[str]:
        """Return those of some words that the collection holds, or once held."""
        found: set[str] = set()
        for stemmer in stemmers_of(word, self.languages):
            found.update(words_among(self.reader, stemmer, near))
        return found

    def _in_lexicon(self, near: Iterable[str], language: str, word: Word, query: Query) -> list[str]:
        """Return those of some words that the lexicon has; none in the passages' main language: they hold its words."""
        if language == self.view.spoken[0] or self.lexicon.size(language) < MOST_TERMS:
            return []
        has, key = self.lexicon.has, name_key(word.folded)
        found = [one for one in near if has(stem_of(one, stemmer_of(one, language)), language)]
        if not _is_capital(word, query):
            return found
        if _size(word.folded) <= ONE_CHANGE:
            return []  # too short to tell a misspelt name from another name
        return [one for one in found if name_key(one) == key]

    def _likeliest(
        self, word: str, listed: Collection[str], others: Collection[str], source: str
    ) -> str | None:
        """Return the word most likely meant by another, or None if no passage holds any candidate or its translation.

        Args:
            word: the folded word that was asked.
            listed: words of the collection.
            others: words of the lexicon.
            source: the language of the question.
        """
        near = [*sorted(listed), *(one for one in others if one not in listed)]
        terms = [
            QueryTerm(1.0, alternatives_of(one, (source,), self.languages, self.lexicon)) for one in near
        ]
        held = self.view.channels["words"].locate(terms).frequencies
        key = name_key(word)
        best, most = None, (0.0, False, False, 0)
        for place, (one, frequency) in enumerate(zip(near, held, strict=True)):
            likely = frequency * (1.0 if place < len(listed) else FROM_LEXICON)
            likely *= SAME_FIRST if one[0] == word[0] else 1.0
            likely *= SAME_KEY if key and name_key(one) == key else 1.0
            # the lexicon has stems only: of one stem's forms, prefer exchanged letters, then the length of the word
            order = (likely, sorted(one) == sorted(word), len(one) == len(word), len(one))
            if likely and order > most:
                best, most = one, order
        return best

    def _two_changes(self, word: str, ends: int) -> list[str]:
        """Return words of the collection within two edits that begin as a word does, and end so if `ends` is 1."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        begin = word[: len(word) - _size(word) + 1]
        near: set[str] = set()
        for stemmer in stemmers_of(word, self.languages):
            near.update(words_from(self.reader, stemmer, begin))
        found = process.extract(word, sorted(near), scorer=OSA.distance, score_cutoff=2, limit=MOST_NEAR)
        # a word with an ending added or removed is another form of the same word
        alike = [one for one, _, _ in found if not one.startswith(word) and not word.startswith(one)]
        return [
            one
            for one in alike
            if one.endswith(word[len(word) - ends :]) and _has_article(one) == _has_article(word)
        ]


def _size(word: str) -> int:
    """Return the number of letters of a word, without an Arabic article."""
    return len(without_article(word) if script_of_word(word) == "Arab" else word)


def _has_article(word: str) -> bool:
    return _size(word) < len(word)


def _is_capital(word: Word, query: Query) -> bool:
    """Return whether a word is capitalised as a name is."""
    is_first = not query.text[: word.start].strip()
    is_telling = not is_first and not language_of(query.language).capitalises_nouns
    return query.text[word.start].isupper() and is_telling


def _one_change(word: str, letters: str, ends: int) -> Iterator[str]:
    """Yield what one edit makes of a word; if `ends` is 1, only exchanges affect its first and last letter."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if ends <= place < len(word) - ends:
            yield head + tail[1:]
            yield from [head + letter + tail[1:] for letter in letters]
        if ends <= place <= len(word) - ends:
            yield from [head + letter + tail for letter in letters]
