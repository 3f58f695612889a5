"""Parse LibreOffice text documents (ODT): headings, paragraphs, lists and tables in order, notes at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.reading.datelines import dated
from index.reading.documents import joined, properties
from index.reading.limits import MAX_FILE_BYTES
from index.reading.markup import attribute, local, xml_events
from index.records import Article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.reading.markup import Element
    from index.reading.packed import Packed

_CONTENT = "content.xml"
_PROPERTIES = "meta.xml"
_MARKS = {"Title": "# "} | {f"Heading_20_{level}": "#" * level + " " for level in range(1, 7)}
_BREAKS = {"s": " ", "tab": " ", "line-break": "\n"}
_BESIDE = frozenset(("note", "annotation", "ruby-text"))  # inside a paragraph, but not part of its words
_DRAWN = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"  # a picture's title
# what the document does not show, or shows again elsewhere
_UNSEEN = frozenset((
    "tracked-changes", "annotation", "table-of-content", "illustration-index", "table-index", "object-index",
    "user-index", "alphabetical-index",
))  # fmt: skip


def parse_odt(packed: Packed, name: str) -> list[Article]:
    """Return the article of an ODT file, without deleted text, comments, indexes and hidden sections.

    Raises:
        UnreadableArticle: its parts are missing or damaged.
        ArticleTooLarge: they inflate to more than the limits.
    """
    said = properties(packed, _PROPERTIES, name, ("title", "initial-creator", "creator"))
    text = _text(packed.read(_CONTENT, MAX_FILE_BYTES), name)
    title = said.get("title", "")
    return [
        Article(
            text=text,
            title=title if len(title) > 3 else None,
            author=said.get("initial-creator") or said.get("creator"),
            published=dated(text),
        )
    ]


def _text(data: bytes, name: str) -> str:
    marks = dict(_MARKS)
    notes: list[str] = []

    def line(element: Element) -> str:
        above = list(element.iterancestors())
        within = {local(each) for each in above}
        if within & _UNSEEN or any(attribute(each, "display") == "none" for each in above):
            return ""
        body = _words(element)
        if "note-body" in within:
            notes.append(body)
            return ""
        return _mark(element, within, marks) + body if body else ""

    text = joined(_events(data, name, marks), "table-row", line)
    return "\n\n".join(filter(None, [text, *notes]))


def _events(data: bytes, name: str, marks: dict[str, str]) -> Iterator[tuple[str, Element]]:
    """Yield rows and paragraphs; add to `marks` the styles that derive from heading styles."""
    for event, element in xml_events(data, name, ("style", "table-row", "p", "h")):
        if local(element) != "style":
            yield event, element
        elif mark := marks.get(attribute(element, "parent-style-name")):
            marks[attribute(element, "name")] = mark


def _mark(element: Element, within: set[str], marks: dict[str, str]) -> str:
    if mark := marks.get(attribute(element, "style-name")):
        return mark
    if local(element) == "h":
        level = attribute(element, "outline-level")
        return "#" * (int(level) if level in {"1", "2", "3", "4", "5", "6"} else 6) + " "
    return "- " if "list-item" in within else ""


def _words(paragraph: Element) -> str:
    lines = (" ".join(line.split()) for line in "".join(_pieces(paragraph)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(element: Element) -> Iterator[str]:
    yield _unbroken(element.text)
    for child in element:
        if not isinstance(child.tag, str):
            continue  # an entity, which is not followed
        tag = local(child)
        if tag in _BREAKS:
            yield _BREAKS[tag]
        elif tag not in _BESIDE and not child.tag.startswith(_DRAWN):
            yield from _pieces(child)
        yield _unbroken(child.tail)


def _unbroken(text: str | None) -> str:
    return (text or "").replace("\n", " ")
