"""Read the metadata that a page declares: JSON-LD, Open Graph, meta names, canonical link."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from index.reading import metadata
from index.reading.dates import parse, parse_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.reading.markup import Element

_MAX_JSON_CHARS = 1_000_000
_MAX_NODES = 2_000
_ARTICLE_TYPES = ("article", "posting", "report", "review")  # endings, as of NewsArticle, BlogPosting
# fmt: off
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "parsely-title", "headline"),
    "source": ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "citation_journal_title",
               "twitter:site"),
    "url": ("og:url", "twitter:url", "parsely-link"),
    "author": ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "citation_author",
               "sailthru.author", "byl", "og:article:author"),
    "published": ("article:published_time", "og:article:published_time", "datepublished", "publication_date",
                  "publish-date", "pubdate", "parsely-pub-date", "dc.date.issued", "dcterms.issued", "dc.date",
                  "dcterms.date", "dcterms.created", "sailthru.date", "citation_publication_date", "article.published",
                  "date", "cxenseparse:recs:publishtime", "dateofpublication"),
}
# fmt: on


@dataclass(slots=True)
class Said:
    """Fields by name (title, source, url, author, published), and the article body in JSON-LD."""

    fields: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def add(self, name: str, value: object) -> None:
        """Keep a value if it is valid and no better one is there."""
        text = metadata.cleaned(value) if isinstance(value, str) else None
        if name == "url" and text:
            text = metadata.lenient(metadata.url, text)
        elif name == "author" and text and text.startswith(("http://", "https://")):
            text = None
        elif name == "published" and text:
            text = parse(text) or parse_any(text)
        elif name == "source" and text:
            text = text.removeprefix("@")
        if text:
            self.fields.setdefault(name, text)


def said_by(tree: Element) -> Said:
    """Return the metadata of a page: JSON-LD first, then the canonical link, meta elements and microdata."""
    said = Said()
    for node in _linked(tree):
        _from_node(said, node)
    for link in tree.xpath("//link[translate(@rel,'CANONICAL','canonical')='canonical']/@href"):
        said.add("url", str(link))
    _from_meta(said, tree)
    _from_body(said, tree)
    return said


def _from_meta(said: Said, tree: Element) -> None:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if name and element.get("content"):
            found.setdefault(name.strip().lower(), str(element.get("content")))
    for key, names in _META.items():
        for name in names:
            if name in found:
                said.add(key, found[name])


def _from_body(said: Said, tree: Element) -> None:
    """Read microdata and `time` elements: a marked publication date, else the first `time` outside lists."""
    for element in tree.xpath("//*[@itemprop='datePublished']"):
        said.add("published", element.get("datetime") or element.get("content") or element.text_content())
    for element in tree.xpath("//*[@itemprop='author' or @rel='author']"):
        said.add("author", element.get("content") or element.text_content()[:120])
    for element in tree.xpath(
        "//time[@pubdate] | //time[not(ancestor::li or ancestor::aside or ancestor::footer)]"
    ):
        said.add("published", element.get("datetime") or element.text_content())


def _linked(tree: Element) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD nodes that describe an article."""
    for script in tree.xpath("//script[contains(translate(@type,'LDJSON','ldjson'),'ld+json')]/text()"):
        if len(script) > _MAX_JSON_CHARS:
            continue
        try:
            pending = [json.loads(script, strict=False)]
        except (ValueError, RecursionError):
            continue
        for node in _nodes(pending):
            if any(str(kind).lower().endswith(_ARTICLE_TYPES) for kind in _listed(node.get("@type"))):
                yield node


def _nodes(pending: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON-LD, also those in lists, in `@graph` and in `mainEntity`."""
    for _ in range(_MAX_NODES):
        if not pending:
            return
        node = pending.pop(0)
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            pending.extend([*_listed(node.get("@graph")), node.get("mainEntity")])
            yield node


def _from_node(said: Said, node: dict[str, Any]) -> None:
    said.add("title", node.get("headline") or node.get("name"))
    said.add("published", node.get("datePublished") or node.get("dateCreated"))
    said.add("source", _name(node.get("publisher")) or _name(node.get("sourceOrganization")))
    authors = [name for author in _listed(node.get("author")) if (name := _name(author))]
    said.add("author", ", ".join(dict.fromkeys(authors)))
    page = node.get("mainEntityOfPage")
    said.add("url", page.get("@id") if isinstance(page, dict) else page)
    said.add("url", node.get("url"))
    if isinstance(node.get("articleBody"), str):
        said.body = max(said.body, node["articleBody"], key=len)


def _name(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
