"""Cut an article into passages: contiguous spans of its prose, short enough to quote and to embed."""

from __future__ import annotations

from typing import NamedTuple

from index.chunking.sections import Block, Kind, blocks, heading_text
from index.chunking.sentences import sentences
from index.chunking.text_lines import size
from index.records import Passage

# Stored with a collection; increase it when `split` returns other spans for any text.
CHUNKER_VERSION = 2

MIN_WORDS = 60
MAX_WORDS = 120
MAX_CHARS = 1_000


class _Unit(NamedTuple):
    start: int
    end: int
    words: int


def split(text: str) -> list[Passage]:
    """Cut an article into passages, in the order of the text, none overlapping another.

    A passage is one paragraph, or several short ones of the same section (it then holds their
    newlines), or some whole sentences of a paragraph above MAX_WORDS words or MAX_CHARS characters.
    No passage holds front matter, headings, tag lists or link lists; text without letters gives none.

    Args:
        text: any str.

    Returns:
        Passages of about MIN_WORDS to MAX_WORDS words and never more than MAX_CHARS characters, for
        each of which `text[p.start:p.end] == p.text`, without white space at either end.
    """
    found: list[Passage] = []
    section: list[_Unit] = []
    headings: list[str] = []
    heading: str | None = None
    for block in [*blocks(text), None]:
        if block is not None and block.kind is Kind.PROSE:
            if headings:
                heading, headings = max(headings, key=size), []
            section.extend(_units(text, block))
            continue
        found.extend(_passages(text, section, heading))
        section = []
        if block is not None and block.kind is Kind.HEADING:
            headings.append(heading_text(text[block.start : block.end]))
    return found


def _passages(text: str, section: list[_Unit], heading: str | None) -> list[Passage]:
    return [
        Passage(unit.start, unit.end, span, heading)
        for unit, span in ((unit, text[unit.start : unit.end]) for unit in _packed(section))
        if any(map(str.isalpha, span))
    ]


def _units(text: str, block: Block) -> list[_Unit]:
    """Return a paragraph whole, or if it is long, its sentences in groups of similar length."""
    paragraph = _unit(text, block.start, block.end)
    length = block.end - block.start
    pieces = max(-(-paragraph.words // MAX_WORDS), -(-length // MAX_CHARS))
    if pieces <= 1:
        return [paragraph]
    groups: list[_Unit] = []
    for span in sentences(text, block.start, block.end):
        unit = _unit(text, *span)
        room = length / pieces - (unit.end - unit.start) / 2
        if groups and groups[-1].end - groups[-1].start <= room and _fits(groups[-1], unit):
            groups[-1] = _joined(groups[-1], unit)
        else:
            groups.append(unit)
    return groups


def _packed(section: list[_Unit]) -> list[_Unit]:
    """Join short neighbours: forward until MIN_WORDS, and a short last one backward."""
    packed: list[_Unit] = []
    for unit in section:
        if packed and packed[-1].words < MIN_WORDS and _fits(packed[-1], unit):
            packed[-1] = _joined(packed[-1], unit)
        else:
            packed.append(unit)
    if len(packed) > 1 and packed[-1].words < MIN_WORDS // 2 and _fits(packed[-2], packed[-1]):
        packed[-2:] = [_joined(packed[-2], packed[-1])]
    return packed


def _unit(text: str, start: int, end: int) -> _Unit:
    return _Unit(start, end, size(text[start:end]))


def _joined(first: _Unit, second: _Unit) -> _Unit:
    return _Unit(first.start, second.end, first.words + second.words)


def _fits(first: _Unit, second: _Unit) -> bool:
    return first.words + second.words <= MAX_WORDS and second.end - first.start <= MAX_CHARS
