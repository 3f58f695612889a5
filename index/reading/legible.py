"""Check that text extracted from a PDF is what was printed: PDFs store shapes, and many lose the letters."""

from __future__ import annotations

import re
import unicodedata

# The most frequent words in these scripts; in visual (reversed) order none of them remains.
_ARABIC = (
    "في من على إلى أن عن التي الذي هذا هذه كان كانت قد ما لا مع بين بعد قبل أو ثم لم إن كما و "
    "در به از که این را با است آن برای می تا بر هم یا کرد شد خود "
    "کے کی میں سے ہے کا اور کو پر نے یہ وہ ہیں بھی کر تھا"
)
_HEBREW = "של את על עם לא כי הוא היא זה גם או אך אל כל בין אחרי לפני היה"
_LITTLE = {"Arabic": frozenset(_ARABIC.split()), "Hebrew": frozenset(_HEBREW.split())}
_LETTERS = {"Arabic": re.compile(r"[\u0620-\u064a\u066e-\u06d3]+"), "Hebrew": re.compile(r"[\u05d0-\u05ea]+")}
_MIN_WORDS = 40
_MIN_LITTLE = 0.03  # of the words; running text has 0.10 to 0.25
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad]")
_SHAPES = re.compile(r"[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]+")
# a sentence in these scripts begins with its full stop only if its line is reversed
_BACKWARDS = re.compile(r"^[ \t]*[.،؟!]+[ \t]*[\u05d0-\u06d3]", re.MULTILINE)
_FORWARDS = re.compile(r"[\u05d0-\u06d3][\"»”)]?[ \t]*[.؟!]+[ \t]*$", re.MULTILINE)
# `الأ` is one shape, whose letters poppler reverses; no word has them in the reversed order
_TURNED = re.compile(r"\u0627([\u0622\u0623\u0625])\u0644")
_SPACED = re.compile(r" ([،؛])(?=[^\W\d])")  # a comma swapped with its space
_MAX_LOST = 0.02


def mended(text: str) -> str:
    """Return the text with shapes replaced by their letters, without direction marks."""
    text = _SHAPES.sub(lambda shapes: unicodedata.normalize("NFKC", shapes[0]), _DIRECTION.sub("", text))
    return _SPACED.sub(r"\1 ", _TURNED.sub("\u0627\u0644\\1", text))


def problem(text: str) -> str | None:
    """Return what is wrong with the text of a PDF; None if it reads as language."""
    letters = [char for char in text if not char.isspace()]
    lost = sum(unicodedata.category(char) in {"Co", "Cn", "Cc"} or char == "\ufffd" for char in letters)
    if lost > _MAX_LOST * len(letters):
        return "its fonts do not say which letters they show"
    if len(_BACKWARDS.findall(text)) > len(_FORWARDS.findall(text)):
        return "its lines from right to left are scrambled (words in the order they are drawn)"
    for script, pattern in _LETTERS.items():
        words = pattern.findall(text)
        if len(words) < _MIN_WORDS:
            continue
        little = _LITTLE[script]
        right = sum(word in little for word in words)
        reverse = sum(word[::-1] in little for word in words)
        if right < _MIN_LITTLE * len(words) or reverse > right:
            return f"its {script} text is scrambled (letters in the order they are drawn, or lost)"
    return None
