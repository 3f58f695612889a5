"""Classify a question by its kind, and find the names and numbers in it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import is_stopword, name_key, stem_of, stemmer_of, words
from index.analysis.folding import fold
from index.analysis.languages import language_of
from index.analysis.names import NAME_LETTERS, sound_alike
from index.analysis.scripts import script_of_word
from index.analysis.word_lists import word_list
from index.ranking.parameters import LIKELY
from index.ranking.query import content_words
from index.ranking.times import is_of_time

if TYPE_CHECKING:
    from index.models.lexicon import Lexicon
    from index.records import Kind

_MARKS = re.compile(r"[?؟？;՞]\s*[\"'»”’)]*\s*$")
_CASED = frozenset({"Latn", "Cyrl", "Grek"})
_AND = frozenset({"و", "ف"})


class _Words(NamedTuple):
    """The interrogatives of one language.

    Attributes:
        language: its ISO 639-1 code.
        anywhere: interrogatives in any position.
        first: interrogatives at the beginning only, or after one other function word there ("to whom").
        stems: prefixes of interrogatives.
        of_time: those of all these that ask for a time.
    """

    language: str
    anywhere: frozenset[str]
    first: frozenset[str]
    stems: tuple[str, ...]
    of_time: frozenset[str]

    def ask(self, folded: list[str]) -> bool:
        """Return whether words hold an interrogative of this language."""
        return self.begin(folded) or any(
            word in self.anywhere or word.startswith(self.stems) for word in folded
        )

    def ask_second(self, folded: list[str]) -> bool:
        """Return whether words begin with a function word of this language and an interrogative."""
        return len(folded) > 1 and folded[1] in self.first and is_stopword(folded[0], self.language)

    def begin(self, folded: list[str]) -> bool:
        """Return whether the first word is an interrogative."""
        return bool(folded) and (
            folded[0] in self.first or _without_and(folded[0]) in self.first | self.anywhere
        )

    def ask_within(self, text: str) -> bool:
        return any(word in text for word in self.anywhere)


def kind(question: str, language: str) -> Kind:
    """Return the kind of a question.

    A question has an interrogative or ends with a question mark; any other text is keywords. With only a question
    mark, or a word such as "did", it is a yes/no question.

    Args:
        question: as it was asked.
        language: its ISO 639-1 code; for one without a list ("und" too), the lists of all languages are searched.
    """
    folded, text = [word.folded for word in words(question)], fold(question)
    lists = _lists_of(language)
    if not language_of(language).is_spaced:
        is_open = any(asks.ask_within(text) for asks, _ in lists)
        is_whether = any(whether.ask_within(text) for _, whether in lists)
    else:
        begins_so = any(whether.begin(folded) for _, whether in lists)
        is_open = any(asks.ask(folded) or (not begins_so and asks.ask_second(folded)) for asks, _ in lists)
        is_whether = any(whether.ask(folded) for _, whether in lists)
    if is_open:
        return "open"
    return "yes/no" if is_whether or _MARKS.search(question) else "keywords"


def asks_when(question: str, language: str) -> bool:
    """Return whether a question begins with a word that asks for a time, such as "when"; `language` as for `kind`.

    Elsewhere such a word mostly joins two clauses ("Who was mayor when the bridge opened?").
    """
    text, is_spaced = fold(question), language_of(language).is_spaced
    first = next((word.folded for word in words(question)), "")
    return any(
        word in {first, _without_and(first)} if is_spaced else word in text
        for asking, _ in _lists_of(language)
        for word in asking.of_time
    )


def asks_of_nothing(question: str, language: str) -> bool:
    """Return whether no word of a question says what it is about ("What time is it?"); `language` as for `kind`."""
    return all(is_of_time(fold(word), language) for word in content_words(question))


def names(question: str, language: str, lexicon: Lexicon | None) -> tuple[str, ...]:
    """Return the names and numbers of a question, as written.

    A word is a name if it is capitalised but not first, or if a translation of it sounds the same.
    """
    found = list(words(question))
    content = set(content_words(question))
    is_cased = any(question[word.start : word.end].islower() for word in found)
    chosen = []
    for number, word in enumerate(found):
        shown = question[word.start : word.end]
        if any(letter.isdigit() for letter in shown) or (
            shown in content
            and (
                (
                    is_cased
                    and number > 0
                    and shown[0].isupper()
                    and not language_of(language).capitalises_nouns
                )
                or _sounds_translated(word.folded, language, lexicon)
            )
        ):
            chosen.append(shown)
    return tuple(dict.fromkeys(chosen))


def _sounds_translated(folded: str, language: str, lexicon: Lexicon | None) -> bool:
    """Return whether a likely translation into another script sounds like the word itself."""
    if lexicon is None or language not in lexicon.languages:
        return False
    own, script = name_key(folded), script_of_word(folded)
    if own is None or len(own) < NAME_LETTERS:
        return False
    stem = stem_of(folded, stemmer_of(folded, language))
    return any(
        p >= LIKELY and sound_alike(own, name_key(translation) or "")
        for target, other in (("en", "Latn"), ("ar", "Arab"))
        if other != script
        for translation, p in lexicon.translate(stem, language, target)
    )


def _lists_of(language: str) -> list[tuple[_Words, _Words]]:
    lists = _asking()
    return [lists[language]] if language in lists else list(lists.values())


def _without_and(word: str) -> str:
    """Return a word without the Arabic "and", which is written as a prefix."""
    return word[1:] if word[:1] in _AND else word


@cache
def _asking() -> dict[str, tuple[_Words, _Words]]:
    """Return by language the interrogatives that ask for something, and those of yes/no questions."""
    parts = {language: listed.split(" | ") for language, listed in word_list("interrogatives.txt").items()}
    return {
        language: (_listed(language, asks), _listed(language, "".join(rest)))
        for language, (asks, *rest) in parts.items()
    }


def _listed(language: str, text: str) -> _Words:
    of_time = frozenset(fold(part.strip("^@")) for part in text.split() if part.endswith("@"))
    parts = [part.removesuffix("@") for part in text.split()]
    return _Words(
        language,
        frozenset(fold(part) for part in parts if part[0] != "^" and part[-1] != "+"),
        frozenset(fold(part[1:]) for part in parts if part[0] == "^"),
        tuple(fold(part[:-1]) for part in parts if part[-1] == "+"),
        of_time,
    )
