"""Fold each word to one spelling by removing variation that carries no meaning."""

from __future__ import annotations

import re
import unicodedata

from index.analysis.scripts import JOINERS, script_of_word

MAX_MARKS = 30
"""Marks kept in a row, as in Unicode's stream-safe format: normalising 100,000 mixed marks takes quadratic time."""

# Writers vary alef forms, the hamza's seats, final yeh and teh marbuta. Persian, Urdu, Kurdish and Pashto code points
# are folded to the Arabic letter they are a form of.
_ARABIC = {
    **dict.fromkeys("أإآٱٲٳ", "ا"), **dict.fromkeys("ىیېےۍێۑ", "ي"), **dict.fromkeys("ؤئ", "ء"),
    **dict.fromkeys("ةہھەۀۂۃۿ", "ه"), **dict.fromkeys("کڪ", "ك"), "ں": "ن", "ۆ": "و", "ۇ": "و",
    "ۋ": "و", "ڵ": "ل", "ڕ": "ر", "ـ": "",
}  # fmt: skip
_DIGITS = {
    chr(zero + value): str(value)
    for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xE50, 0xED0, 0x1040, 0x17E0)
    for value in range(10)
}
_MODIFIERS = range(0x2B0, 0x300)  # letters in name only: the half rings of romanised ayn and hamza
_MARKS = (
    *(
        (0x300, 0x36F),
        (0x483, 0x489),
        (0x591, 0x5C7),
        (0x610, 0x61A),
        (0x64B, 0x65F),
        (0x670, 0x670),
        (0x6D6, 0x6ED),
    ),
    *((0x8D3, 0x8FF), (0x20D0, 0x20F0), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F)),
)
_DROPPED = [
    *map(chr, _MODIFIERS),
    *(chr(c) for first, last in _MARKS for c in range(first, last + 1) if not chr(c).isalpha()),
]
_TABLE = str.maketrans(
    _ARABIC | _DIGITS | {"ё": "е", "\u093c": "", "\u0901": "\u0902"} | dict.fromkeys(_DROPPED, "")
)
_INVISIBLE = re.compile(rf"[{JOINERS}\s]")
_ARABIC_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a]+")
_UNACCENT = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ə": "e"}
)


def stream_safe(text: str) -> str:
    """Return the text with runs of combining marks cut to `MAX_MARKS`; linear time."""
    if len(text) <= MAX_MARKS or text.isascii():
        return text
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def fold(surface: str) -> str:
    """Return the word in one spelling: NFKC, case folded, Arabic-script letters unified, digits ASCII.

    Marks of Arabic and Hebrew and stray combining marks are dropped; accents that are part of a Latin or Greek letter
    stay, because stemmers need them (`unaccented` removes them later).
    """
    if surface.isascii():
        return surface.lower()
    if _ARABIC_LETTERS.fullmatch(surface):  # nothing to compose, no case: the same result in one step
        return surface.translate(_TABLE)
    composed = unicodedata.normalize("NFKC", _INVISIBLE.sub("", stream_safe(surface)))
    folded = unicodedata.normalize("NFC", composed.casefold()).translate(_TABLE)
    return _INVISIBLE.sub("", folded)


def unaccented(folded: str) -> str:
    """Return a folded Latin or Greek word without accents; other scripts are unchanged (й is a letter)."""
    if folded.isascii() or script_of_word(folded) not in {"Latn", "Grek"}:
        return folded
    parts = unicodedata.normalize("NFD", folded.translate(_UNACCENT))
    return "".join([c for c in parts if not "\u0300" <= c <= "\u036f"])
