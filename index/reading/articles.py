"""Complete an article's title, language, date and id from what it holds, without guessing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index.chunking import frontmatter
from index.chunking.sections import Kind, blocks, heading_text
from index.chunking.sentences import sentences
from index.errors import ArticleError, ArticleTooLarge, EmptyArticle
from index.reading import metadata
from index.reading.datelines import dated
from index.reading.dates import parse
from index.reading.disk import shown

if TYPE_CHECKING:
    from index.records import Article

MAX_TITLE_CHARS = 90
MAX_LINES = 200_000  # every line is examined, however short

_DETECTION_CHARS = 2_000
_DATE_KEYS = ("published", "date", "published_at", "pubdate")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_TOP_HEADING = re.compile(r"#\s")


def complete(article: Article) -> Article:
    """Fill in title, language and id where they are None, and check what was given.

    The title is that of the front matter, else a heading above all prose, else the first sentence, shortened.
    The date is that of the front matter, else of a dateline above the prose; never that of a sentence or a title.
    The id is the first 16 hexadecimal digits of the SHA-256 of the origin, else of the text.

    Raises:
        EmptyArticle: the text has no letters.
        ArticleTooLarge: it has more than MAX_LINES lines.
        ArticleError: the id, date, url, language or text is invalid; the message names it.
    """
    name = _name(article)
    if not article.text.isascii() and _SURROGATE.search(article.text):
        raise ArticleError(f"{name}: the text holds half characters (lone surrogates); decode it anew")
    if sum(map(article.text.count, _BREAKS)) - article.text.count("\r\n") > MAX_LINES:
        raise ArticleTooLarge(f"{name}: more than {MAX_LINES} lines, which is no article; split the file")
    if not any(map(str.isalpha, article.text)):
        raise EmptyArticle(f"{name}: no words in it that could be cited; leave it out")
    article = _with_front_matter(article)
    return replace(
        article,
        id=metadata.article_id(article.id, name) or _digest(article.origin or article.text),
        title=metadata.cleaned(article.title) or _title(article.text),
        source=metadata.cleaned(article.source),
        url=metadata.url(article.url, name),
        author=metadata.cleaned(article.author),
        published=metadata.published(article.published, name) or dated(article.text),
        language=metadata.language(article.language, name) or _detected(article.text),
    )


def _name(article: Article) -> str:
    name = article.origin or article.id or article.title or article.text[:60].strip()
    return shown(name) or "article"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _with_front_matter(article: Article) -> Article:
    """Fill what is None from the front matter; invalid values there are ignored."""
    values, _ = frontmatter.parse(article.text)
    if not values:
        return article
    date = next((values[key] for key in _DATE_KEYS if key in values), None)
    return replace(
        article,
        title=article.title or values.get("title"),
        source=article.source or values.get("source"),
        author=article.author or values.get("author"),
        url=article.url or metadata.lenient(metadata.url, values.get("url")),
        published=article.published or metadata.lenient(metadata.published, date) or parse(date or ""),
        language=article.language or metadata.lenient(metadata.language, values.get("language")),
    )


def _title(text: str) -> str:
    headings: list[str] = []
    for block in blocks(text):
        body = text[block.start : block.end]
        if block.kind is Kind.PROSE:
            first = sentences(text, block.start, block.end)[0]
            title = max(headings, key=len, default=text[first.start : first.end])
            return metadata.shortened(title, MAX_TITLE_CHARS)
        if block.kind is Kind.HEADING:
            if _TOP_HEADING.match(body):
                return metadata.shortened(heading_text(body), MAX_TITLE_CHARS)
            headings.append(heading_text(body))
    return metadata.shortened(max(headings, key=len, default=text), MAX_TITLE_CHARS)


def _detected(text: str) -> str:
    from index.analysis.detecting import detect

    _, begin = frontmatter.parse(text)
    return detect(text[begin : begin + _DETECTION_CHARS])
