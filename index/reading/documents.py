"""Parse Word files (DOCX): paragraphs, headings, lists and tables in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.reading.datelines import dated
from index.reading.dates import parse
from index.reading.limits import MAX_FILE_BYTES
from index.reading.markup import attribute, local, xml_events
from index.records import Article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from index.reading.markup import Element
    from index.reading.packed import Packed

_TYPES = "[Content_Types].xml"
_MAIN = "word/document.xml"
_STYLES = "word/styles.xml"
_PROPERTIES = "docProps/core.xml"
_FIELDS = re.compile(r"customXml/item\d+\.xml")  # the values of a cover page's fields
_PART_BYTES = 1_000_000
_HEADING = re.compile(r"(?:heading|überschrift|titre|заголовок)\s*([1-6])", re.IGNORECASE)
_AGAIN = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # a copy of a text box, for old Word
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def parse_docx(packed: Packed, name: str) -> list[Article]:
    """Return the article of a Word file.

    Its date is that of a dateline, else the "Publish Date" of its cover page; never when the file was created or saved.

    Raises:
        UnreadableArticle: its parts are damaged.
        ArticleTooLarge: they inflate to more than the limits.
    """
    main, styles = _parts(packed, name)
    marks = _styles(packed.read(styles, MAX_FILE_BYTES), name) if styles in packed.names() else {}
    said = properties(packed, _PROPERTIES, name, ("title", "creator"))
    events = xml_events(packed.read(main, MAX_FILE_BYTES), name, ("tr", "p"))
    text = joined(events, "tr", lambda paragraph: _paragraph(paragraph, marks))
    title = said.get("title", "")
    return [
        Article(
            text=text,
            title=title if len(title) > 3 else None,
            author=said.get("creator") or None,
            published=dated(text) or _published(packed, name),
        )
    ]


def properties(packed: Packed, member: str, name: str, tags: tuple[str, ...]) -> dict[str, str]:
    """Return the properties that a file declares; none if that part is missing or damaged, as the text is enough."""
    said: dict[str, str] = {}
    if member not in packed.names():
        return said
    try:
        for event, element in xml_events(packed.read(member, _PART_BYTES), name, tags):
            if event == "end" and element.text:
                said[local(element)] = " ".join(element.text.split())
    except ArticleError:
        return {}
    return said


def joined(events: Iterable[tuple[str, Element]], row: str, line: Callable[[Element], str]) -> str:
    """Join the paragraphs of a document with a blank line between them.

    Args:
        events: of rows and paragraphs, as `xml_events` yields them.
        row: the element of a table row; its paragraphs, also those of nested tables, go on one line.
        line: returns the text of a paragraph.
    """
    paragraphs: list[str] = []
    cells: list[str] = []
    depth = 0
    for event, element in events:
        if local(element) == row:
            depth += 1 if event == "start" else -1
            if depth == 0:
                paragraphs.append(" | ".join(filter(None, cells)))
                cells = []
        elif event == "end":
            body = line(element)
            cells.append(" ".join(body.split())) if depth else paragraphs.append(body)
    return "\n\n".join(filter(None, paragraphs))


def _parts(packed: Packed, name: str) -> tuple[str, str]:
    """Return the members that hold the text and the styles; some programs number them (`document2.xml`)."""
    found = {"document": _MAIN, "styles": _STYLES}
    if _MAIN not in packed.names():
        for event, element in xml_events(packed.read(_TYPES, _PART_BYTES), name, ("Override",)):
            kind = re.search(r"\.(document|styles)(?:\.main)?\+xml$", attribute(element, "ContentType"))
            if event == "start" and kind:
                found[kind[1]] = attribute(element, "PartName").lstrip("/")
    return found["document"], found["styles"]


def _published(packed: Packed, name: str) -> str | None:
    """Return the publication date in a cover page's field; never the day on which the file was created."""
    for member in sorted(filter(_FIELDS.fullmatch, packed.names())):
        if date := properties(packed, member, name, ("PublishDate",)).get("PublishDate"):
            return parse(date[:10])
    return None


def _styles(data: bytes, name: str) -> dict[str, str]:
    """Return the mark of each paragraph style that is a heading, by style id."""
    marks: dict[str, str] = {}
    for event, style in xml_events(data, name, ("style",)):
        if event == "start":
            continue
        called = next((attribute(child, "val") for child in style if local(child) == "name"), "")
        level = _HEADING.fullmatch(called)
        if level:
            marks[attribute(style, "styleId")] = "#" * int(level[1]) + " "
        elif called.lower() == "title":
            marks[attribute(style, "styleId")] = "# "
    return marks


def _paragraph(paragraph: Element, styles: dict[str, str]) -> str:
    if next(paragraph.iterancestors(_AGAIN), None) is not None:
        return ""
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
