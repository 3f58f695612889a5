"""Extract the article of a web page without the site around it; the only module that imports trafilatura."""

from __future__ import annotations

import copy
import email
import email.policy
import functools
import re
from typing import TYPE_CHECKING

from index.errors import EmptyArticle, UnreadableArticle
from index.reading import metadata
from index.reading.dates import of_line
from index.reading.decoding import decode_page
from index.reading.layout import join_posts, leads, tell_captions
from index.reading.markup import drop_boxes, drop_hidden, lighten, link_lines, page, plain, seen
from index.reading.structured import said_by
from index.records import Article

if TYPE_CHECKING:
    from configparser import ConfigParser
    from email.message import EmailMessage

    from index.reading.markup import Element
    from index.reading.structured import Said

_MIN_CHARS = 80  # of an article; below it the page's own JSON-LD body is tried
_TOP_CHARS = 1_200  # where a page shows its date
_SITE = re.compile(r"\s+[|\-–—·»:]+\s+")


def parse_html(data: bytes, name: str) -> list[Article]:
    """Return the article of a page.

    Raises:
        UnsupportedFormat, UnreadableArticle: the bytes are not text, or not HTML that can be parsed.
        EmptyArticle: no article in it: a front page, or a page that a script fills.
    """
    return [article_of(decode_page(data, name), name)]


def parse_mhtml(data: bytes, name: str) -> list[Article]:
    """Return the article of a page that a browser saved as one file.

    Raises:
        UnreadableArticle: no page in it.
        EmptyArticle: no article in the page.
    """
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content:
                return [article_of(decode_page(content, name), name, _address(message, part))]
    raise UnreadableArticle(f"{name}: a saved page without a page in it; save it again")


def article_of(text: str, name: str, address: str | None = None) -> Article:
    """Return the article of a page's HTML.

    Args:
        text: the HTML.
        name: the page's name in error messages.
        address: where it was read from, if known.

    Raises:
        UnreadableArticle: no HTML that can be parsed.
        EmptyArticle: no article in it.
    """
    tree = page(text, name)
    said = said_by(tree)
    heading = _heading(tree)
    title = _titled(tree, said, heading)
    hidden = drop_hidden(tree)
    lighten(tree)
    shown = _date_shown(tree) if "published" not in said.fields else None
    body = _body(tree, said, heading)
    if not any(map(str.isalpha, body)):
        why = f"; {hidden} hidden elements left out" if hidden else ""
        raise EmptyArticle(f"{name}: no article text in the page{why}; save the page once it shows its text")
    return Article(
        text=body,
        title=title,
        source=said.fields.get("source"),
        url=said.fields.get("url") or metadata.lenient(metadata.url, address),
        author=said.fields.get("author"),
        published=said.fields.get("published") or shown,
    )


def all_of(text: str, name: str) -> str:
    """Return all text that HTML shows, as for a message, which has no site around the article.

    Raises:
        UnreadableArticle: no HTML that can be parsed.
    """
    tree = page(text, name)
    drop_hidden(tree)
    return seen(tree, links=True)


def _body(tree: Element, said: Said, heading: str) -> str:
    """Extract the article; put its heading first, so that the text names its subject."""
    join_posts(tree)
    tell_captions(tree)
    links = link_lines(tree)
    body = _extracted(tree)
    lead = leads(tree, body)
    if len(body) < _MIN_CHARS:
        body = max(body, plain(said.body), key=len)
    if body and heading and heading.casefold() not in body[: len(heading) + 200].casefold():
        body = f"# {heading}\n\n{body}"
    if lead:
        first, _, rest = body.partition("\n\n")
        body = "\n\n".join([first, *lead, rest] if heading and heading in first else [*lead, body])
    return "\n".join(f"[{line}]({links[line]})" if line in links else line for line in body.split("\n"))


@functools.cache
def _config() -> ConfigParser:
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(_MIN_CHARS))
    return config


def _extracted(tree: Element) -> str:
    """Return the article's text: by fast extraction, else with every box and all of trafilatura's methods."""
    from trafilatura import bare_extraction

    for quick in (True, False):
        ready = copy.deepcopy(tree)
        if quick:
            drop_boxes(ready)
        found = bare_extraction(
            ready,
            include_comments=False,
            include_links=True,
            with_metadata=False,
            fast=quick,
            config=_config(),
        )
        if found is not None and not isinstance(found, dict) and found.body is not None:
            body = seen(found.body, links=True)
            if len(body) >= _MIN_CHARS:
                return body
    return ""


def _heading(tree: Element) -> str:
    """Return the first `h1` of more than 10 characters inside the article, else of the page, else ""."""
    headings = tree.xpath("//article//h1 | //main//h1") or tree.xpath("//h1")
    texts = [metadata.cleaned(found.text_content()) or "" for found in headings[:5]]
    return next((text for text in texts if len(text) > 10), "")[:400]


def _titled(tree: Element, said: Said, heading: str) -> str | None:
    """Return the title that the page declares, without the site's name after it."""
    title = said.fields.get("title") or metadata.cleaned(tree.findtext(".//title"))
    if not title or (heading and heading.casefold() in title.casefold()):
        return heading or None
    parts = _SITE.split(title)
    site = said.fields.get("source", "").casefold()
    if len(parts) > 1 and (parts[-1].casefold() == site or (not site and len(parts[-1]) * 2 < len(parts[0]))):
        title = title[: -len(parts[-1])].rstrip(" |-–—·»:")
    return title


def _date_shown(tree: Element) -> str | None:
    """Return the first date on a short line near the top of the article."""
    areas = tree.xpath("//article | //main") or tree.xpath("//body")
    for area in areas[:1]:
        for line in seen(area)[:_TOP_CHARS].split("\n"):
            if not line.startswith("#") and (found := of_line(line)) is not None:
                return found
    return None


def _address(message: EmailMessage, part: EmailMessage) -> str | None:
    return metadata.lenient(
        metadata.url, str(message.get("Snapshot-Content-Location") or part.get("Content-Location") or "")
    )
