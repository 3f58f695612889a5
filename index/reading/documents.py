"""Word files (DOCX): paragraphs, headings, lists and tables in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.datelines import dated
from index.errors import UnreadableArticle
from index.reading.dates import made_on
from index.reading.limits import MAX_FILE_BYTES
from index.reading.markup import attribute, local, xml_events
from index.records import Article

if TYPE_CHECKING:
    from index.reading.markup import Element
    from index.reading.packed import Packed

MAIN = "word/document.xml"

_STYLES = "word/styles.xml"
_PROPERTIES = "docProps/core.xml"
_HEADING = re.compile(r"(?:heading|überschrift|titre|заголовок)\s*([1-6])", re.IGNORECASE)
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def parse_docx(packed: Packed, name: str) -> list[Article]:
    """Give the article of a Word file.

    Raises:
        UnreadableArticle: its parts are damaged.
        ArticleTooLarge: they inflate to more than the limits.
    """
    styles = _styles(packed, name) if _STYLES in packed.names() else {}
    said = _properties(packed, name) if _PROPERTIES in packed.names() else {}
    text = _text(packed.read(MAIN, MAX_FILE_BYTES), name, styles)
    title = said.get("title", "")
    return [
        Article(
            text=text,
            title=title if len(title) > 3 else None,
            author=said.get("creator") or None,
            published=dated(text) or made_on(said.get("created", "")),
        )
    ]


def _styles(packed: Packed, name: str) -> dict[str, str]:
    """Give the mark of each paragraph style that is a heading, by its id."""
    marks: dict[str, str] = {}
    for event, style in xml_events(packed.read(_STYLES, MAX_FILE_BYTES), name, ("style",)):
        if event == "start":
            continue
        called = next((attribute(child, "val") for child in style if local(child) == "name"), "")
        level = _HEADING.fullmatch(called)
        if level:
            marks[attribute(style, "styleId")] = "#" * int(level[1]) + " "
        elif called.lower() == "title":
            marks[attribute(style, "styleId")] = "# "
    return marks


def _properties(packed: Packed, name: str) -> dict[str, str]:
    """Give what the file says of itself; nothing if that part is damaged: the text is what counts."""
    said: dict[str, str] = {}
    try:
        for event, element in xml_events(
            packed.read(_PROPERTIES, 1_000_000), name, ("title", "creator", "created")
        ):
            if event == "end":
                said[local(element)] = " ".join((element.text or "").split())
    except UnreadableArticle:
        return {}
    return said


def _text(data: bytes, name: str, styles: dict[str, str]) -> str:
    """Put the paragraphs together; the paragraphs of a table's row stand on one line."""
    paragraphs: list[str] = []
    row: list[str] | None = None
    for event, element in xml_events(data, name, ("tr", "p")):
        if local(element) == "tr":
            if event == "start":
                row = []
            elif row is not None:
                paragraphs.append(" | ".join(filter(None, row)))
                row = None
        elif event == "end":
            line = _paragraph(element, styles)
            paragraphs.append(line) if row is None else row.append(" ".join(line.split()))
    return "\n\n".join(filter(None, paragraphs))


def _paragraph(paragraph: Element, styles: dict[str, str]) -> str:
    mark, pieces = "", []
    for element in paragraph.iter():
        tag = local(element)
        if tag == "pStyle":
            mark = styles.get(attribute(element, "val"), mark)
        elif tag == "numPr" and not mark:
            mark = "- "
        elif tag == "t":
            pieces.append(element.text or "")
        else:
            pieces.append(_BREAKS.get(tag, ""))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    body = "\n".join(line for line in lines if line)
    return mark + body if body else ""
