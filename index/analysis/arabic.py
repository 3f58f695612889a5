"""Stem Arabic, Persian, Urdu and Hebrew lightly, by removing prefixed words and endings.

Nothing is removed from inside a word, and a stem never gets too short to mean something.
The particles b, l and k are removed only together with the article. Alone they cannot be told from a
first letter (Libya, Beirut), so index/ranking/query.py asks for the prefixed forms instead.
Source: light10 (Larkey, Ballesteros, Connell, 2007); variants measured in docs/lab/sweeps.md, "Analysis".
"""

from __future__ import annotations

_ARTICLES = ("وبال", "وكال", "وال", "فال", "بال", "كال", "ولل", "فلل", "ال", "لل")
_GOD = frozenset(
    {"الله", "والله", "بالله", "فالله", "لله", "ولله", "تالله"}
)  # begins with no article, though it looks so
_ENDINGS = (
    "هما",
    "كما",
    "تين",
    "تان",
    "يات",
    "ها",
    "ان",
    "ات",
    "ون",
    "ين",
    "يه",
    "هم",
    "هن",
    "نا",
    "كم",
    "ه",
    "ي",
)


def arabic_stem(word: str) -> str:
    """Return the stem of a folded Arabic word, without conjunction, preposition, article and one ending.

    Removing a conjunction or an ending leaves at least three letters; removing the article, at least two.
    """
    bare = without_article(word)
    return _without_endings(_without_conjunction(word) if bare == word else bare)


def without_article(word: str) -> str:
    """Return the word without the article and the particles before it; at least two letters stay."""
    if not word.startswith(_ARTICLES) and word not in _GOD:
        return word
    if word in _GOD:
        return "الله"
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 2:
            return word[len(article) :]
    return word


def _without_conjunction(word: str) -> str:
    """Return the word without a conjunction written onto it; at least three letters stay."""
    return word[1:] if len(word) >= 4 and word[0] in {"و", "ف"} else word


def _without_endings(word: str) -> str:
    if not word.endswith(_ENDINGS):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_PERSIAN_ENDINGS = ("هايشان", "هايي", "هاي", "ها", "ترين", "تر", "ان", "ات", "ي")
_URDU_ENDINGS = ("يوں", "وں", "ياں", "ون", "ين", "ات", "يں", "ے", "ي", "ا", "ه")
_HEBREW_PREFIXES = ("וה", "וב", "ול", "ומ", "וש", "שה", "ה", "ו", "ב", "ל", "מ", "ש", "כ")
_HEBREW_ENDINGS = ("ים", "ות", "יה", "יו", "ה", "ת", "י")


def persian_stem(word: str) -> str:
    """Return the stem of a folded Persian word, without a plural or comparative ending or indefinite yeh."""
    return _cut(word, _PERSIAN_ENDINGS)


def urdu_stem(word: str) -> str:
    """Return the stem of a folded Urdu word, without a plural or oblique ending."""
    return _cut(word, _URDU_ENDINGS)


def hebrew_stem(word: str) -> str:
    """Return the stem of a folded Hebrew word, without one prefix particle and one ending."""
    for prefix in _HEBREW_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            word = word[len(prefix) :]
            break
    return _cut(word, _HEBREW_ENDINGS)


def _cut(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
