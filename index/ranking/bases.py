"""List the words that a word is made of, where the stemmer of its language leaves affixes on it.

Snowball's Turkish stemmer strips the endings of nouns, not those of verbs. Source: Göksel, Kerslake, Turkish: A
Comprehensive Grammar, Routledge 2005, chapters 2 and 8.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from index.analysis.scripts import script_of_word
from index.ranking.parameters import SHORTEST_PART, SHORTEST_STEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Arabic affixes that may be stripped: particles, and those that mark person and tense of verbs.
_PREFIXES = ("", *"وفبلكسيتنا")
_SUFFIXES = ("", *"هاتي", "ها", "هم", "نا", "وا", "ون", "ين", "ته", "تها", "تهم")

# English prefixes that are put before any word.
_BEFORE = re.compile("anti|counter|inter|multi|non|over|post|pro|semi|sub|super|trans|under")

# What follows the root of a Turkish verb: voice, negation, then tense and person, or a participle and its case.
_VOICE = "(?:[iıuü]?[lns]|[dt][iıuü]r|t)*"
_TENSE = (
    "(?:[dt][iıuü]|m[iıuü]ş|[iıuü]yor|[aeiıuü]?r|m[ae]z|m[ae]l[iı]|y?[ae]c[ae]k)"
    "(?:[dt][iıuü]r?|m[iıuü]ş)?(?:l[ae]r|[kmn])?"
)
_PARTICIPLE = (
    "(?:y?[ae]n|[dt][iıuü][ğk]|y?[ae]c[ae]ğ|m[ae]k?|y?[ae]r[ae]k|y?[iıuü]p)"
    "(?:l[ae]r)?(?:s?[iıuü]n?[aeiıuü]?)?"
)
_ENDING = re.compile(f"{_VOICE}(?:m[ae])?(?:{_TENSE}|{_PARTICIPLE})")


def bases(word: str, language: str) -> Iterator[str]:
    """Yield a word and the words that it may be made of, each in the form that dictionaries list.

    Args:
        word: folded.
        language: ISO 639-1; Arabic is told by its script.
    """
    yield word
    of = _arabic if script_of_word(word) == "Arab" else _BASES.get(language)
    if of:
        yield from of(word)


def _arabic(word: str) -> Iterator[str]:
    for first, second, last in product(_PREFIXES, _PREFIXES, _SUFFIXES):
        if word.startswith(first + second) and word.endswith(last):
            form = word[len(first + second) : len(word) - len(last)]
            if len(form) >= SHORTEST_STEM:
                yield form


def _english(word: str) -> Iterator[str]:
    before = _BEFORE.match(word)
    if before and len(word) - before.end() >= SHORTEST_PART:
        yield word[before.end() :]


def _turkish(word: str) -> Iterator[str]:
    for length in range(SHORTEST_STEM, len(word)):
        if _ENDING.fullmatch(word, length):
            yield from (word[:length] + "mak", word[:length] + "mek")


_BASES: dict[str, Callable[[str], Iterator[str]]] = {"en": _english, "tr": _turkish}
