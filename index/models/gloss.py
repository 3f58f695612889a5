"""Gloss a text word by word: what each of its words may mean, for a reader who cannot read its language.

A gloss is no translation: each word is looked up by itself in the lexicon, and the order of the words stays.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import is_stopword, name_key, stem_of, stemmer_of, words
from index.analysis.folding import fold
from index.analysis.languages import language_of
from index.analysis.names import sound_alike
from index.analysis.scripts import script_of_word
from index.models import function_words, particles
from index.models.romanising import romanised
from index.models.wordforms import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.models.lexicon import Lexicon

MEANINGS = 3
"""Most meanings of a word."""
LEAST = 0.02
"""Probability of a translation that is given, at least."""
# What stands beside every word in parallel texts, and means none of those that the lexicon has.
_EMPTY_ENGLISH = (
    "a an the is are was were be been has have had do does did of to and in on at for as it its he his him she her they"
    " their them you your we our i my me that which who what there this these t s d said not will would with"
)
EMPTY = {"en": frozenset(_EMPTY_ENGLISH.split())}
"""By language, words that are no meaning."""


class Glossed(NamedTuple):
    """A word of a text, or a particle attached to one, with what it may mean.

    Attributes:
        start, end: characters of the text.
        word: these characters.
        meanings: words of the reader's language, the most probable first; empty for an unknown or a function word.
        name: the word in the reader's script, if it is a name, a number or a word without meanings; None for any
            other, and if there are no rules for writing it in that script.
        stem: as the lexicon looks it up.
    """

    start: int
    end: int
    word: str
    meanings: tuple[str, ...]
    name: str | None
    stem: str


class _Told(NamedTuple):
    """The stem and the meanings of a folded word, and whether it is a name."""

    stem: str
    meanings: tuple[str, ...]
    is_name: bool


def gloss(text: str, language: str, target: str, lexicon: Lexicon) -> tuple[Glossed, ...]:
    """Gloss the words of a text in the order of their start.

    A particle that is written onto an Arabic word has an entry of its own before the rest of the word. Of the
    overlapping pairs of letters that a script without spaces is cut into, only those with a meaning are glossed, and
    none that overlaps one before it.

    Args:
        text: any text.
        language: its ISO 639-1 code.
        target: that of the reader's language.
        lexicon: translates.

    Returns:
        Entries that do not overlap.
    """
    found: list[Glossed] = []
    listed = words(text)
    end = 0
    for number, (start, stop, folded) in enumerate(listed):
        if start < end:
            continue
        is_pair = number + 1 < len(listed) and listed[number + 1].start < stop
        entries = _entries(text[start:stop], folded, language, target, lexicon)
        if not is_pair or entries[0].meanings:
            end = stop
            found += [
                Glossed(start + first, start + last, word, meanings, name, stem)
                for first, last, word, meanings, name, stem in entries
            ]
    return tuple(found)


def gloss_line(glossed: Iterable[Glossed]) -> str:
    """Return a gloss as one line in reading order: of each word its first meaning, else its name."""
    return " ".join(told for one in glossed if (told := one.meanings[0] if one.meanings else one.name))


@lru_cache(maxsize=16_384)
def _entries(surface: str, folded: str, language: str, target: str, lexicon: Lexicon) -> tuple[Glossed, ...]:
    """Return the particles of a word and the rest of it; the offsets count from its start."""
    if stemmer_of(folded, language) != particles.LANGUAGE:
        told = _looked_up(folded, stem_of(folded, stemmer_of(folded, language)), language, target, lexicon)
        return (_rest(surface, 0, told, language, target),)
    found, start = [], 0
    cut = particles.cut(folded, lexicon, article=particles.may_be_article(surface))
    for particle, length in zip(cut.particles, _lengths(surface, cut.particles), strict=True):
        end = start + length
        found.append(Glossed(start, end, surface[start:end], _listed(particle, target), None, particle))
        start = end
    return (*found, _rest(surface, start, _arabic(cut, target, lexicon), language, target))


def _rest(surface: str, start: int, told: _Told, language: str, target: str) -> Glossed:
    shown = surface[start:]
    return Glossed(start, len(surface), shown, told.meanings, _name(shown, told, language, target), told.stem)


def _lengths(surface: str, parts: Sequence[str]) -> Iterator[int]:
    """Yield how many characters each of the parts at the beginning of a word takes, with the marks on its letters."""
    at = 0
    for part in parts:
        first, left = at, len(part)
        while at < len(surface) and (left or not fold(surface[at])):
            left -= 1 if fold(surface[at]) else 0
            at += 1
        yield at - first


def _listed(word: str, target: str) -> tuple[str, ...]:
    """Return the meanings of an Arabic function word or particle; they are written down in English only."""
    known = function_words.function_words(particles.LANGUAGE)
    return known.get(word, ()) if target == function_words.IN else ()


def _arabic(cut: particles.Cut, target: str, lexicon: Lexicon) -> _Told:
    if cut.rest in function_words.function_words(particles.LANGUAGE):
        return _Told(cut.stem, _listed(cut.rest, target), is_name=False)
    told = _of_forms([cut.rest, *particles.inflected_from(cut.rest)], cut.stem, target, lexicon)
    if told is None:
        told = _looked_up(cut.rest, cut.stem, particles.LANGUAGE, target, lexicon)
        if not told.meanings:
            told = _of_forms(particles.other_persons(cut.rest), cut.stem, target, lexicon) or told
    return told


def _of_forms(forms: Iterable[str], stem: str, target: str, lexicon: Lexicon) -> _Told | None:
    """Return the meanings of the first form that has any; None if none has."""
    if lexicon.forms is None:
        return None
    for form in forms:
        if found := lexicon.forms.translate(form, particles.LANGUAGE, target):
            meanings = tuple([word for word, _ in found])
            is_name = meanings[0][:1].isupper() or _sounds(name_key(form) or "", fold(meanings[0]))
            return _Told(stem, meanings, is_name)
    return None


def _looked_up(folded: str, stem: str, language: str, target: str, lexicon: Lexicon) -> _Told:
    found = [other for other, p in lexicon.translate(stem, language, target) if p >= LEAST and other != stem]
    found = [other for other in found if other not in EMPTY.get(target, ())]
    if not found:
        return _Told(stem, (), is_name=not is_stopword(folded, language))
    own = name_key(folded) or ""
    is_name = _sounds(own, found[0])
    # of a word that is no name, the lexicon's lists of names hold the sound too (large: Kabir)
    chosen = (written(other, target) for other in found if _sounds(own, other) == is_name)
    meanings = tuple(dict.fromkeys(islice(chosen, MEANINGS)))
    return _Told(stem, meanings, is_name=is_name or meanings[0][:1].isupper())


def _sounds(own: str, stem: str) -> bool:
    return sound_alike(own, name_key(stem) or "")


def _name(shown: str, told: _Told, language: str, target: str) -> str | None:
    """Return a name in the reader's script."""
    if not told.is_name:
        return None
    script = script_of_word(shown)
    if script == "Zyyy":
        return fold(shown)
    if script == language_of(target).script:
        return shown
    return romanised(shown, language) if language_of(target).script == "Latn" else None
