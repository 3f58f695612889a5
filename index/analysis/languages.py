"""List the languages: one record each, from which detection, stemming, direction and display read.

A language that is not listed is handled by the rules of each word's script. Lists of words stand elsewhere, by these
codes: `bundled/stopwords.txt` and `bundled/interrogatives.txt` here, what Sanad says in `assistant`.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple


class Language(NamedTuple):
    """What is particular to a language.

    Attributes:
        code: ISO 639-1, or 639-3 where there is none.
        script: ISO 15924 code of the script that it is usually written in; "Zyyy" if unknown.
        rules: code of the language whose stemming rules apply to its words in this script; "": none.
        latin: likewise for words in Latin letters, in a text in a language of another script.
        letters: letters that no other language of its script has, except one listed before it.
        name: its own name for itself, as shown to people; the code if it has none.
        is_spaced: whether spaces separate its words.
        is_detected: whether `index.analysis.detecting` may find it.
        capitalises_nouns: whether all nouns are capitalised, so that a capital does not mark a name.
    """

    code: str
    script: str
    rules: str = ""
    latin: str = ""
    letters: str = ""
    name: str = ""
    is_spaced: bool = True
    is_detected: bool = True
    capitalises_nouns: bool = False


# The first language of a script is its usual one: its rules apply to words in the script where a text's language has
# none of its own. Letters are looked for in this order: Persian is the last, because others use its letters.
_TABLE = (
    Language("und", "Zyyy", latin="en", is_detected=False),  # not known: neither people nor `detect` said it
    Language("ar", "Arab", "ar", "en", name="العربية"),
    Language("ckb", "Arab", "", "en", letters="ەێۆڵڕ"),
    Language("ps", "Arab", "", "en", letters="ټډړښځڅۍ"),
    Language("sd", "Arab", "", "en", letters="ڄڃڦڳڱ"),
    Language("ug", "Arab", "", "en", letters="ۇۈې"),
    Language("ur", "Arab", "ur", "en", letters="ٹڈڑںےھہ", name="اردو"),
    Language("fa", "Arab", "fa", "en", letters="پچژگکی", name="فارسی"),
    Language("ku", "Arab", "ar", is_detected=False),
    Language("en", "Latn", "en", name="English"),
    Language("az", "Latn"),
    Language("ca", "Latn", "ca"),
    Language("cs", "Latn", "cs"),
    Language("da", "Latn", "da"),
    Language("de", "Latn", "de", name="Deutsch", capitalises_nouns=True),
    Language("es", "Latn", "es", name="Español"),
    Language("fi", "Latn", "fi"),
    Language("fr", "Latn", "fr", name="Français"),
    Language("hr", "Latn"),
    Language("hu", "Latn", "hu"),
    Language("id", "Latn", "id"),
    Language("it", "Latn", "it", name="Italiano"),
    Language("nl", "Latn", "nl"),
    Language("no", "Latn", "no"),
    Language("pl", "Latn", "pl"),
    Language("pt", "Latn", "pt", name="Português"),
    Language("ro", "Latn", "ro"),
    Language("sk", "Latn"),
    Language("sq", "Latn"),
    Language("sv", "Latn", "sv"),
    Language("sw", "Latn"),
    Language("tr", "Latn", "tr", name="Türkçe"),
    Language("vi", "Latn"),
    Language("eo", "Latn", "eo", is_detected=False),
    Language("et", "Latn", "et", is_detected=False),
    Language("eu", "Latn", "eu", is_detected=False),
    Language("ga", "Latn", "ga", is_detected=False),
    Language("lt", "Latn", "lt", is_detected=False),
    Language("ru", "Cyrl", "ru", "en", name="Русский"),
    Language("uk", "Cyrl", "", "en", letters="іїєґ", name="Українська"),
    Language("be", "Cyrl", "", "en", letters="ўі"),
    Language("bg", "Cyrl", "", "en"),
    Language("sr", "Cyrl", "sr", "sr", letters="јђћџљњ"),
    Language("mk", "Cyrl", "", "en", letters="ѓќѕ"),
    Language("kk", "Cyrl", letters="әғқңөұүһі"),
    Language("ky", "Cyrl", is_detected=False),
    Language("mn", "Cyrl", is_detected=False),
    Language("tg", "Cyrl", is_detected=False),
    Language("tt", "Cyrl", is_detected=False),
    Language("hi", "Deva", "hi", "en", name="हिन्दी"),
    Language("mr", "Deva", "", "en"),
    Language("ne", "Deva", "ne", "en"),
    Language("sa", "Deva", is_detected=False),
    Language("el", "Grek", "el", "en"),
    Language("he", "Hebr", "he", "en", name="עברית"),
    Language("yi", "Hebr", "yi", "en", is_detected=False),
    Language("hy", "Armn", "hy", "en"),
    Language("ta", "Taml", "ta", "en"),
    Language("zh", "Hani", "", "en", name="中文", is_spaced=False),
    Language("ja", "Kana", "", "en", name="日本語", is_spaced=False),
    Language("ko", "Hang", "", "en", name="한국어"),
    Language("th", "Thai", "", "en", is_spaced=False),
    Language("lo", "Laoo", "", "en", is_spaced=False),
    Language("km", "Khmr", "", "en", is_spaced=False),
    Language("my", "Mymr", "", "en", is_spaced=False),
    Language("ka", "Geor"),
    Language("bn", "Beng"),
    Language("pa", "Guru"),
    Language("gu", "Gujr"),
    Language("or", "Orya"),
    Language("te", "Telu"),
    Language("kn", "Knda"),
    Language("ml", "Mlym"),
    Language("si", "Sinh"),
    Language("bo", "Tibt"),
    Language("am", "Ethi"),
    Language("syr", "Syrc"),
    Language("arc", "Syrc", is_detected=False),
    Language("dv", "Thaa", is_detected=False),
)
LANGUAGES = {one.code: one if one.name else one._replace(name=one.code) for one in _TABLE}
"""The languages by code."""

_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa"})


@cache
def language_codes() -> tuple[str, ...]:
    """Return the codes of the languages that are listed, in alphabetical order."""
    return tuple(sorted(LANGUAGES.keys() - {"und"}))


def language_of(code: str) -> Language:
    """Return the record of a language; if it is not listed, one with neither script nor rules."""
    return LANGUAGES.get(code) or Language(code, "Zyyy", name=code, is_detected=False)


@cache
def usual_in(script: str) -> Language:
    """Return the usual language of a script (ISO 15924), without rules for a script that no language here has."""
    return next((one for one in _TABLE if one.script == script), language_of(""))


@cache
def languages_in(script: str) -> tuple[Language, ...]:
    """Return the languages that a text in a script may be found to be in; none for a script without any."""
    return tuple([one for one in _TABLE if one.script == script and one.is_detected])


def direction(language: str) -> Literal["rtl", "ltr"]:
    """Return the writing direction of a language given by its ISO 639 code; left to right if unknown."""
    return "rtl" if language_of(language.partition("-")[0]).script in _RIGHT_TO_LEFT else "ltr"
