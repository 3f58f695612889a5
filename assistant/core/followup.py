"""A question that leans on the one before ("and when?", "who claimed it?"): its missing words are carried over.

No language model: a question leans when it begins with "and", says "it", or names too little to be searched
for. What it lacks are the words that the question before asked with. Measured in tests/assistant/test_followup.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.core.question import MAX_CHARS
from index import content_words, detect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_CARRIED = 8
_POINTING = 3  # a question of more words of its own than this says what it means by "it" itself

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Words that begin a question which goes on from another; phrases of two words are looked for as such.
_STARTS = {
    "en": "and|but|so|also|what about|how about",
    "ar": "وماذا عن|ماذا عن",
    "fr": "et|mais|alors",
    "de": "und|aber|was ist mit",
    "es": "y|pero|qué tal|que hay de",
    "ru": "а|и|но|а что",
    "tr": "ve|peki|ama|ya",
    "fa": "و|اما",
}
# Words that stand for something said before.
_POINTERS = {
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
_AND_ARABIC = re.compile("^و(?:متى|أين|اين|من|ما|ماذا|كم|كيف|لماذا|لم|هل|أي|بماذا|ممن|عن|على|في)$")
# Arabic writes "its", "her" and "them" onto the word (ثمنه, its price).
_ATTACHED = re.compile("^(?!.*الله$).{3,}(?:ه|ها|هم)$")
_ATTACHED_AMONG = 2  # in longer questions it mostly points into the question itself
# "Who is ...", "what is ..." name what they ask for, although they hold a pronoun.
_DEFINING_ARABIC = re.compile("^(?:من|ما|ماذا) (?:هو|هي|هم) ")


class Followed(NamedTuple):
    """A question as it is to be searched.

    Attributes:
        text: the question, with what it lacks.
        carried: the words that were taken over; none when it stands alone.
    """

    text: str
    carried: tuple[str, ...] = ()


def follow(question: str, before: str | None) -> Followed:
    """The question with the words that it lacks from the one before.

    Args:
        question: as it was typed, cleaned.
        before: what was searched for the question before; None: there was none.
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
    if goes_on and _names(question, own, language):  # "and Raqqa?": this name instead of that one
        dropped = set(_names(before, carried, detect(before)))
        carried = [word for word in carried if word not in dropped]
    text = " ".join([question, *carried[-MAX_CARRIED:]])
    if not carried or len(text) > MAX_CHARS:
        return Followed(question)
    return Followed(text, tuple(carried[-MAX_CARRIED:]))


def follow_all(questions: Iterable[str]) -> list[Followed]:
    """Each question of a conversation as it is to be searched, oldest first."""
    followed: list[Followed] = []
    for question in questions:
        followed.append(follow(question, followed[-1].text if followed else None))
    return followed


def _goes_on(question: str, language: str) -> bool:
    words = _WORD.findall(question.casefold())
    starts = _STARTS.get(language, _STARTS["en"]).split("|")
    begun = " ".join(words[:3]) + " "
    return any(begun.startswith(f"{start} ") for start in starts) or bool(
        words and _AND_ARABIC.match(words[0])
    )


def _leans(question: str, own: Sequence[str], language: str) -> bool:
    """Whether a question says too little to stand alone: nothing, one plain word among others, or "it"."""
    words = _WORD.findall(question.casefold())
    if not own or not words:
        return True
    names = _names(question, own, language)
    if len(own) == 1 and not names and len(words) > 2 and not _DEFINING_ARABIC.match(question):
        return True
    if language == "ar" and len(own) <= _ATTACHED_AMONG and any(map(_ATTACHED.match, own)):
        return True
    pointers = _POINTERS.get(language, "").split()
    points = any(word in pointers for word in words) and not _DEFINING_ARABIC.match(question)
    return points and len(own) <= _POINTING


def _names(question: str, words: Iterable[str], language: str) -> list[str]:
    """The words with a capital that no sentence beginning explains; German writes all nouns so."""
    if language == "de":
        return []
    first = _WORD.match(question)
    opening = first.group() if first else ""
    return [word for word in words if word[:1].isupper() and word != opening]
