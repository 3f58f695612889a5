"""Compute name keys: the part of a name that stays the same in another script.

A key is the word's consonants in a small Latin alphabet. Vowels, doubled letters and the Arabic article are dropped.
Letters that scripts do not distinguish (b and p; v and f; g and j; k, kh and q; d and dh; s and z; sh and ch) share one
sign. Which letters share a sign was measured on name lists and by retrieval: docs/lab/sweeps.md, "Names".
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.analysis.arabic import without_article
from index.analysis.folding import unaccented
from index.analysis.scripts import script_of_word

MIN_KEY = 2
"""Fewest consonants of a key; a shorter one is too ambiguous ("ali", "rue")."""

_ARAB = dict(
    zip("بپتثجچحخدذرزژسشصضطظعغفڤقكگلمنهويءاٹڈڑۈ", "bptTjChxdDrzZsSsdtzAgfvqkglmnhwy'atdrw", strict=True)
)
_HEBR = dict(zip("אבגדהוזחטיכךלמםנןסעפףצץקרשת", "abgdhwzxtykklmmnnsAppccqrSt", strict=True))
_CYRL = dict(
    zip("абвгдежзийклмнопрстуфхцчшщыэіїєґңқғһҳүұөәў", "abvgdaZzyyklmnoprstufxcCSSaaayagnkghhuuoau", strict=True)
) | {
    "ю": "yu", "я": "ya", "ь": "", "ъ": "", "ј": "y", "љ": "ly", "њ": "ny", "џ": "j", "ђ": "j", "ћ": "C",
}  # fmt: skip
_GREK = dict(zip("αβγδεζηθικλμνξοπρστυφχψωϊϋ", "avgdaziTiklmnXoprstifxPoii", strict=True))
_DEVA = dict(zip("कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहऴळ", "kkggnCCjjntTddntTddnpfbbmyrlvSSshll", strict=True))
_TABLES = {"Arab": _ARAB, "Hebr": _HEBR, "Cyrl": _CYRL, "Grek": _GREK, "Deva": _DEVA}

_LATIN = re.compile(r"sch|tch|dsch|tsch|ch|sh|kh|gh|th|dh|ph|zh|ck|qu|ts|tz|dj|dzh|[a-z]")
_LATIN_SIGNS = {
    "sch": "S", "dsch": "j", "tsch": "C", "tch": "C", "ch": "C", "sh": "S", "kh": "x", "gh": "g", "th": "T", "dh": "D",
    "ph": "f", "zh": "Z", "ck": "k", "qu": "k", "ts": "c", "tz": "c", "dj": "j", "dzh": "j", "x": "ks", "c": "k",
    "e": "a", "i": "i", "o": "o", "u": "u",
}  # fmt: skip
# Signs that are merged, and signs that are dropped ("y" and "w" are vowels as often as consonants).
_MERGED = str.maketrans(
    {"p": "b", "v": "f", "q": "k", "x": "k", "j": "g", "Z": "g", "T": "t", "D": "d", "X": "ks", "P": "bs", "C": "S",
     "c": "s", "z": "s", "A": "", "a": "", "i": "", "o": "", "u": "", "y": "", "w": "", "'": ""}
)  # fmt: skip
_LETTER_SIGNS = {letter: _LATIN_SIGNS.get(letter, letter) for letter in "abcdefghijklmnopqrstuvwxyz"}
_SINGLE = str.maketrans(_LETTER_SIGNS)
_TOGETHER = re.compile(r"[sckgtdpz]h|ck|qu|t[sz]|dj|c[eiy]")  # letters that are not read one by one
_DOUBLED = re.compile(r"(.)\1+")
_SOFT_C = re.compile(r"c(?=[eiy])")
_LETTERS = {script: "".join(table) for script, table in _TABLES.items()} | {"Latn": "".join(_LETTER_SIGNS)}


def letters_of(folded: str) -> str:
    """Return the letters of a word's script, folded; empty for a script without a table."""
    return _LETTERS.get(script_of_word(folded), "")


def signs_of(folded: str) -> str:
    """Return the word in the alphabet of signs, with vowels; empty for numbers and scripts without a table."""
    script = script_of_word(folded)
    if script == "Latn":
        if folded.isascii() and folded.isalpha() and not _TOGETHER.search(folded):  # most words
            return folded.translate(_SINGLE)
        plain = _SOFT_C.sub("s", unaccented(folded))
        return "".join([_LATIN_SIGNS.get(unit, unit) for unit in _LATIN.findall(plain)])
    table = _TABLES.get(script)
    if table is None:
        return ""
    word = without_article(folded) if script == "Arab" else unaccented(folded)
    return "".join([table.get(character, "") for character in word]).replace("dZ", "j").replace("ts", "c")


@lru_cache(maxsize=65_536)
def name_key(folded: str) -> str | None:
    """Return the consonant skeleton of a word: `tnf` for Tanf, التنف, بالتنف and Танф; None if it is too short."""
    signs = signs_of(folded)
    if len(signs) > 2 and signs[-1] == "h":
        signs = signs[:-1]
    first = signs[:1] if signs[:1] in {"w", "y"} else ""
    key = first + signs[len(first) :].translate(_MERGED)
    if _DOUBLED.search(key):
        key = _DOUBLED.sub(r"\1", key)
    return key if len(key) >= MIN_KEY else None


NAME_LETTERS = 2
"""Consonants that a name and its translation must share to be one name in two scripts."""


def sound_alike(own: str, stem: str) -> bool:
    """Return whether a word's name key is that of a stem, or has one more sound: English stems drop an "s" (Paris).

    Args:
        own: name key of the word.
        stem: name key of the stem.
    """
    return len(stem) >= NAME_LETTERS and own in {stem, stem + own[-1:]}
