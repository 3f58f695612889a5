"""Cut the particles off an Arabic word that are written onto it: "and", "so", "in", "for", "as", "will", "the".

Whether a first letter is a particle cannot be told from the letters (Beirut begins with "in"), so the lexicon decides.
It was learned from stems without conjunctions and articles. A word that it knows with a first و or ف is one word
(minister), and so is one that it translates otherwise than the rest of it (large, and a well).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.analysis import stem_of
from index.analysis.arabic import without_article
from index.models.function_words import function_words

if TYPE_CHECKING:
    from index.models.lexicon import Lexicon

LANGUAGE = "ar"
_ARTICLE = "ال"
_HAMZAS = frozenset("أإآ")
_FOR_THE = "لل"
_CONJUNCTIONS = frozenset({"و", "ف"})
_PREPOSITIONS = frozenset({"ب", "ل", "ك"})
_BEFORE = _CONJUNCTIONS | _PREPOSITIONS
_WILL = "س"
_OF_VERBS = frozenset({"ي", "ت", "ن", "ا"})
_POSSESSIVES = ("هما", "هم", "هن", "كم", "ها", "نا", "ه")
_PERSONS = "يتن"
_LEAST_REST = 3
"""Letters of a word that stay when a particle other than the article is cut off."""
_COMPARED = 3
"""How many of the first translations of a word and of its rest are compared."""


class Cut(NamedTuple):
    """A folded word in parts.

    Attributes:
        particles: in the order of writing; together with `rest` they are the word.
        rest: the word without them.
        stem: of the rest, as the lexicon has it if it does.
    """

    particles: tuple[str, ...]
    rest: str
    stem: str


def cut(folded: str, lexicon: Lexicon, *, article: bool = True) -> Cut:
    """Cut a folded Arabic word.

    Args:
        folded: the word.
        lexicon: knows which words there are.
        article: whether a beginning like the article may be one; it is none if it is written with a hamza.
    """
    listed = function_words(LANGUAGE)
    for n_particles in (0, 1, 2):
        before, rest = folded[:n_particles], folded[n_particles:]
        if rest in listed and (len(rest) > 1 or not before) and _BEFORE.issuperset(before):
            return Cut(tuple(before), rest, rest)
    bare = without_article(folded)
    if article and bare != folded and folded.endswith(bare):
        before = folded.removesuffix(bare)
        return Cut(_parts(before), bare, known_stem(bare, lexicon))
    conjunction = _conjunction(folded, lexicon)
    rest = folded.removeprefix(conjunction)
    particle = _particle(rest, lexicon)
    rest = rest.removeprefix(particle)
    return Cut(tuple(part for part in (conjunction, particle) if part), rest, known_stem(rest, lexicon))


def may_be_article(surface: str) -> bool:
    """Return whether a word may begin with the article, whose alef is never written with a hamza."""
    return _HAMZAS.isdisjoint(surface[:3])


def _parts(before: str) -> tuple[str, ...]:
    """Return the article and the particles before it one by one; "for the" is one."""
    article = _FOR_THE if before.endswith(_FOR_THE) else _ARTICLE
    return (*before.removesuffix(article), article)


def _conjunction(folded: str, lexicon: Lexicon) -> str:
    """Return the conjunction at the beginning of a word, or an empty text."""
    if folded[:1] not in _CONJUNCTIONS or len(folded) <= _LEAST_REST:
        return ""
    known = lexicon.has(_as_it_stands(folded), LANGUAGE) and not _is_form(folded[1:], folded, lexicon)
    return "" if known else folded[0]


def _particle(word: str, lexicon: Lexicon) -> str:
    """Return the preposition, or the sign of the future, at the beginning of a word, or an empty text."""
    first, rest = word[:1], word[1:]
    is_future = first == _WILL and rest[:1] in _OF_VERBS
    if len(rest) < _LEAST_REST or not (first in _PREPOSITIONS or is_future):
        return ""
    if _is_form(rest, word, lexicon):
        return first
    whole, of_rest = _meanings(word, lexicon), _meanings(rest, lexicon)
    if not of_rest:
        return ""
    return first if not whole or whole[0] in of_rest or of_rest[0] in whole else ""


def _is_form(rest: str, word: str, lexicon: Lexicon) -> bool:
    """Return whether the rest of a word is known as a form, and the whole word is not."""
    forms = lexicon.forms
    return forms is not None and forms.has(rest, LANGUAGE) and not forms.has(word, LANGUAGE)


def _meanings(word: str, lexicon: Lexicon) -> list[str]:
    return [stem for stem, _ in lexicon.translate(known_stem(word, lexicon), LANGUAGE, "en")[:_COMPARED]]


def known_stem(word: str, lexicon: Lexicon) -> str:
    """Return the stem of a word without particles, in the first of its forms that the lexicon translates.

    The forms: with its first letter, whatever that is; without it, as it would be a conjunction; without the alef of an
    indefinite object; without the t that stands for the feminine ending before a possessive.
    """
    whole, stem = _as_it_stands(word), stem_of(word, LANGUAGE)
    forms = [whole, stem]
    forms += [_as_it_stands(word[:-1])] if word.endswith("ا") and len(word) > _LEAST_REST else []
    forms += [one[:-1] for one in (whole, stem) if one.endswith("ت") and len(one) > _LEAST_REST]
    return next((form for form in dict.fromkeys(forms) if lexicon.translates(form, LANGUAGE)), stem)


def inflected_from(form: str) -> list[str]:
    """Return the forms that a form may be an inflection of: its rest is a form of its own with the same meaning.

    Without the alef of an indefinite object; without a possessive or an object, with the feminine ending before it.
    """
    if len(form) <= _LEAST_REST:
        return []
    ending = next((one for one in _POSSESSIVES if form.endswith(one)), "")
    bare = form.removesuffix(ending)
    if not ending or len(bare) < _LEAST_REST:
        return [form[:-1]] if form.endswith("ا") else []
    return [bare[:-1] + "ه", bare] if bare.endswith("ت") else [bare]


def other_persons(form: str) -> list[str]:
    """Return the other persons of a verb in the present, if the form is one."""
    if form[:1] not in _PERSONS or len(form) <= _LEAST_REST:
        return []
    return [other + form[1:] for other in _PERSONS if other != form[0]]


def _as_it_stands(word: str) -> str:
    """Return the stem of a word that no conjunction is written onto: as it is behind the article."""
    return stem_of(_ARTICLE + word, LANGUAGE) if len(word) > 1 else word
