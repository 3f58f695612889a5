"""Which language a text is in: by script, then by function words, then by py3langid."""

from __future__ import annotations

from collections import Counter
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal

from index.analysis import folded_counts
from index.analysis.scripts import script_of_word
from index.analysis.stopwords import stopwords

if TYPE_CHECKING:
    from collections.abc import Callable

_READING = Lock()

READ = 1_000
"""Characters of a text that are looked at."""
# A function word shared by k languages speaks 1/k for each; a language this far ahead of the next is it.
DECISIVE = 1.6

_RTL = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "syr", "ug", "ur", "yi"])
_ONE_LANGUAGE = {
    "Hang": "ko", "Kana": "ja", "Hani": "zh", "Thai": "th", "Laoo": "lo", "Khmr": "km", "Mymr": "my", "Grek": "el",
    "Hebr": "he", "Armn": "hy", "Geor": "ka", "Beng": "bn", "Guru": "pa", "Gujr": "gu", "Orya": "or", "Taml": "ta",
    "Telu": "te", "Knda": "kn", "Mlym": "ml", "Sinh": "si", "Tibt": "bo", "Ethi": "am", "Syrc": "syr",
}  # fmt: skip
_LETTERS = {
    "ckb": "ەێۆڵڕ", "ps": "ټډړښځڅۍ", "sd": "ڄڃڦڳڱ", "ug": "ۇۈې", "ur": "ٹڈڑںےھہ", "fa": "پچژگکی",
    "uk": "іїєґ", "be": "ўі", "sr": "јђћџљњ", "mk": "ѓќѕ", "kk": "әғқңөұүһі",
}  # fmt: skip
_OF_SCRIPT = {
    "Latn": frozenset(
        [
            "en",
            "fr",
            "de",
            "es",
            "it",
            "pt",
            "nl",
            "tr",
            "id",
            "vi",
            "ro",
            "pl",
            "cs",
            "sk",
            "hu",
            "sv",
            "da",
            "no",
            "fi",
            "hr",
            "sq",
            "az",
            "sw",
            "ca",
        ]
    ),
    "Arab": frozenset(["ar", "ckb", "fa", "ps", "sd", "ug", "ur"]),
    "Cyrl": frozenset(["ru", "uk", "be", "bg", "sr", "mk", "kk"]),
    "Deva": frozenset(["hi", "mr", "ne"]),
}
_USUAL = {"Arab": "ar", "Cyrl": "ru", "Deva": "hi"}


def detect(text: str, default: str = "und") -> str:
    """ISO 639-1 code of the language a text is written in.

    Args:
        text: a question or an article; the first `READ` characters decide.
        default: what to say of a text without words, or of a bare name in Latin letters.
    """
    text = text[:READ]
    found = folded_counts(text)
    scripts: Counter[str] = Counter()
    for word, count in found.items():
        scripts[script_of_word(word)] += count
    del scripts["Zyyy"]
    if not scripts:
        return default
    if scripts["Kana"] and 2 * (scripts["Kana"] + scripts["Hani"]) > scripts.total():
        return "ja"  # not a text that names something in kana
    by_words = _by_function_words(found)
    script, most = scripts.most_common(1)[0]
    if by_words and 3 * scripts[_script_of_language(by_words)] < most:
        by_words = None  # a foreign title inside the text, as in "Who 是什么组织"
    script = _script_of_language(by_words) if by_words else script
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    return _by_letters(text, script) or by_words or _by_model(text, script, default, sum(found.values()))


def languages_in(script: str) -> frozenset[str]:
    """Languages that are usually written in a script (ISO 15924); none for a script without rules here."""
    only = _ONE_LANGUAGE.get(script)
    return frozenset([only]) if only else _OF_SCRIPT.get(script, frozenset())


def direction(language: str) -> Literal["rtl", "ltr"]:
    """Writing direction of a language given by its ISO 639 code; left to right when unknown."""
    return "rtl" if language.partition("-")[0] in _RTL else "ltr"


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
    ranked = [*sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:2], ("", 0), ("", 0)]
    (first, most), (_, second) = ranked[0], ranked[1]
    return first if most >= 0.5 and most >= DECISIVE * second else None


@cache
def script_of(language: str) -> str:
    """ISO 15924 code of the script that a language is usually written in; "Zyyy" when unknown."""
    for script, only in _ONE_LANGUAGE.items():
        if only == language:
            return script
    return next((script for script, languages in _OF_SCRIPT.items() if language in languages), "Zyyy")


@cache
def _script_of_language(language: str) -> str:
    return Counter(script_of_word(word) for word in stopwords()[language]).most_common(1)[0][0]


def _by_letters(text: str, script: str) -> str | None:
    """The first language whose own letters are a fiftieth of the text's; Persian's come last, others use them too."""
    letters = sum(map(str.isalpha, text))
    for language, own in _LETTERS.items():
        if language in _OF_SCRIPT.get(script, ()) and sum(map(text.count, own)) * 50 > letters:
            return language
    return None


def _by_model(text: str, script: str, default: str, count: int) -> str:
    """py3langid among the languages of the script; too little text gives the script's usual language."""
    if script not in _OF_SCRIPT:
        return default
    if count < 3:
        return _USUAL.get(script, default)
    ranked = _identifier()(text)
    return next((language for language, _ in ranked if language in _OF_SCRIPT[script]), default)


def _identifier() -> Callable[[str], list[tuple[str, float]]]:
    """py3langid's ranking, its model read once: left to itself, each thread that comes first reads its own."""
    with _READING:
        return _read_identifier()


@cache
def _read_identifier() -> Callable[[str], list[tuple[str, float]]]:
    from py3langid import rank

    rank("")
    ranking: Callable[[str], list[tuple[str, float]]] = rank
    return ranking
