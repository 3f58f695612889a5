"""Addresses of articles and passages in this site: what is linked, shared and opened marked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from index import Span

ARTICLES = "/article/"


def article_path(article_id: str, span: Span | tuple[int, int] | None = None) -> str:
    """The path of an article's page; with a span it opens there, marked.

    Args:
        article_id: any text; what is not plain is percent-encoded.
        span: characters [start, end) of the article's text.
    """
    path = ARTICLES + quote(article_id.encode("utf-8", "replace"), safe="")
    return path if span is None else f"{path}?start={span[0]}&end={span[1]}#passage"
