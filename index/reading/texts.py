"""Split plain text into articles: one, unless another article was pasted below it."""

from __future__ import annotations

from index.chunking import frontmatter
from index.reading.bylines import source_of
from index.reading.pasted import portions
from index.records import TextArticle, mark_of


def articles_in_text(text: str) -> list[TextArticle]:
    """Return the articles of a decoded text file, each with its text, and its publisher if it names one.

    Returns:
        At least one article. `origin` is None for the first, so that a file with one article is that article, and
        `#2`, `#3` for those pasted below it.
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
