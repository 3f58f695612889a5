"""Render an article as a plain page that opens at a marked passage and needs no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.core.phrases import Reading, phrases
from assistant.page.bundles import address
from assistant.presenting import render
from assistant.presenting.cards import glossable, outside
from assistant.presenting.citing import citation_markdown, citation_text
from assistant.presenting.render import escape, label, prose_blocks, tongue
from assistant.presenting.urls import article_path
from index import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index import Article

_FRAME = (
    "<!doctype html><html {tongue}><head><meta charset='utf-8'>"
    "<meta name='viewport' content='width=device-width'><meta name='color-scheme' content='light dark'>"
    "<title>{title}</title><link rel='icon' href='{icon}'><link rel='stylesheet' href='{style}'>"
    "<script src='{first}'></script><script type='module' src='{script}'></script></head>"
    "<body class='sanad-alone'><header id='sanad-top'><a class='sanad-brand' href='/'>"
    "<span class='sanad-name'>Sanad</span> <span class='sanad-name' lang='ar' dir='rtl'>سند</span></a>"
    "</header><main>"
)
_END = "</main></body></html>"

_MAX_EVIDENCE = 20
_MAX_COPIED_CHARS = 20_000  # of a passage that can be copied as a citation


class Opened(NamedTuple):
    """An article opened at a place.

    Attributes:
        article: with its text.
        passages: spans of its text in order.
        span: what is marked; None: nothing.
        site: address of this server, for copied links.
        evidence: spans inside `span` that are marked more strongly, in order, disjoint.
        into: ISO 639-1 code of the language that `span` can be glossed in; None: in none.
    """

    article: Article
    passages: Sequence[Span]
    span: Span | None
    site: str = ""
    evidence: Sequence[Span] = ()
    into: str | None = None


def span_of(start: str | None, end: str | None, size: int) -> Span | None:
    """Return the span that an address names, clipped to the text; None if it names none.

    Args:
        start: as given in the address.
        end: as given in the address.
        size: characters of the article's text.
    """
    if not (start and end and _is_offset(start) and _is_offset(end)):
        return None
    span = Span(min(int(start), size), min(int(end), size))
    return span if span.start < span.end else None


def evidence_of(told: Iterable[str], span: Span | None) -> list[Span]:
    """Return the spans that an address marks more strongly inside another; invalid ones are left out.

    Args:
        told: as given in the address: "12-31".
        span: of the passage.
    """
    if span is None:
        return []
    parts = [one.partition("-") for one in list(told)[:_MAX_EVIDENCE]]
    spans = [span_of(start, end, span.end) for start, _, end in parts]
    found: list[Span] = []
    for one in sorted(one for one in spans if one):
        if one.start >= (found[-1].end if found else span.start):
            found.append(one)
    return found


def _is_offset(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 12


def article_page(opened: Opened, say: Reading) -> Iterator[str]:
    """Yield the whole page in parts; the chat shows its element #sanad-article beside itself."""
    title = label(opened.article.title, render.MAX_TITLE_CHARS) or label(opened.article.id)
    yield _head(say, escape(title))
    yield from _article(opened, say, title)
    yield _END


def missing_page(say: Reading) -> str:
    """Return the page for an article that does not exist."""
    body = (
        f"<div id='sanad-article'><h1>{escape(say.gone)}</h1><p><a href='/'>{escape(say.home)}</a></p></div>"
    )
    return _head(say, "Sanad") + body + _END


def _head(say: Reading, title: str) -> str:
    return _FRAME.format(
        tongue=tongue(say.language),
        title=title,
        icon=address("icon.svg"),
        style=address("article.css"),
        first=address("first.js"),
        script=address("article.js"),
    )


def _article(opened: Opened, say: Reading, title: str) -> Iterator[str]:
    article = opened.article
    spoken = tongue(article.language or "und")
    yield (
        f"<article id='sanad-article'><div class='sanad-bar'>{_tools(opened, say)}</div>"
        f"<header><h1 {spoken}>{escape(title)}</h1><p class='sanad-facts'>{_facts(article, say)}</p></header>"
        f"<div class='sanad-text' {spoken}>"
    )
    yield from _text(opened)
    yield f"</div>{_citations(opened)}</article>"


def _facts(article: Article, say: Reading) -> str:
    author = [label(article.author)] if article.author else []
    known = [*author, *render.facts(article, phrases(say.language))]
    facts = [f"<bdi>{escape(fact)}</bdi>" for fact in known]
    if found := render.link(article.url):
        facts.append(f"{escape(say.original)} {outside(*found)}")
    return " · ".join(facts)


def _glossable(opened: Opened) -> str:
    """Return the attributes by which static/gloss.js glosses the marked passage; none if it cannot be."""
    name = glossable(opened.article, opened.into).strip()
    place = escape(article_path(opened.article.id or "", opened.span))
    return f" class='{name}' data-place='{place}'" if name else ""


def _text(opened: Opened) -> Iterator[str]:
    text, span = opened.article.text, opened.span
    if span is None:
        yield from prose_blocks(text, 0, len(text))
        return
    yield from prose_blocks(text, 0, span.start)
    yield f"<mark id='passage'{_glossable(opened)}>"
    done = span.start
    for start, end in opened.evidence:
        yield from prose_blocks(text, done, start)
        yield "<mark class='sanad-evidence'>"
        yield from prose_blocks(text, start, end)
        yield "</mark>"
        done = end
    yield from prose_blocks(text, done, span.end)
    yield "</mark>"
    yield from prose_blocks(text, span.end, len(text))


def _tools(opened: Opened, say: Reading) -> str:
    article_id = opened.article.id or ""
    before, place, after = _neighbours(opened.passages, opened.span)
    where = f"{escape(say.passage)} {place} / {len(opened.passages)}" if place else ""
    ask = f"/?article={article_path(article_id).rsplit('/', 1)[-1]}"
    copying = [
        f"<button type='button' data-copy='{target}' data-done='{escape(say.copied)}'>{escape(name)}</button>"
        for target, name in (("citation-plain", say.copy), ("citation-markdown", say.copy_markdown))
        if _is_copied(opened.span)
    ]
    return (
        f"<nav class='sanad-steps'>{_step(article_id, before, say.previous)}<span>{where}</span>"
        f"{_step(article_id, after, say.following)}</nav>"
        f"<div class='sanad-actions'>{''.join(copying)}"
        f"<a href='{escape(ask)}' data-title='{escape(label(opened.article.title))}'>{escape(say.ask_here)}</a></div>"
    )


def _step(article_id: str, span: Span | None, name: str) -> str:
    if span is None:
        return f"<span class='sanad-off'>{escape(name)}</span>"
    return f"<a href='{escape(article_path(article_id, span))}'>{escape(name)}</a>"


def _neighbours(passages: Sequence[Span], span: Span | None) -> tuple[Span | None, int, Span | None]:
    """Return the passage before, the number of the marked one (0: none), and the passage after."""
    if span is None:
        return None, 0, passages[0] if passages else None
    begun = [number for number, one in enumerate(passages, start=1) if one.start <= span.start]
    place = begun[-1] if begun else 0
    before = passages[place - 2] if place > 1 else None
    after = passages[place] if place < len(passages) else None
    return before, place, after


def _is_copied(span: Span | None) -> bool:
    return span is not None and span.end - span.start <= _MAX_COPIED_CHARS


def _citations(opened: Opened) -> str:
    """Return the hidden texts that the copy buttons copy."""
    if opened.span is None or not _is_copied(opened.span):
        return ""
    start, end = opened.span
    texts = {
        "citation-plain": citation_text(opened.article, start, end),
        "citation-markdown": citation_markdown(opened.article, start, end, opened.site),
    }
    return "".join(f"<pre id='{name}' hidden>{escape(text)}</pre>" for name, text in texts.items())
