"""Parse HTML and XML, and extract their visible text; the only module that imports lxml."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree, html

from index.chunking.text_lines import size
from index.errors import UnreadableArticle
from index.reading.limits import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator

Element: TypeAlias = Any  # lxml has no types

_UNSEEN = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "head",
     "select", "button", "input", "textarea", "audio", "video", "datalist", "graphic", "comment")
)  # fmt: skip
_BLOCKS = frozenset(
    ("p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "blockquote", "quote", "pre",
     "code", "ul", "ol", "list", "dl", "dt", "dd", "li", "item", "table", "thead", "tbody", "tfoot", "caption",
     "figure", "figcaption", "form", "fieldset", "address", "details", "summary", "hr", "body", "html", "head",
     "h1", "h2", "h3", "h4", "h5", "h6", "center")
)  # fmt: skip
_HEADING = re.compile(r"h([1-6])")
_STYLE = "translate(@style,'ABCDEFGHIJKLMNOPQRSTUVWXYZ ','abcdefghijklmnopqrstuvwxyz')"
_HIDDEN = (
    "//*[@hidden or translate(@aria-hidden,'TRUE','true')='true'"
    f" or contains({_STYLE},'display:none') or contains({_STYLE},'visibility:hidden')]"
)
_WHOLE = frozenset(("article", "main", "body", "html"))
_BOX_WORDS = 60
_UNREAD = ("script", "style", "noscript", "template", "svg", "iframe", "nav", "select", "link", "meta")
_MENU_LINKS = 15
_CELL_CHARS = 200
# during a walk, a link is its target and its words between characters that no page can hold
_LINKED = re.compile("\x01([^\x01-\x03]*)\x02([^\x01-\x03]*)\x03")
_LINK_MARKS = re.compile("\x01[^\x01-\x03]*\x02|[\x01-\x03]")
_TARGET = re.compile(r"[\s()\x00-\x1f]")
_MAX_TARGET = 300
# characters that XML forbids, literal or as numeric references: one of them makes a page unusable
_IMPOSSIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    r"|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45]|5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3])"
    r"|[xX]0*(?:[0-8bBcCeEfF]|1[\da-fA-F]|[dD][89a-fA-F][\da-fA-F]{2}|[fF]{3}[eEfF]))(?:;|(?![\da-fA-F]))"
)
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")


def page(text: str, name: str) -> Element:
    """Parse HTML, however malformed; no entity, file or address is followed.

    Raises:
        UnreadableArticle: it has no elements, or they are nested deeper than the parser allows.
    """
    text = _IMPOSSIBLE.sub(" ", text)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableArticle(f"{name}: {_why(parser) or 'no HTML that can be parsed'}") from error
    if why := _why(parser):
        raise UnreadableArticle(f"{name}: {why}")
    return tree


def drop_hidden(tree: Element) -> int:
    """Remove the elements that a browser would not show, and return their number."""
    hidden = [found for found in tree.xpath(_HIDDEN) if found.tag not in {"html", "body"}]
    for element in hidden:
        if element.getparent() is not None:
            element.drop_tree()
    return len(hidden)


def lighten(tree: Element) -> None:
    """Remove what is never part of an article and slows later steps: code, `nav`, long menus of links."""
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    for menu in list(tree.iter("ul", "ol")):
        links = menu.findall("li//a")
        if len(links) < _MENU_LINKS or menu.getparent() is None:
            continue
        words = sum(len("".join(link.itertext()).strip()) for link in links)
        if words * 10 >= 9 * len("".join("".join(menu.itertext()).split(" "))):
            menu.drop_tree()


def drop_boxes(tree: Element) -> None:
    """Remove small boxes that ask for something: cookie notices, sign-up forms, searches.

    Such a box is the largest element around a button or a field that holds little text and no title.
    """
    for control in tree.xpath("//button | //input | //select | //textarea"):
        box = control
        parent = control.getparent()
        while parent is not None and parent.tag not in _WHOLE and _is_small(parent):
            box, parent = parent, parent.getparent()
        if box.getparent() is not None:
            box.drop_tree()


def link_lines(tree: Element) -> dict[str, str]:
    """Return the blocks that hold one link and nothing else: their words, and the target of the link."""
    found: dict[str, str] = {}
    for link in tree.iter("a"):
        words = " ".join(link.text_content().split())
        block = link.getparent()
        if not words or not link.get("href") or block is None or block.tag == "h1":
            continue
        if block.tag in _BLOCKS and " ".join(block.text_content().split()) == words:
            found[words] = _TARGET.sub("", link.get("href"))[:_MAX_TARGET]
    return found


def _is_small(element: Element) -> bool:
    words = element.text_content()
    return len(words) < 2_000 and size(words) <= _BOX_WORDS and element.find(".//h1") is None


def seen(tree: Element, *, links: bool = False) -> str:
    """Return the visible text of a tree: a blank line between blocks, `#` before headings.

    Items begin with `- `, the cells of a row stand on one line, and `br` breaks the line.

    Args:
        tree: any element.
        links: write links as Markdown on lines that hold little else, so that such lines can be recognised;
            links inside prose are always written as their words.
    """
    writer = _Writer(links=links)
    writer.walk(tree)
    writer.end_block()
    return writer.text()


def plain(fragment: str) -> str:
    """Return the text of an HTML fragment, as feeds and tables hold it; other text is only stripped."""
    if "<" not in fragment and "&" not in fragment:
        return fragment.strip()
    if not re.search(r"</?[a-zA-Z][^<>]*>|&#?\w+;", fragment):
        return fragment.strip()
    tree = page(f"<body>{fragment}</body>", "the HTML in it")
    drop_hidden(tree)
    return seen(tree)


def xml_events(data: bytes, name: str, tags: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    """Yield `start` and `end` events of the XML elements with these tags; ended elements are cleared.

    No DTD is loaded, no entity that the XML defines is expanded, and no address is followed.

    Raises:
        UnreadableArticle: it is not well-formed, or nested deeper than MAX_DEPTH.
    """
    events = etree.iterparse(
        io.BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    depth = 0
    try:
        for event, element in events:
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise UnreadableArticle(f"{name}: its XML is nested deeper than {MAX_DEPTH}; save it anew")
            if isinstance(element.tag, str) and local(element) in tags:
                yield event, element
                if event == "end":
                    element.clear()
    except etree.LxmlError as error:
        raise UnreadableArticle(f"{name}: its XML is damaged ({str(error)[:120]}); save it anew") from error


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its name without namespace, or ""."""
    return next((str(value) for key, value in element.items() if key.rsplit("}", 1)[-1] == name), "")


def _why(parser: html.HTMLParser) -> str:
    for entry in parser.error_log:
        if entry.type_name == "ERR_RESOURCE_LIMIT" or "depth" in entry.message:
            return "its elements are nested too deep to be a page; save the article's text"
    return ""


class _Writer:
    """Collects blocks while a tree is walked."""

    def __init__(self, *, links: bool) -> None:
        self._links = links
        self._blocks: list[tuple[str, str]] = []
        self._inline: list[str] = []
        self._mark = ""

    def text(self) -> str:
        pieces: list[str] = []
        before = ""
        for mark, body in self._blocks:
            if pieces:
                pieces.append("\n" if mark == before and mark in {"- ", "|"} else "\n\n")
            pieces.append((mark if mark != "|" else "") + body)
            before = mark
        return "".join(pieces)

    def end_block(self) -> None:
        is_title = self._mark == "# "
        lines = (_line(line, is_title=is_title) for line in "".join(self._inline).split("\n"))
        body = "\n".join(line for line in lines if line)
        if body:
            mark = "" if self._mark.startswith("#") and "\n" in body else self._mark
            self._blocks.append((mark, body))
        self._inline = []

    def walk(self, element: Element) -> None:
        tag = local(element) if isinstance(element.tag, str) else ""
        if not tag or (tag in _UNSEEN and not (tag == "head" and element.get("rend"))):
            return
        if tag in {"br", "lb"}:
            self._inline.append("\n")
        elif tag in {"tr", "row"}:
            self._row(element)
        elif tag in _BLOCKS:
            outer = self._mark
            self.end_block()
            self._mark = _mark(tag, element, outer)
            self._children(element)
            self.end_block()
            self._mark = outer
        elif self._links and tag in {"a", "ref"} and (target := element.get("href") or element.get("target")):
            self._inline.append(f"\x01{_TARGET.sub('', target)[:_MAX_TARGET]}\x02")
            self._children(element)
            self._inline.append("\x03")
        else:
            self._children(element)

    def _children(self, element: Element) -> None:
        self._add(element.text)
        for child in element:
            self.walk(child)
            self._add(child.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self._inline.append(_SPACE.sub(" ", text))

    def _row(self, element: Element) -> None:
        """Write a row on one line, unless its cells hold whole paragraphs, as in layout tables."""
        self.end_block()
        cells = [seen(cell, links=self._links) for cell in element]
        if any("\n" in cell or len(cell) > _CELL_CHARS for cell in cells):
            for cell in element:
                self._children(cell)
                self.end_block()
        elif any(cells):
            alone = sum(map(bool, cells)) == 1
            self._blocks.append(("", "".join(cells)) if alone else ("|", " | ".join(cells)))


def _line(line: str, *, is_title: bool) -> str:
    """Return a line with its links as Markdown if they are most of it, else with their words only."""
    if not _LINK_MARKS.search(line):
        return _SPACE.sub(" ", line).strip()
    linked = sum(len(words) for _, words in _LINKED.findall(line))
    is_links = not is_title and linked * 2 > len(_LINKED.sub("", line)) + linked
    plain_line = _LINKED.sub(r"[\2](\1)" if is_links else r"\2", line)
    return _SPACE.sub(" ", _LINK_MARKS.sub("", plain_line)).strip()


def _mark(tag: str, element: Element, outer: str) -> str:
    heading = _HEADING.fullmatch(tag if tag != "head" else element.get("rend") or "h2")
    if heading:
        return "#" * int(heading[1]) + " "
    if tag in {"li", "item", "dd"}:
        return "- "
    return outer if tag in {"p", "div", "section"} else ""
