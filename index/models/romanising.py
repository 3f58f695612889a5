"""Write words of other scripts in Latin letters, letter by letter.

A romanised word can be said and recognised; it is not a transliteration that leads back. Vowels that the script does
not write are not invented: short vowels of Arabic, Persian, Urdu and Hebrew appear only where they are marked. Arabic
و and ي (Hebrew ו and י) are consonants at the beginning, beside a written vowel, and where they are doubled, else long
vowels; an ayn that begins a word stands for "a". Only Devanagari implies a vowel, "a" after a consonant but the last.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from index.analysis.folding import stream_safe
from index.analysis.scripts import JOINERS, script_of, script_of_word


def _table(letters: str, latin: str) -> dict[str, str]:
    """Return what each letter is written as; the Latin ones stand in the same order, with spaces between."""
    return dict(zip(letters, latin.split(), strict=True))


_ARAB = _table("ابتجحدرزسصضطعغفقكلمنه", "a b t j h d r z s s d t ' gh f q k l m n h") | {
    "ث": "th", "خ": "kh", "ذ": "dh", "ش": "sh", "ظ": "z", "ء": "'", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a",
    "ؤ": "'", "ئ": "'", "ى": "a", "ة": "a", "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ک": "k", "ڤ": "v", "ٹ": "t",
    "ڈ": "d", "ڑ": "r", "ں": "n", "ہ": "h", "ھ": "h", "ە": "e", "ێ": "e", "ۆ": "o", "ڵ": "l", "ڕ": "r", "ۀ": "e",
    "ے": "e", "ۓ": "e", "ـ": "",
    "\u064e": "a", "\u064f": "u", "\u0650": "i", "\u064b": "an", "\u064c": "un", "\u064d": "in", "\u0670": "a",
}  # fmt: skip
_PERSIAN = {"ث": "s", "ذ": "z", "ض": "z"}
_HEBR = _table("אבגדהוזחטיכךלמםנןסעפףצץקרשת", "a b g d h v z h t y k kh l m m n n s ' p f ts ts k r sh t") | {
    "\u05b7": "a", "\u05b8": "a", "\u05b4": "i", "\u05b5": "e", "\u05b6": "e", "\u05b9": "o", "\u05bb": "u",
    "\u05b2": "a", "\u05b1": "e", "\u05b3": "o",
}  # fmt: skip
_CYRL = _table(
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya",
) | {
    "ъ": "", "ь": "", "ё": "yo", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "w", "ј": "j", "љ": "lj", "њ": "nj",
    "џ": "dzh", "ђ": "dj", "ћ": "c", "ѓ": "gj", "ќ": "kj", "ѕ": "dz", "қ": "q", "ғ": "gh", "ң": "ng", "ү": "u",
    "ұ": "u", "ө": "o", "ә": "a", "һ": "h",
}  # fmt: skip
_CYRILLIC = {"uk": {"г": "h", "и": "y"}, "bg": {"щ": "sht", "ъ": "a"}, "be": {"г": "h"}}
_GREK = _table("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o") | {
    "ου": "ou", "αυ": "av", "ευ": "ev", "γγ": "ng", "γκ": "nk", "γχ": "nch", "ντ": "nt", "μπ": "mp",
}  # fmt: skip
_GREEK_FIRST = {"ντ": "d", "μπ": "b", "γκ": "g"}
_DEVA = _table(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळऱ",
    "k kh g gh ng ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l r",
)
_NUKTA = {"क": "q", "ख": "kh", "ग": "gh", "ज": "z", "ड": "r", "ढ": "rh", "फ": "f", "य": "y"}
_MATRAS = _table("ािीुूृेैोौॅॉ", "a i i u u ri e ai o au e o")
_VOWELS = _table("अआइईउऊऋएऐओऔऍऑ", "a a i i u u ri e ai o au e o")
_VIRAMA, _NUKTA_SIGN, _NASAL, _LIPS = "\u094d", "\u093c", "ंँ", tuple("पफबभम")
_SHADDA, _SUKUN = "\u0651", "\u0652"
_DAGESH, _HOLAM, _QUBUTS = "\u05bc", "\u05b9", "\u05bb"
# Unicode orders the vowel before the doubling of its letter
_DOUBLING = re.compile(f"([\u064b-\u0650])({_SHADDA})")
_AYN = re.compile("^ع(?![اوي\u064b-\u0650])")  # at the beginning it is always said with a vowel, mostly "a"
_HIDDEN = re.compile(f"[{JOINERS}]")
_PAIR = re.compile("ου|αυ|ευ|γγ|γκ|γχ|ντ|μπ|.", re.DOTALL)


@lru_cache(maxsize=16_384)
def romanised(word: str, language: str) -> str | None:
    """Return a word in Latin letters, the first one a capital, or None for a script without rules.

    Args:
        word: as it is written, one word.
        language: ISO 639-1 code; a few letters are said otherwise in Persian, Urdu, Ukrainian, Bulgarian and others.
    """
    lower = _HIDDEN.sub("", stream_safe(word)).lower()
    write = {"Arab": _arabic, "Hebr": _hebrew, "Cyrl": _cyrillic, "Grek": _greek, "Deva": _devanagari}.get(
        script_of_word(lower)
    )
    if write is None:
        return None
    latin = write(lower, language).lstrip("'")
    return latin[:1].upper() + latin[1:] or None


def _arabic(word: str, language: str) -> str:
    letters = _DOUBLING.sub(r"\2\1", unicodedata.normalize("NFC", word)).replace(_SUKUN, "")
    letters = _AYN.sub("ا", letters.replace("إي", "إ"))
    table = _ARAB | (_PERSIAN if language in {"fa", "ur"} else {})
    glides = {"و": ("v" if language in {"fa", "ur"} else "w", "u"), "ي": ("y", "i"), "ی": ("y", "i")}
    return _semitic(letters, table, glides, "اأإآىةے\u064e\u064f\u0650\u0670")


def _hebrew(word: str, language: str) -> str:  # noqa: ARG001 - one rule for all its languages
    letters = unicodedata.normalize("NFD", word).replace("וו", "ו" + _SHADDA)
    letters = letters.replace("ו" + _HOLAM, _HOLAM).replace("ו" + _DAGESH, _QUBUTS).replace(_DAGESH, "")
    return _semitic(letters, _HEBR, {"ו": ("v", "o"), "י": ("y", "i")}, "אה").replace(_SHADDA, "")


def _semitic(letters: str, table: dict[str, str], glides: dict[str, tuple[str, str]], vowels: str) -> str:
    """Write a script without short vowels; `glides` are its letters that are a consonant or a long vowel."""
    parts: list[str] = []
    for at, letter in enumerate(letters):
        before, after = letters[at - 1 : at], letters[at + 1 : at + 2]
        if letter == _SHADDA:
            parts += parts[-1:] if before not in glides else []
        elif letter in glides:
            is_consonant = at == 0 or (after and after in vowels + _SHADDA) or (before and before in "اأآא")
            parts.append(glides[letter][0 if is_consonant else 1])
        else:
            parts.append(table.get(letter, ""))
    return "".join(parts)


def _cyrillic(word: str, language: str) -> str:
    own = _CYRILLIC.get(language, {})
    return "".join([own.get(letter, _CYRL.get(letter, "")) for letter in unicodedata.normalize("NFC", word)])


def _greek(word: str, language: str) -> str:  # noqa: ARG001 - one language
    plain = "".join([letter for letter in unicodedata.normalize("NFD", word) if script_of(letter) == "Grek"])
    units = _PAIR.findall(plain)
    first = [_GREEK_FIRST.get(unit, _GREK.get(unit, "")) for unit in units[:1]]
    return "".join([*first, *(_GREK.get(unit, "") for unit in units[1:])])


def _devanagari(word: str, language: str) -> str:  # noqa: ARG001 - one rule for all its languages
    letters = unicodedata.normalize("NFD", word)
    parts: list[str] = []
    for at, letter in enumerate(letters):
        if letter in _DEVA:
            rest = letters[at + 1 :].removeprefix(_NUKTA_SIGN)
            dotted = len(rest) < len(letters) - at - 1
            parts.append(_NUKTA.get(letter, _DEVA[letter]) if dotted else _DEVA[letter])
            parts.append("a" if rest and rest[0] not in _MATRAS and rest[0] != _VIRAMA else "")
        elif letter in _NASAL:
            parts.append("m" if letters[at + 1 : at + 2] in _LIPS else "n")
        else:
            parts.append(_MATRAS.get(letter, _VOWELS.get(letter, "")))
    return "".join(parts)
