"""Stem words by rules that depend on the word's script first, then on the language of the text."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from index.analysis.arabic import arabic_stem, hebrew_stem, persian_stem, urdu_stem
from index.analysis.folding import unaccented
from index.analysis.languages import language_of, usual_in
from index.analysis.scripts import script_of_word

if TYPE_CHECKING:
    from collections.abc import Callable

_SNOWBALL = {
    "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "eo": "esperanto",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_OWN: dict[str, Callable[[str], str]] = {
    "ar": arabic_stem,
    "fa": persian_stem,
    "ur": urdu_stem,
    "he": hebrew_stem,
}


def stemmer_of(word_folded: str, language: str) -> str:
    """Return the code of the stemming rules for a folded word in a text of a language; "" if it is not stemmed.

    A Latin word inside Arabic, Russian or Chinese text is stemmed as English, where such words mostly come from.
    """
    return _stemmer(script_of_word(word_folded), language)


def stemmers_of(word_folded: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return what `stemmer_of` returns for a word in texts of several languages, each code once."""
    return _stemmers(script_of_word(word_folded), languages)


@lru_cache(maxsize=1_024)  # scripts times the languages of a collection
def _stemmers(script: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([_stemmer(script, language) for language in languages]))


@cache  # scripts times languages
def _stemmer(script: str, language: str) -> str:
    known = language_of(language)
    if known.script == script:
        return known.rules
    return known.latin if script == "Latn" else usual_in(script).rules


@cache
def _snowball(algorithm: str) -> Callable[[str], str]:
    import Stemmer  # loaded with the first word that needs it

    stem: Callable[[str], str] = Stemmer.Stemmer(algorithm, 0).stemWord
    return stem


def stem_of(folded: str, stemmer: str) -> str:
    """Return a folded word's stem by the rules of `stemmer_of`, unaccented; the word itself if nothing is left."""
    if stemmer in _OWN:
        return _OWN[stemmer](folded)
    algorithm = _SNOWBALL.get(stemmer)
    if algorithm and (folded.isalpha() or stemmer in {"hi", "ne", "ta"}):
        folded = _snowball(algorithm)(folded) or folded
    return unaccented(folded)
