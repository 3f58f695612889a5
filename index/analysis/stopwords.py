"""List function and question words, which do not show what a passage is about."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from index.analysis.folding import fold
from index.analysis.scripts import script_of_word

_FILE = Path(__file__).parent.parent / "bundled" / "stopwords.txt"
_BY_SCRIPT = {
    "Arab": "ar",
    "Latn": "en",
    "Cyrl": "ru",
    "Grek": "el",
    "Hebr": "he",
    "Deva": "hi",
    "Hani": "zh",
    "Thai": "th",
}


@cache
def stopwords() -> dict[str, frozenset[str]]:
    """Return the folded function and question words by ISO 639-1 code."""
    lists: dict[str, frozenset[str]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        language, colon, listed = line.partition(":")
        if colon and not line.startswith("#"):
            lists[language] = frozenset(fold(word) for entry in listed.split() for word in entry.split("_"))
    return lists


@lru_cache(maxsize=65536)
def is_stopword(folded: str, language: str) -> bool:
    """Return whether a folded word is a function or question word; without a list, its script gives the language."""
    lists = stopwords()
    script = script_of_word(folded)
    if language not in lists or (script in _BY_SCRIPT and _script_of(language) != script):
        language = _BY_SCRIPT.get(script, "")
    listed = lists.get(language, frozenset())
    if folded in listed:
        return True
    return language == "ar" and folded[:1] in {"و", "ف"} and folded[1:] in listed


@cache
def _script_of(language: str) -> str:
    listed = sorted(stopwords().get(language, ()))
    return script_of_word(listed[len(listed) // 2]) if listed else ""
