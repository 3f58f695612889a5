"""Parse RSS and Atom feeds: each entry becomes an article; the only module that imports feedparser."""

from __future__ import annotations

import io
import re
import time
from datetime import UTC, datetime
from typing import Any

from index.errors import EmptyArticle, UnreadableArticle
from index.reading import metadata
from index.reading.dates import parse, parse_any
from index.reading.limits import MAX_PARTS
from index.reading.markup import plain
from index.records import Added, Article

_ENTITY = b"<!ENTITY"
_IMPOSSIBLE = re.compile(
    rb"&#(?:[xX]0*[dD][89a-fA-F][\da-fA-F]{2}|0*5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-3]\d\d));?"
)


def parse_feed(data: bytes, name: str) -> list[Article | Added]:
    """Return the entries of a feed that hold text; `origin` is `#` and the entry's id, address or number.

    Raises:
        UnreadableArticle: not a feed, or one that defines entities.
        EmptyArticle: no entry with text.
    """
    import feedparser

    if _ENTITY in data[:100_000].upper():
        raise UnreadableArticle(f"{name}: a feed that defines entities, which are not followed; leave it out")
    # a file object, as feedparser may take bytes or text for an address or a path to open
    stream = io.BytesIO(_IMPOSSIBLE.sub(b" ", data))
    try:
        feed = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, OverflowError, LookupError, AttributeError, TypeError) as error:
        raise UnreadableArticle(
            f"{name}: a feed that cannot be parsed ({str(error)[:200]}); get it again"
        ) from error
    source = metadata.cleaned(plain(str(feed.feed.get("title") or "")))
    found: list[Article | Added] = []
    for number, entry in enumerate(feed.entries[:MAX_PARTS], start=1):
        article = _article(entry, source, number)
        if any(map(str.isalpha, article.text)):
            found.append(article)
    if not found:
        why = f" ({feed.bozo_exception})" if feed.get("bozo") else ""
        raise EmptyArticle(f"{name}: no entry with text in the feed{str(why)[:120]}; leave it out")
    return found


def _article(entry: Any, source: str | None, number: int) -> Article:  # noqa: ANN401  # feedparser has no types
    title = metadata.cleaned(plain(str(entry.get("title") or "")))
    bodies = [str(content.get("value") or "") for content in entry.get("content") or ()]
    bodies.append(str(entry.get("summary") or ""))
    body = max(map(plain, bodies), key=len)
    if title and title.casefold() not in body[: len(title) + 200].casefold():
        body = f"# {title}\n\n{body}".strip()
    link = metadata.lenient(metadata.url, entry.get("link"))
    own = entry.get("source") or {}
    return Article(
        text=body,
        title=title,
        source=metadata.cleaned(str(own.get("title") or "")) or source,
        url=link,
        author=metadata.cleaned(str(entry.get("author") or "")),
        published=_date(entry),
        origin=f"#{metadata.cleaned(str(entry.get('id') or '')) or link or number}",
    )


def _date(entry: Any) -> str | None:  # noqa: ANN401
    for name in ("published", "updated"):
        moment = entry.get(f"{name}_parsed")
        if isinstance(moment, time.struct_time):
            try:
                return datetime(*moment[:6], tzinfo=UTC).isoformat()
            except ValueError:
                continue
        if text := str(entry.get(name) or ""):
            return parse(text) or parse_any(text)
    return None
