"""Make the addresses of articles and of marked passages on this site."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index import Span

ARTICLES = "/article/"
ADDING_PATH = "/#/library/add"
"""Where articles are added in the page's library."""


def article_path(
    article_id: str, span: Span | tuple[int, int] | None = None, evidence: Iterable[Span] = ()
) -> str:
    """Return the path of an article's page; with a span, the page opens there and marks it.

    Args:
        article_id: any text; special characters are percent-encoded.
        span: characters [start, end) of the article's text.
        evidence: spans inside it that are marked more strongly.
    """
    path = ARTICLES + quote(article_id.encode("utf-8", "replace"), safe="")
    if span is None:
        return path
    more = "".join(f"&evidence={one.start}-{one.end}" for one in evidence)
    return f"{path}?start={span[0]}&end={span[1]}{more}#passage"
