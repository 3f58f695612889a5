"""Light stems for Arabic, Persian, Urdu and Hebrew: prefixes that are words of their own, and endings.

Nothing is taken from inside a word, and what is left is never shorter than it takes to mean something.
The particles b, l and k are split off only together with the article: alone they cannot be told from a
first letter (Libya, Beirut), so index/ranking/query.py asks for the prefixed forms instead.
Source: light10 (Larkey, Ballesteros, Connell, 2007); variants measured in docs/retrieval.md, "Analysis".
"""

from __future__ import annotations

_ARTICLES = ("وبال", "وكال", "وال", "فال", "بال", "كال", "ولل", "فلل", "ال", "لل")
_GOD = frozenset(
    {"الله", "والله", "بالله", "فالله", "لله", "ولله", "تالله"}
)  # no article, whatever it looks like
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
    """Stem of a folded Arabic word: conjunction, preposition and article off, then one ending.

    At least three letters stay after a conjunction and after an ending, two after the article.
    """
    bare = without_article(word)
    return _without_endings(_without_conjunction(word) if bare == word else bare)


def without_article(word: str) -> str:
    """The word without the article and the particles in front of it; two letters stay at least."""
    if not word.startswith(_ARTICLES) and word not in _GOD:
        return word
    if word in _GOD:
        return "الله"
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 2:
            return word[len(article) :]
    return word


def _without_conjunction(word: str) -> str:
    """The word without a conjunction written onto it; three letters stay at least."""
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
    """Stem of a folded Persian word: plural, comparative and the yeh of indefiniteness off."""
    return _cut(word, _PERSIAN_ENDINGS)


def urdu_stem(word: str) -> str:
    """Stem of a folded Urdu word: plural and oblique endings off."""
    return _cut(word, _URDU_ENDINGS)


def hebrew_stem(word: str) -> str:
    """Stem of a folded Hebrew word: one prefix particle and one ending off."""
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
