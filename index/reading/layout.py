"""Adapt page layouts that hide the article from extraction: live posts, leads, pictures with long captions.

Layouts are recognised by structure alone, never by the class names of one site.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from index.chunking.text_lines import ends_sentence, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.reading.markup import Element

_LEAD_WORDS = 8
_MAX_LEADS = 3
_MAX_LOOKED = 60  # blocks between the title and the article; a page with more has no lead
_CAPTION_WORDS = 8
_MANY_CAPTIONS = 3
_ASIDE = frozenset(
    ("figure", "figcaption", "aside", "nav", "footer", "form", "ul", "ol", "table", "a", "button")
)
_WITHIN = frozenset(("p", "div", "h2", "section"))


def join_posts(tree: Element) -> None:
    """Join the posts of a live page into one article: several `article` elements below the page's one title.

    Cards of other articles are not such posts: their parent does not hold the title.
    """
    for parent in tree.xpath("//*[count(article) > 1]"):
        titles = parent.xpath(".//h1[not(ancestor::article[parent::*[count(article) > 1]])]")
        if titles:
            for post in parent.findall("article"):
                post.tag = "section"


def tell_captions(tree: Element) -> None:
    """Turn captions into paragraphs if the pictures tell the story: several captions of whole sentences."""
    captions = [found for found in tree.iter("figcaption") if _is_prose(found, _CAPTION_WORDS)]
    if len(captions) < _MANY_CAPTIONS:
        return
    for caption in captions:
        figure = next(caption.iterancestors("figure"), None)
        if figure is not None:
            figure.tag = "div"
        caption.tag = "p"


def leads(tree: Element, body: str) -> list[str]:
    """Return the sentences between the title and the first line of the extracted article.

    Args:
        tree: of the page.
        body: the article as extracted.
    """
    title = next(iter(tree.iter("h1")), None)
    if title is None or not body:
        return []
    found: list[str] = []
    for element in islice(_paragraphs(title), _MAX_LOOKED):
        text = " ".join(element.text_content().split())
        if text and text in body:
            return found
        if _is_prose(element, _LEAD_WORDS) and not any(
            above.tag in _ASIDE for above in element.iterancestors()
        ):
            found.append(text)
        if len(found) > _MAX_LEADS:
            return []
    return []


def _paragraphs(title: Element) -> Iterator[Element]:
    """Yield the blocks after the title that hold no other block."""
    for element in title.xpath("following::*"):
        if element.tag in _WITHIN and next(element.iterdescendants(*_WITHIN), None) is None:
            yield element


def _is_prose(element: Element, words: int) -> bool:
    """Return whether an element holds a sentence and is less than half links."""
    text = " ".join(element.text_content().split())
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    first = (element.text or "").strip() or text
    return size(text) >= words and 2 * linked < len(text) and (ends_sentence(text) or ends_sentence(first))
