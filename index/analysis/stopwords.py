"""List function and question words, which do not show what a passage is about."""

from __future__ import annotations

from functools import cache, lru_cache

from index.analysis.folding import fold
from index.analysis.languages import language_of, usual_in
from index.analysis.scripts import script_of_word
from index.analysis.word_lists import word_list


@cache
def stopwords() -> dict[str, frozenset[str]]:
    """Return the folded function and question words by ISO 639-1 code."""
    return {
        language: frozenset(fold(word) for entry in listed.split() for word in entry.split("_"))
        for language, listed in word_list("stopwords.txt").items()
    }


@lru_cache(maxsize=65536)
def is_stopword(folded: str, language: str) -> bool:
    """Return whether a folded word is a function or question word; without a list, its script gives the language."""
    lists = stopwords()
    script = script_of_word(folded)
    usual = usual_in(script).code
    if language not in lists or (usual in lists and language_of(language).script != script):
        language = usual
    listed = lists.get(language, frozenset())
    if folded in listed:
        return True
    return language == "ar" and folded[:1] in {"و", "ف"} and folded[1:] in listed
