r"""Define which characters make a word, and find the script of a word.

Python's `\w` leaves out combining marks, which splits vocalised Arabic, Hindi and Thai words;
here marks belong to the word they are written on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

# Combining marks of the Basic Multilingual Plane (Unicode 14, categories Mn, Mc, Me), with the letters between them,
# which are word characters anyway. tests/index/analysis/test_analysis.py compares the table with unicodedata.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711-\u07f3\u07fd\u0816-\u082d"
    "\u0859-\u085b\u0898-\u08e1\u08e3-\u0963\u0981-\u09e3\u09fe-\u0a75\u0a81-\u0ae3\u0afa-\u0b63"
    "\u0b82-\u0bd7\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0d4d\u0d57-\u0d63\u0d81-\u0df3\u0e31-\u0e3a"
    "\u0e47-\u0e4e\u0eb1-\u0ecd\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u0fc6"
    "\u102b-\u103e\u1056-\u109d\u135d-\u135f\u1712-\u1734\u1752-\u17d3\u17dd\u180b-\u180d"
    "\u180f-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1b44\u1b6b-\u1b73\u1b80-\u1bf3\u1c24-\u1c37"
    "\u1cd0-\u1cd2\u1cd4-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\ua672\ua674-\ua67d\ua69e-\ua6f1\ua802-\ua827\ua82c\ua880-\ua8c5\ua8e0-\ua8f1"
    "\ua8ff-\ua92d\ua947-\ua953\ua980-\ua9c0\ua9e5-\uaa4d\uaa7b-\uaac1\uaaeb-\uaaef\uaaf5\uaaf6"
    "\uabe3-\uabea\uabec\uabed\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f"
)
JOINERS = "\u00ad\u034f\u061c\u200c-\u200f\u2060\ufeff"
"""Invisible characters that may stand inside a word: soft hyphen, ZWNJ (Persian), ZWJ, LRM, RLM, ..."""
APOSTROPHES = "'\u2018\u2019\u02bc\uff07\u05f3\u05f4\"\u201d`\u00b4"
"""Marks between two letters that may belong to the word (the double ones only in Hebrew)."""

WORD = re.compile(
    rf"[\w{MARKS}]+(?:[{JOINERS}{APOSTROPHES}]+[\w{MARKS}]+|(?<=\d)[.,\u066b\u066c](?=\d)[\w{MARKS}]+"
    rf"|(?<=\b[^\W\d_])\.(?=[^\W\d_]\.)\w|(?<=\.[^\W\d_])\.(?=[^\W\d_](?:\.|\b))\w)*"
)
"""A candidate word: letters, digits and marks; joiners, apostrophes, number separators and the dots of U.N. inside."""

UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eae\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
    "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3\u17d7\u17dc\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
"""Letters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, Han."""

_STARTS = (
    (0x0000, "Latn"), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0530, "Armn"), (0x0590, "Hebr"),
    (0x0600, "Arab"), (0x0700, "Syrc"), (0x0750, "Arab"), (0x0780, "Zyyy"), (0x0860, "Arab"),
    (0x0900, "Deva"), (0x0980, "Beng"), (0x0A00, "Guru"), (0x0A80, "Gujr"), (0x0B00, "Orya"),
    (0x0B80, "Taml"), (0x0C00, "Telu"), (0x0C80, "Knda"), (0x0D00, "Mlym"), (0x0D80, "Sinh"),
    (0x0E00, "Thai"), (0x0E80, "Laoo"), (0x0F00, "Tibt"), (0x1000, "Mymr"), (0x10A0, "Geor"),
    (0x1100, "Hang"), (0x1200, "Ethi"), (0x1380, "Zyyy"), (0x1780, "Khmr"), (0x1800, "Zyyy"),
    (0x1C80, "Cyrl"), (0x1C90, "Geor"), (0x1CC0, "Zyyy"), (0x1E00, "Latn"), (0x1F00, "Grek"),
    (0x2000, "Zyyy"), (0x2C60, "Latn"), (0x2C80, "Zyyy"), (0x2DE0, "Cyrl"), (0x2E00, "Zyyy"),
    (0x3005, "Hani"), (0x3040, "Kana"), (0x3100, "Zyyy"), (0x3130, "Hang"), (0x3190, "Zyyy"),
    (0x31F0, "Kana"), (0x3200, "Zyyy"), (0x3400, "Hani"), (0xA000, "Zyyy"), (0xA640, "Cyrl"),
    (0xA6A0, "Zyyy"), (0xA720, "Latn"), (0xA800, "Zyyy"), (0xAC00, "Hang"), (0xD7FC, "Zyyy"),
    (0xF900, "Hani"), (0xFB00, "Latn"), (0xFB13, "Armn"), (0xFB1D, "Hebr"), (0xFB50, "Arab"),
    (0xFE00, "Zyyy"), (0xFE70, "Arab"), (0xFEFF, "Zyyy"), (0xFF21, "Latn"), (0xFF66, "Kana"),
    (0xFFA0, "Hang"), (0xFFE0, "Zyyy"), (0x20000, "Hani"), (0x323B0, "Zyyy"),
)  # fmt: skip
_FIRSTS = [start for start, _ in _STARTS]


@lru_cache(maxsize=8192)
def script_of(character: str) -> str:
    """Return the ISO 15924 code of a letter's script; "Zyyy" for digits, marks, symbols and other scripts."""
    if not character.isalpha():
        return "Zyyy"
    return _STARTS[bisect_right(_FIRSTS, ord(character)) - 1][1]


def script_of_word(word: str) -> str:
    """Return the script of the first letter of a word; "Zyyy" if it has none ("2019")."""
    found = script_of(word[:1]) if word else "Zyyy"
    if found != "Zyyy":
        return found
    return next((found for c in word if (found := script_of(c)) != "Zyyy"), "Zyyy")
