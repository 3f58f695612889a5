"""Complete a follow-up question ("and when?", "who claimed it?") with words from the question before.

There is no language model. A question is a follow-up if it begins with "and", says "it", or has too few words to
search for. It gets the content words of the question before. Measured in tests/assistant/test_followup.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.core.question import MAX_CHARS
from index import content_words, detect, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_CARRIED = 8
_POINTING = 3  # a question with more content words than this says itself what "it" means

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
STARTS = {
    "en": "and|but|so|also|what about|how about",
    "ar": "وماذا عن|ماذا عن",
    "fr": "et|mais|alors",
    "de": "und|aber|was ist mit",
    "es": "y|pero|qué tal|que hay de",
    "ru": "а|и|но|а что",
    "tr": "ve|peki|ama|ya",
    "fa": "و|اما",
}
"""Words that begin a follow-up question; phrases of several words must match as a whole."""

POINTERS = {
    "en": "it its he him his she her they them their this that these those",
    "ar": "هو هي هم هما ذلك هذا هذه تلك هناك عنه عنها عنهم منه منها منهم فيه فيها له لها لهم به بها بهم"
    " عليه عليها عليهم إليه إليها",
    "fr": "il elle ils elles lui leur cela ça ce cet cette y",
    "de": "er sie es ihn ihm ihr ihnen das dies dieser diese dieses dort davon",
    "es": "él ella ellos ellas lo eso esto ese esa este esta su sus allí",
    "ru": "он она оно они его её ее их ему ей им это этого этот эта там них нём нем",
    "tr": "o onu ona onun onlar onları bu bunu şu orada",
    "fa": "او آن آنها این ایشان آنجا",
}
"""Words that refer to something said before."""

_AND_ARABIC = re.compile("^و(?:متى|أين|اين|من|ما|ماذا|كم|كيف|لماذا|لم|هل|أي|بماذا|ممن|عن|على|في)$")
# Arabic attaches "its", "her" and "them" to the word (ثمنه, its price).
_ATTACHED = re.compile("^(?!.*الله$).{3,}(?:ه|ها|هم)$")
_ATTACHED_AMONG = 2  # in longer questions it mostly refers to a word of the same question
# "Who is ..." and "what is ..." name their subject, so their pronoun does not refer back.
_DEFINING_ARABIC = re.compile("^(?:من|ما|ماذا) (?:هو|هي|هم) ")


class Followed(NamedTuple):
    """A question as it is to be searched.

    Attributes:
        text: the question with the words carried over.
        carried: the words carried over; empty if the question stands alone.
    """

    text: str
    carried: tuple[str, ...] = ()


def follow(question: str, before: str | None) -> Followed:
    """Return the question, completed with words from the one before if it is a follow-up.

    Args:
        question: as it was typed, cleaned.
        before: the text that was searched for the question before; None if there was none.
    """
    if before is None:
        return Followed(question)
    own = content_words(question)
    language = detect(question)
    goes_on = _goes_on(question, language)
    if not (goes_on or _leans(question, own, language)):
        return Followed(question)
    known = {word.casefold() for word in own}
    carried = [word for word in content_words(before) if word.casefold() not in known]
    if goes_on and _names(question, own, language):  # "and Raqqa?": the new name replaces the old one
        dropped = set(_names(before, carried, detect(before)))
        carried = [word for word in carried if word not in dropped]
    text = " ".join([question, *carried[-MAX_CARRIED:]])
    if not carried or len(text) > MAX_CHARS:
        return Followed(question)
    return Followed(text, tuple(carried[-MAX_CARRIED:]))


def follow_all(questions: Iterable[str]) -> list[Followed]:
    """Return each question of a conversation as it is to be searched, oldest first."""
    followed: list[Followed] = []
    for question in questions:
        followed.append(follow(question, followed[-1].text if followed else None))
    return followed


def _goes_on(question: str, language: str) -> bool:
    words = _WORD.findall(question.casefold())
    starts = STARTS.get(language, STARTS["en"]).split("|")
    begun = " ".join(words[:3]) + " "
    return any(begun.startswith(f"{start} ") for start in starts) or bool(
        words and _AND_ARABIC.match(words[0])
    )


def _leans(question: str, own: Sequence[str], language: str) -> bool:
    """Return whether a question cannot stand alone: no content word, a single one that is no name, or "it"."""
    words = _WORD.findall(question.casefold())
    if not own or not words:
        return True
    names = _names(question, own, language)
    if len(own) == 1 and not names and len(words) > 2 and not _DEFINING_ARABIC.match(question):
        return True
    if language == "ar" and len(own) <= _ATTACHED_AMONG and any(map(_ATTACHED.match, own)):
        return True
    pointers = POINTERS.get(language, "").split()
    points = any(word in pointers for word in words) and not _DEFINING_ARABIC.match(question)
    return points and len(own) <= _POINTING


def _names(question: str, words: Iterable[str], language: str) -> list[str]:
    """Return the capitalised words except the first of the question; none in a language that capitalises nouns."""
    if language_of(language).capitalises_nouns:
        return []
    first = _WORD.match(question)
    opening = first.group() if first else ""
    return [word for word in words if word[:1].isupper() and word != opening]
