"""Plain text to articles: the whole text is one, unless another article was pasted below it."""

from __future__ import annotations

from index.chunking import frontmatter
from index.reading.bylines import source_of
from index.reading.pasted import portions
from index.records import TextArticle, mark_of


def articles_in_text(text: str) -> list[TextArticle]:
    """Give the articles of a decoded text file: each its text, and who published it if a line of it says so.

    Returns:
        At least one. `origin` is None for the first, so that a file with one article is that article, and `#2`, `#3`
        for those that were pasted below it.
    """
    whole = mark_of(text)
    return [
        _article(text[start:end], number, whole)
        for number, (start, end) in enumerate(portions(text), start=1)
    ]


def _article(text: str, number: int, whole: str) -> TextArticle:
    said, _ = frontmatter.parse(text)
    return TextArticle(
        text=text,
        source=said.get("source") or source_of(text),
        origin=f"#{number}" if number > 1 else None,
        whole=whole,
    )
