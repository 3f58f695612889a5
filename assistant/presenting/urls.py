"""Addresses of articles and passages in this site: what is linked, shared and opened marked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index import Span

ARTICLES = "/article/"
ADDING_PATH = "/#/library/add"
"""Where the page's library takes articles."""


def article_path(
    article_id: str, span: Span | tuple[int, int] | None = None, evidence: Iterable[Span] = ()
) -> str:
    """The path of an article's page; with a span it opens there, marked.

    Args:
        article_id: any text; what is not plain is percent-encoded.
        span: characters [start, end) of the article's text.
        evidence: spans inside it that are marked more strongly.
    """
    path = ARTICLES + quote(article_id.encode("utf-8", "replace"), safe="")
    if span is None:
        return path
    more = "".join(f"&evidence={one.start}-{one.end}" for one in evidence)
    return f"{path}?start={span[0]}&end={span[1]}{more}#passage"
