"""Split a text where a whole article was pasted below another, under a line such as "read also".

Such a line stands far more often above links to other articles, or above one title in the middle of an article
that continues. A wrong cut would cite an article's words under another's title, so a text is cut only where

- a line that is nothing but "read also" follows running text;
- below it stand one line like a title, and then two or more paragraphs of running text;
- there is a sign that this text belongs to the title: the article before has ended (a source, tags, a rule),
  a dateline stands below the title, or the first paragraphs repeat the title's words, as the lead of a news story
  does. For 14 news headlines, the first two paragraphs held .69 to 1 of the words; two later ones .17 at most.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.analysis import is_stopword, stem_of, stemmer_of, words
from index.analysis.detecting import detect
from index.chunking import frontmatter
from index.chunking.line_shapes import Look, Shape, is_dateline, look
from index.chunking.text_lines import lines
from index.reading.dates import of_line
from index.reading.wordings import READ_ALSO, SOURCE, key
from index.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_LABEL_CHARS = 60
_MAX_LABELS = 500  # a text with more holds no pasted article
_WINDOW = 6_000  # characters before and after the line that are looked at
_RUNNING_WORDS = 8  # a shorter sentence may be a caption or a label
_TITLE_WORDS = 24  # of a headline that ends in a question or exclamation mark
_MIN_PARAGRAPHS = 2
_MIN_WORDS = 40  # about 300 characters; the text below one link of a list has fewer
_MIN_SHARED = 2  # words of the title that the text below repeats
_MIN_SHARE = 0.4  # the same, as a share of the title's words

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_ENDS = (Shape.TAGS, Shape.NOTICE)  # not an address, which a paragraph may refer to
_TITLES = (Shape.SHORT, Shape.LONG, Shape.TITLE)
_LABEL = re.compile(r"([^:：]{2,30})[:：]")
_ASKS = ("?", "؟", "？", "!", "！")


def portions(text: str) -> list[Span]:
    """Return the span of each article in a text, in order; one span of the whole text if nothing was pasted.

    The "read also" lines between articles, and the blank lines above them, are in no span.
    """
    _, begin = frontmatter.parse(text)
    found: list[Span] = []
    start = 0
    for label in _labels(text, begin):
        if label.start < start:
            continue
        title = _title_below(text, label, max(start, begin))
        if title is not None:
            found.append(Span(start, len(text[: label.start].rstrip())))
            start = title
    return [*found, Span(start, len(text))]


def _labels(text: str, begin: int) -> list[Span]:
    """Return the lines that say no more than "read also"."""
    found = []
    for match in _LINE.finditer(text, begin):
        line = match.group().strip()
        if line and len(line) <= _MAX_LABEL_CHARS and key(line) in READ_ALSO:
            found.append(Span(*match.span()))
            if len(found) > _MAX_LABELS:
                return []
    return found


def _title_below(text: str, label: Span, start: int) -> int | None:
    """Return where the article below a label begins, or None if no whole article is below it."""
    below = _looks(text, label.end, min(len(text), label.end + _WINDOW))
    if len(below) < 1 + _MIN_PARAGRAPHS or not _is_title(below[0]):
        return None
    first = 1
    while first < len(below) and _is_dateline(below[first]):
        first += 1
    prose = _running(below[first:])
    if first == len(below) or not _is_running(below[first]):
        return None
    if len(prose) < _MIN_PARAGRAPHS or sum(item.words for item in prose) < _MIN_WORDS:
        return None
    before = _looks(text, max(start, label.start - _WINDOW), label.start)
    written = _running(before)
    if not written:
        return None
    if first > 1 or _has_ended(before) or _takes_up(below[0], prose[:2], written[-2:]):
        return below[0].line.start
    return None


def _looks(text: str, start: int, end: int) -> list[Look]:
    return [look(text, line) for line in lines(text, start, end)]


def _is_title(item: Look) -> bool:
    if item.ends_with_colon or key(item.text) in READ_ALSO:
        return False
    asks = item.text.endswith(_ASKS) and item.words <= _TITLE_WORDS
    return item.shape in _TITLES or (asks and item.shape is Shape.SENTENCE)


def _is_dateline(item: Look) -> bool:
    """Return whether a line below a title is short and says where, when or by whom; it is not another title."""
    return item.shape is Shape.SHORT and (
        is_dateline(item.text) or _is_source(item.text) or of_line(item.text) is not None
    )


def _is_source(text: str) -> bool:
    label = _LABEL.match(text)
    return label is not None and key(label[1]) in SOURCE


def _is_running(item: Look) -> bool:
    return item.shape is Shape.SENTENCE and item.words >= _RUNNING_WORDS


def _running(items: Sequence[Look]) -> list[Look]:
    return [item for item in items if _is_running(item)]


def _has_ended(before: Sequence[Look]) -> bool:
    """Return whether a line below the last paragraph marks the end of the article."""
    for item in reversed(before):
        if _is_running(item):
            return False
        is_rule = item.shape is Shape.RULE and not item.has_digits
        if item.shape in _ENDS or is_rule or _is_source(item.text):
            return True
    return False


def _takes_up(title: Look, below: Sequence[Look], above: Sequence[Look]) -> bool:
    """Return whether the text below repeats enough of a title's words, and more of them than the text above."""
    language = detect("\n".join(item.text for item in (title, *below)))
    named = _stems([title], language)
    shared = len(named & _stems(below, language))
    if shared < max(_MIN_SHARED, _MIN_SHARE * len(named)):
        return False
    return shared > len(named & _stems(above, language))


def _stems(items: Sequence[Look], language: str) -> set[str]:
    return {
        stem_of(word.folded, stemmer_of(word.folded, language))
        for item in items
        for word in words(item.text)
        if not is_stopword(word.folded, language)
    }
