"""Detect the language of a text: by script, then by function words, then by py3langid."""

from __future__ import annotations

from copy import copy
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import folded_counts
from index.analysis.languages import language_of, languages_in, usual_in
from index.analysis.scripts import script_of_word
from index.analysis.stopwords import stopwords

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from py3langid.langid import LanguageIdentifier

_READING = Lock()

READ = 1_000
"""Characters of a text that are examined."""
SHORT = 6
"""Words that a question needs for py3langid to be trusted; with fewer it takes English for Swedish or Catalan."""
# A function word shared by k languages counts 1/k for each; a language ahead of the next by this factor wins.
DECISIVE = 1.6


class _Seen(NamedTuple):
    """Findings from the writing of a text.

    Attributes:
        script: of most of its words, ISO 15924; "Zyyy" when it has none.
        n_words: number of its words.
        language: as script, letters or function words decide; None if they do not.
    """

    script: str
    n_words: int
    language: str | None


def detect(text: str, default: str = "und", *, is_question: bool = False) -> str:
    """Return the ISO 639-1 code of the language a text is written in.

    Args:
        text: an article, or a question; the first `READ` characters decide.
        default: the result for a text without words, or for a bare name in Latin letters.
        is_question: whether `default` is also the result for up to five words in Latin letters, none of them a function
            word, as in "US base attack".
    """
    text = text[:READ]
    seen = _see(text)
    if is_question and not seen.language and seen.script == "Latn" and seen.n_words < SHORT:
        return default
    return seen.language or _by_model(text, seen.script, default, seen.n_words)


def possible(
    question: str, near: Sequence[str], known: Callable[[str], int | None], default: str = "und"
) -> tuple[str, ...]:
    """Return the languages that a question may be in, likeliest first; several if its few words do not decide.

    Script, letters and function words decide, and py3langid for a question of `SHORT` words or more. Otherwise the
    candidates are the languages of its script in which the lexicon knows the most words; those in `near` take
    precedence.

    Args:
        question: as it was asked.
        near: languages of the asker and of the collection, likeliest first.
        known: returns how many words of the question the lexicon knows in a language; None if it lacks the language.
        default: the result if nothing decides.
    """
    text = question[:READ]
    seen = _see(text)
    if seen.language or seen.n_words >= SHORT:
        return (seen.language or _by_model(text, seen.script, default, seen.n_words),)
    codes = sorted([one.code for one in languages_in(seen.script)])
    counts = {language: known(language) for language in codes}
    most = max([count for count in counts.values() if count is not None], default=0)
    likely = [language for language, count in counts.items() if count is None or count == most]
    beside = [language for language in near if language in likely]
    told = [language for language in likely if most and counts[language]]
    told.sort(key=lambda language: language != usual_in(seen.script).code)
    return tuple(beside or told or [_by_model(text, seen.script, default, seen.n_words)])


def _see(text: str) -> _Seen:
    found = folded_counts(text)
    n_words = sum(found.values())
    scripts: dict[str, int] = {}
    for word, count in found.items():
        script = script_of_word(word)
        scripts[script] = scripts.get(script, 0) + count
    scripts.pop("Zyyy", None)
    if not scripts:
        return _Seen("Zyyy", n_words, None)
    kana = scripts.get("Kana", 0)
    if kana and 2 * (kana + scripts.get("Hani", 0)) > sum(scripts.values()):
        return _Seen("Kana", n_words, "ja")  # more than a text that only names something in kana
    by_words = _by_function_words(found)
    script = max(scripts, key=scripts.__getitem__)
    if by_words and 3 * scripts.get(language_of(by_words).script, 0) < scripts[script]:
        by_words = None  # a foreign title inside the text, as in "Who 是什么组织"
    script = language_of(by_words).script if by_words else script
    return _Seen(script, n_words, _the_only_one(script) or _by_letters(text, script) or by_words)


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    speakers: dict[str, list[str]] = {}
    for language, listed in stopwords().items():
        for word in listed:
            speakers.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in speakers.items()}


def _by_function_words(found: dict[str, int]) -> str | None:
    votes: dict[str, float] = {}
    speakers = _speakers()
    for word, count in found.items():
        if languages := speakers.get(word):
            share = count / len(languages)
            for language in languages:
                votes[language] = votes.get(language, 0) + share
    if not votes:
        return None
    first = max(sorted(votes), key=votes.__getitem__)
    most = votes.pop(first)
    return first if most >= 0.5 and most >= DECISIVE * max(votes.values(), default=0) else None


def _the_only_one(script: str) -> str | None:
    """Return the language of a script that only one is written in."""
    return languages_in(script)[0].code if len(languages_in(script)) == 1 else None


def _by_letters(text: str, script: str) -> str | None:
    """Return the language whose own letters are a fiftieth of the text's."""
    own_letters = [one for one in languages_in(script) if one.letters]
    if not own_letters:
        return None
    letters = sum(map(str.isalpha, text))
    for one in own_letters:
        if sum(map(text.count, one.letters)) * 50 > letters:
            return one.code
    return None


def _by_model(text: str, script: str, default: str, count: int) -> str:
    """Return py3langid's choice among the script's languages; too little text gives the script's usual language."""
    if len(languages_in(script)) < 2:
        return default
    if count < 3:
        return default if script == "Latn" else usual_in(script).code
    language: str = _identifier(script).classify(text)[0]
    return language


def _identifier(script: str) -> LanguageIdentifier:
    """Return py3langid's model, read once; without the lock, concurrent first calls would each read it."""
    with _READING:
        return _identifier_among(script)


@cache
def _identifier_among(script: str) -> LanguageIdentifier:
    """Return py3langid's model limited to the languages of a script, which classifies faster than the whole."""
    import numpy as np

    identifier = copy(_whole_identifier())
    identifier.set_languages({one.code for one in languages_in(script)}.intersection(identifier.labels))
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc)  # a text's features are looked up in its rows
    return identifier


@cache
def _whole_identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
