"""Classify the lines of an article as prose, headings, or the furniture (boilerplate) of a web page.

Structure alone decides (bullets, stops, repetition, length, place in the article), never the
phrases of one site or language. When in doubt a line is prose: a tag list among the passages costs
a little ranking, a lost sentence costs an answer.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from index.chunking import frontmatter
from index.chunking.line_shapes import HEADING_WORDS, Look, Shape, is_dateline, is_listing, look, title_case
from index.chunking.text_lines import ends_sentence, lines

_MARKUP = re.compile(r"^#{1,6}\s+|\s+#+$|^[*_]{1,3}|[*_]{1,3}$")
_FURNITURE = (Shape.TAGS, Shape.LINKS, Shape.NOTICE, Shape.RULE)
_AFTER = {Shape.TAGS, Shape.LINKS, Shape.NOTICE}  # follow the end of an article
_INNER_LIMIT = 8  # heading words between the paragraphs of one section
_MAX_RELATED = 60  # lines in a list of other articles
_SHORT_LIMIT = 6  # heading words where an author leaves out full stops, as some agencies do


class Kind(Enum):
    """The role of a block."""

    PROSE = "may be cited"
    HEADING = "names the prose after it"
    FURNITURE = "dateline, label, tags, links: stored, never cited"


class Block(NamedTuple):
    """A line of the article (a wrapped paragraph is one line) without surrounding white space."""

    start: int
    end: int
    kind: Kind


@lru_cache(maxsize=4)  # called for the title and again for the passages of an article
def blocks(text: str) -> tuple[Block, ...]:
    """Classify every line of an article that is not blank, in order.

    If nothing would be left as prose, all lines with letters are prose.
    """
    _, begin = frontmatter.parse(text)
    looks = [look(text, line) for line in lines(text, begin)]
    kinds = _kinds(looks)
    if Kind.PROSE not in kinds:
        kinds = [_if_all_else_fails(item, everything=False) for item in looks]
    if Kind.PROSE not in kinds:
        kinds = [_if_all_else_fails(item, everything=True) for item in looks]
    return tuple(Block(a.line.start, a.line.end, kind) for a, kind in zip(looks, kinds, strict=True))


def heading_text(text: str) -> str:
    """Return the words of a heading without its Markdown marks, on one line."""
    return " ".join(_MARKUP.sub("", _MARKUP.sub("", text.strip())).split()).rstrip(":： ")


def _if_all_else_fails(item: Look, *, everything: bool) -> Kind:
    if item.shape is Shape.RULE or (item.shape in _FURNITURE and not everything):
        return Kind.FURNITURE
    return Kind.PROSE


def _kinds(looks: list[Look]) -> list[Kind]:
    kinds = [_first_guess(item) for item in looks]
    limit = _heading_limit(looks)
    end = _mark_related(looks, kinds)
    at = 0
    while at < end:
        stop = at
        while stop < end and looks[stop].shape in (Shape.SHORT, Shape.BULLET):
            stop += 1
        if stop > at:
            _resolve(looks, kinds, slice(at, stop), limit)
        at = max(stop, at + 1)
    _keep_figures(looks, kinds)
    return kinds


def _first_guess(item: Look) -> Kind:
    if item.shape is Shape.TITLE:
        return Kind.HEADING
    return Kind.FURNITURE if item.shape in _FURNITURE else Kind.PROSE


def _heading_limit(looks: list[Look]) -> int:
    """Return the most words with which a line without a stop may be a heading in this article."""
    paragraphs = [item for item in looks if item.words >= 20 and item.shape is Shape.SENTENCE]
    bare = sum(not ends_sentence(item.text) for item in paragraphs)
    return _SHORT_LIMIT if bare * 5 > len(paragraphs) * 2 else HEADING_WORDS


def _mark_related(looks: list[Look], kinds: list[Kind]) -> int:
    """Mark as furniture a list of other articles at the very end that has a label but no bullets.

    Returns:
        The index at which it begins, or the number of lines when there is none.
    """
    end = len(looks)
    while end and (looks[end - 1].shape in _AFTER or _is_menu_word(looks[end - 1])):
        end -= 1
    begin = end
    while begin and looks[begin - 1].shape in {Shape.SHORT, Shape.LONG}:
        begin -= 1
    if begin == 0 or end - begin > _MAX_RELATED:
        return len(looks)
    for at in range(begin, end - 3):
        items = looks[at + 1 : end]
        if looks[at].is_label and not looks[at].has_facts and _are_headlines(items):
            kinds[at:] = [Kind.FURNITURE] * (len(looks) - at)
            return at
    return len(looks)


def _is_menu_word(item: Look) -> bool:
    return item.shape is Shape.SHORT and item.words <= 2 and not item.has_facts


def _are_headlines(items: list[Look]) -> bool:
    if sum(item.has_facts for item in items) * 2 > len(items):
        return False
    if any(item.text.endswith((",", "،", ";", "؛", "—", "-")) for item in items):
        return False  # verse
    return sum(item.words for item in items) >= 6 * len(items)


def _resolve(looks: list[Look], kinds: list[Kind], run: slice, limit: int) -> None:
    """Classify a run of short and bulleted lines by what is before and after it."""
    items = looks[run]
    following = looks[run.stop] if run.stop < len(looks) else None
    before = looks[run.start - 1] if run.start else None
    if run.start == 0 and len(items) < len(looks) and is_dateline(items[0].text):
        kinds[0] = Kind.FURNITURE
        run = slice(1, run.stop)
        items = looks[run]
    if not items:
        return
    if any(item.shape is Shape.BULLET for item in items):
        _resolve_list(looks, kinds, run, limit)
    elif following is None or following.shape in _AFTER:
        kinds[run] = _tail(items, before)
    elif following.shape is not Shape.TITLE:
        kinds[run] = _head(items, before, following, limit)


def _resolve_list(looks: list[Look], kinds: list[Kind], run: slice, limit: int) -> None:
    """Classify a run that has bullets: links to other articles at the end, else content."""
    bullets = [at for at in range(run.start, run.stop) if looks[at].shape is Shape.BULLET]
    first, last = bullets[0], bullets[-1]
    items = [looks[at] for at in bullets]
    introduced = looks[first - 1] if first else None
    is_tail = run.stop == len(looks) or looks[run.stop].shape in _AFTER
    if is_tail and not _is_content(items, introduced):
        kinds[run] = [Kind.FURNITURE] * (run.stop - run.start)
        return
    if first > run.start:
        before = looks[run.start - 1] if run.start else None
        kinds[run.start : first] = _head(looks[run.start : first], before, None, limit)
    if last + 1 < run.stop:
        rest = slice(last + 1, run.stop)
        _resolve(looks, kinds, rest, limit)


def _is_content(items: list[Look], introduced: Look | None) -> bool:
    facts = sum(item.has_facts for item in items) * 2 >= len(items)
    if introduced is None or introduced.shape is Shape.TITLE or facts:
        return True
    if introduced.shape is Shape.SENTENCE and introduced.ends_with_colon:
        return True
    return len(items) == 1 and introduced.shape is Shape.SENTENCE


def _tail(items: list[Look], before: Look | None) -> list[Kind]:
    """Classify short lines at the end: signatures, sources and menus are furniture; verse and tables stay."""
    if before is None:
        return [Kind.PROSE] * len(items)
    if len(items) > 2:
        words = sum(item.words for item in items)
        is_menu = words * 2 <= 5 * len(items) and not any(item.has_facts for item in items)
        return [Kind.FURNITURE if is_menu else Kind.PROSE] * len(items)
    return [Kind.FURNITURE if _is_signature(item) else Kind.PROSE for item in items]


def _is_signature(item: Look) -> bool:
    return (item.is_label and not item.has_digits) or is_listing(item.text) or title_case(item.text)


def _head(items: list[Look], before: Look | None, following: Look | None, limit: int) -> list[Kind]:
    """Classify short lines before prose: headings and labels; verse, dialogue and tables stay prose."""
    is_top = before is None
    if len(items) > (4 if is_top else 2) and _is_one_block(items):
        return [Kind.PROSE] * len(items)
    if is_top and len(items) > 2 and _is_verse(items):
        return [Kind.PROSE] * len(items)
    if before is not None and before.shape is Shape.SENTENCE and len(items) == 1:
        limit = min(limit, _INNER_LIMIT)
    kinds = [_of_heading(item, limit) for item in items]
    if following is not None and following.words < max(8, items[-1].words * 3 // 2):
        kinds[-1] = Kind.PROSE
    if not is_top:
        for at in range(len(items) - 2):
            kinds[at] = Kind.FURNITURE if items[at].is_label else Kind.PROSE
    return kinds


def _of_heading(item: Look, limit: int) -> Kind:
    if item.words > limit:
        return Kind.PROSE
    return Kind.FURNITURE if item.is_label and item.ends_with_colon else Kind.HEADING


def _is_one_block(items: list[Look]) -> bool:
    return not any(item.line.gap for item in items[1:])


def _is_verse(items: list[Look]) -> bool:
    lengths = [item.line.end - item.line.start for item in items]
    return _is_one_block(items) and min(lengths) * 11 >= max(lengths) * 5


def _keep_figures(looks: list[Look], kinds: list[Kind]) -> None:
    """Keep a line of figures inside a block of prose, as in a table."""
    for at in range(1, len(looks) - 1):
        if looks[at].shape is not Shape.RULE or looks[at].line.gap or looks[at + 1].line.gap:
            continue
        if kinds[at - 1] is kinds[at + 1] is Kind.PROSE:
            kinds[at] = Kind.PROSE
