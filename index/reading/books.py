"""Parse EPUB books: each chapter becomes an article, in reading order."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.chunking.text_lines import size
from index.errors import ArticleError, EmptyArticle, UnreadableArticle
from index.reading.dates import parse
from index.reading.decoding import decode_page
from index.reading.limits import MAX_PARTS, MAX_TEXT_BYTES
from index.reading.markup import attribute, drop_hidden, local, page, seen, xml_events
from index.records import Added, Article

if TYPE_CHECKING:
    from index.reading.packed import Packed

_CONTAINER = "META-INF/container.xml"
_MIN_WORDS = 30  # of a chapter; covers, title pages and tables of contents have fewer
_MAX_BYTES = 5_000_000


def parse_epub(packed: Packed, name: str) -> list[Article | Added]:
    """Return the chapters of a book; `origin` is `!` and the name of the chapter's file.

    Raises:
        UnreadableArticle: its container does not name a package file.
        EmptyArticle: no chapter has text.
    """
    root = _root(packed, name)
    said, chapters = _package(packed, root, name)
    book = Article(text="", source=said.get("title"), author=said.get("creator"), published=said.get("date"))
    found: list[Article | Added] = []
    for member in chapters[:MAX_PARTS]:
        try:
            text = _chapter(packed, member, name)
        except ArticleError as error:
            found.append(Added("skipped", f"!{member}", None, str(error)))
            continue
        if size(text) >= _MIN_WORDS or len(chapters) == 1:
            found.append(replace(book, text=text, origin=f"!{member}"))
    if not found:
        raise EmptyArticle(f"{name}: no chapter with text in it; leave it out")
    return found


def _root(packed: Packed, name: str) -> str:
    for event, element in xml_events(packed.read(_CONTAINER, _MAX_BYTES), name, ("rootfile",)):
        if event == "start" and attribute(element, "full-path"):
            return attribute(element, "full-path")
    raise UnreadableArticle(f"{name}: a book that does not say where its contents are; convert it anew")


def _package(packed: Packed, root: str, name: str) -> tuple[dict[str, str], list[str]]:
    """Read the package file: the book's metadata, and the members that hold its chapters."""
    said: dict[str, str] = {}
    files: dict[str, str] = {}
    order: list[str] = []
    tags = ("title", "creator", "date", "item", "itemref")
    for event, element in xml_events(packed.read(root, _MAX_BYTES), name, tags):
        tag = local(element)
        if event == "start":
            continue
        if tag == "item" and attribute(element, "media-type") in {"application/xhtml+xml", "text/html"}:
            place = posixpath.join(posixpath.dirname(root), unquote(attribute(element, "href")))
            files[attribute(element, "id")] = posixpath.normpath(place)
        elif tag == "itemref":
            order.append(attribute(element, "idref"))
        elif tag == "date" and "publication" not in (attribute(element, "event") or "publication"):
            continue  # EPUB 2 also dates creation and modification
        elif element.text and tag in {"title", "creator", "date"}:
            said.setdefault(tag, " ".join(element.text.split()))
    if "date" in said:
        said["date"] = parse(said["date"]) or ""
    return {key: value for key, value in said.items() if value}, [files[at] for at in order if at in files]


def _chapter(packed: Packed, member: str, name: str) -> str:
    tree = page(decode_page(packed.read(member, MAX_TEXT_BYTES), name), name)
    drop_hidden(tree)
    return seen(tree)
