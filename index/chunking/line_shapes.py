"""Classify one line by its look, in any language: a sentence, a short line, a bullet, tags, links."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from index.chunking.text_lines import Line, ends_sentence, size

HEADING_WORDS = 12  # a short line of more words is taken for a paragraph that lacks its full stop
LABEL_WORDS = 5
_LONG_WORDS = 18  # headlines in a list of related articles have up to this many
_ITEM_WORDS = 25  # a bulleted line of more words is a paragraph
_MIN_TAG_WORDS = 12
_LINK_MARKS = ("](", "://", "www.", "@", "#")
_MAX_CHARS = 2_000  # of a heading, a menu, a line of links
_MAX_TAGS = 1_000
_WINDOW = 50  # words over which repetition is counted, so that long prose does not look repetitive
# Moving type/token ratio: running prose and verse have .7 to .95, tag lists of news pages .3 to .6.
_MAX_TAG_VARIETY = 0.66

_NOTICE_WORDS = 40
_RIGHTS = re.compile(r"©|\([cC]\)\s*(?:19|20)\d\d")
_BULLET = re.compile(r"[•·▪◦‣⁃●○■□►▸▶◄*+\-–—]\s+(?=\S)|[•▪●■►▸]")
_NUMBER = re.compile(r"[(\[]?(\d{1,3}[.)\]\-]|[A-Za-z\u0621-\u064a][)\]\-])\s")
_TITLE = re.compile(r"#{1,6}\s+\S")
_MARKED_LINK = re.compile(r"!?\[[^\[\]\n]*\]\([^()\n]{0,500}\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[@#][\w.]+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.]+")
_FIGURE = re.compile(r"(?<!\w)\d")
_MENU_MARK = re.compile(r"[|»›•·]")
_LABELLED = re.compile(r"(?P<label>[^:：]{2,40})[:：]\s*(?P<rest>.+)$", re.DOTALL)
_LISTED = re.compile(r"\s*[,،;؛、]\s*")
_PUNCTUATION = re.compile(r"[^\w\s\u0610-\u061a\u064b-\u065f\u200c\u200d'’\-]|\d")
_DASHED = re.compile(r"\S\s*[-–—/]\s|\s[-–—/]\s*\S")


class Shape(Enum):
    """The shape of a line on its own."""

    SENTENCE = "ends as a sentence does, introduces a list, or is long"
    SHORT = "no more words than a heading has, and no stop"
    LONG = "more words than a heading has, and no stop"
    BULLET = "a bulleted line without a stop"
    TITLE = "a Markdown heading"
    TAGS = "the same few words again and again, or a menu"
    LINKS = "nothing but addresses, images, mentions"
    NOTICE = "whose the text is: a line with ©"
    RULE = "no letters"


class Look(NamedTuple):
    """A line, its shape and its number of words."""

    line: Line
    shape: Shape
    words: int
    text: str

    @property
    def is_label(self) -> bool:
        """Whether it is a few words, as above a list or before a value."""
        return self.words <= LABEL_WORDS

    @property
    def ends_with_colon(self) -> bool:
        """Whether it ends with a colon, so that what follows belongs to it."""
        return self.text.rstrip("*_ \u200f\u200e").endswith((":", "："))

    @property
    def has_digits(self) -> bool:
        """Whether it holds figures, such as a date."""
        return _FIGURE.search(self.text) is not None

    @property
    def has_facts(self) -> bool:
        """Whether it holds figures, or a name and its value."""
        return self.has_digits or (not self.ends_with_colon and _LABELLED.match(self.text) is not None)


def look(text: str, line: Line) -> Look:
    """Classify a line of `text` by its look."""
    body = text[line.start : line.end]
    bullet = _BULLET.match(body)
    bare = body[bullet.end() :] if bullet else body
    words = size(bare)
    return Look(line, _shape(body, bare, words, is_bullet=bullet is not None), words, bare)


def is_dateline(text: str) -> bool:
    """Return whether a short first line is of the form `place - agency` rather than a title."""
    return size(text) <= LABEL_WORDS and _DASHED.search(text) is not None


def is_listing(text: str) -> bool:
    """Return whether a line without figures is a label and the items it labels, as in tag lists."""
    labelled = _LABELLED.match(text)
    if labelled is None or size(labelled["label"]) > 3 or any(map(str.isdigit, text)):
        return False
    items = [item for item in _LISTED.split(labelled["rest"]) if item]
    if len(items) >= 3:
        return all(size(item) <= 3 for item in items)
    return _is_bare_words(labelled["rest"])


def title_case(text: str) -> bool:
    """Return whether a text is nothing but capitalised words."""
    return all(word[0].isupper() for word in text.split()) and not _PUNCTUATION.search(text)


def _shape(body: str, bare: str, words: int, *, is_bullet: bool) -> Shape:
    if not any(map(str.isalpha, body)):
        return Shape.RULE
    if not is_bullet and _TITLE.match(body) and len(body) <= _MAX_CHARS:
        return Shape.TITLE
    if is_links := _is_links(bare) or (words <= _NOTICE_WORDS and _RIGHTS.search(body)):
        return Shape.LINKS if is_links is True else Shape.NOTICE
    if ends_sentence(bare) or _NUMBER.match(body) or body.startswith(("|", ">")):
        return Shape.SENTENCE
    if _is_menu(bare) or _is_tags(bare, words):
        return Shape.TAGS
    return _unstopped(bare, words, is_bullet=is_bullet)


def _unstopped(bare: str, words: int, *, is_bullet: bool) -> Shape:
    """Return the shape of a line that has letters and does not end as a sentence does."""
    if is_bullet:
        return Shape.SENTENCE if words > _ITEM_WORDS else Shape.BULLET
    introduces = words >= LABEL_WORDS and bare.endswith((":", "："))
    if introduces or words > _LONG_WORDS:
        return Shape.SENTENCE
    return Shape.LONG if words > HEADING_WORDS else Shape.SHORT


def _is_links(body: str) -> bool:
    if len(body) > _MAX_CHARS or not any(mark in body for mark in _LINK_MARKS):
        return False
    rest = _ADDRESS.sub("", _MARKED_LINK.sub("", body))
    if rest.strip(" *_").endswith((":", "：")) and size(rest) <= LABEL_WORDS:
        return True
    letters = sum(map(str.isalpha, body))
    return sum(map(str.isalpha, rest)) * 5 <= letters


def _is_menu(body: str) -> bool:
    if not _MENU_MARK.search(body):
        return False
    items = _MENU_MARK.split(body[:_MAX_CHARS])
    if len(items) < 3 or any(map(str.isdigit, body)):
        return False
    return all(0 < size(item) <= 4 for item in items)


def _is_tags(body: str, words: int) -> bool:
    if words < _MIN_TAG_WORDS:
        return False
    seen = [word.strip("،,;؛|") for word in body.split(None, _MAX_TAGS)[:_MAX_TAGS]]
    if len(seen) < _MIN_TAG_WORDS:
        return False
    windows = range(0, max(1, len(seen) - _WINDOW + 1), _WINDOW // 2)
    ratios = [_variety(seen[at : at + _WINDOW]) for at in windows]
    return sum(ratios) / len(ratios) < _MAX_TAG_VARIETY


def _variety(words: list[str]) -> float:
    return len(set(words)) / len(words)


def _is_bare_words(body: str) -> bool:
    """Return whether a text is many words without punctuation and with few short words, as in tags."""
    words = body.split()
    if len(words) < 10 or _PUNCTUATION.search(body):
        return False
    return sum(len(word) <= 3 for word in words) * 8 < len(words)
