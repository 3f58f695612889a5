"""Pages as sites write them: a dozen ways to put an article among menus, links, notices and comments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.page_parts import PARTS, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Page(NamedTuple):
    """A page, the pieces of its article, and those of everything else; the title counts as neither."""

    name: str
    title: str
    html: str
    stays: tuple[str, ...]
    goes: tuple[str, ...]


def pages() -> Iterator[Page]:
    """Give every page in every language."""
    for language, parts in PARTS.items():
        for name, (layout, stays) in LAYOUTS.items():
            body = layout(parts)
            head = f"<meta charset=utf-8><title>{escape(parts.title)}</title>"
            direction = "rtl" if language in {"ar", "fa"} else "ltr"
            html = f"<!DOCTYPE html><html lang={language} dir={direction}><head>{head}</head><body>{body}</body></html>"
            kept = tuple(piece for field in stays for piece in _pieces(parts, field) if escape(piece) in html)
            every = {piece for field in Parts._fields if field != "title" for piece in _pieces(parts, field)}
            goes = tuple(sorted(piece for piece in every if piece not in kept and escape(piece) in html))
            yield Page(f"{name}-{language}", parts.title, html, kept, goes)


def _pieces(parts: Parts, field: str) -> tuple[str, ...]:
    value = getattr(parts, field)
    return (value,) if isinstance(value, str) else value


def _p(texts: Iterable[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)


def _links(texts: Iterable[str], mark: str = "li") -> str:
    return "".join(f'<{mark}><a href="/{len(text)}">{escape(text)}</a></{mark}>' for text in texts)


def _menu(x: Parts) -> str:
    return f'<div id="top"><ul class="menu">{_links(x.menu)}</ul></div>'


def _foot(x: Parts) -> str:
    return f'<div class="bottom"><ul>{_links(x.menu[:4])}</ul><p>{escape(x.legal)}</p></div>'


def _related(x: Parts, heading: str = "h3") -> str:
    return f"<{heading}>{escape(x.related_label)}</{heading}><ul>{_links(x.related)}</ul>"


def _by(x: Parts) -> str:
    return f'<div class="meta"><span>{escape(x.byline)}</span> <time>{escape(x.date)}</time></div>'


def _semantic(x: Parts) -> str:
    return (
        f"<header><nav><ul>{_links(x.menu)}</ul></nav></header><main><article><h1>{escape(x.title)}</h1>{_by(x)}"
        f"<figure><img src=a.jpg alt=''><figcaption>{escape(x.caption)}</figcaption></figure>{_p(x.paragraphs)}</article>"
        f"<aside>{_related(x)}</aside></main><footer><p>{escape(x.legal)}</p></footer>"
    )


def _soup(x: Parts) -> str:
    return (
        f'{_menu(x)}<div class="wrap"><div class="left"><h1>{escape(x.title)}</h1>{_by(x)}<div class="text">{_p(x.paragraphs)}'
        f'</div></div><div class="right sidebar">{_related(x)}<p>{escape(x.newsletter)}</p></div></div>{_foot(x)}'
    )


def _nameless(x: Parts) -> str:
    return (
        f'<div class="css-1a"><div class="css-2b">{_links(x.menu, "span")}</div><div class="css-9"><h1>{escape(x.title)}</h1>'
        f'<div class="css-3">{escape(x.byline)}</div><div class="css-3">{escape(x.date)}</div>'
        f"{''.join(f'<div class=css-7><p class=css-8>{escape(text)}</p></div>' for text in x.paragraphs)}</div>"
        f'<div class="css-4"><div>{escape(x.related_label)}</div>{_links(x.related, "div")}</div>'
        f'<div class="css-5">{escape(x.legal)}</div></div>'
    )


def _table(x: Parts) -> str:
    return (
        f"<table width=100%><tr><td colspan=2>{' | '.join(f'<a href=/>{escape(word)}</a>' for word in x.menu)}</td></tr>"
        f"<tr><td width=160>{_links(x.related, 'p')}</td><td><font size=5>{escape(x.title)}</font><br>{escape(x.date)}<br><br>"
        f"{'<br><br>'.join(map(escape, x.paragraphs))}</td></tr><tr><td colspan=2><center>{escape(x.legal)}</center></td></tr></table>"
    )


def _interrupted(x: Parts) -> str:
    first, second = x.related[:2]
    aside = '<p><strong>{}: </strong><a href="/1">{}</a></p>'
    return (
        f"{_menu(x)}<article><h1>{escape(x.title)}</h1>{_by(x)}{_p(x.paragraphs[:2])}"
        f"{aside.format(escape(x.related_label), escape(first))}{_p(x.paragraphs[2:4])}"
        f'<div class="inline-related">{_related(x._replace(related=(second,)), "h4")}</div>{_p(x.paragraphs[4:])}</article>{_foot(x)}'
    )


def _tail(x: Parts) -> str:
    return (
        f'{_menu(x)}<div class="article-body"><h1>{escape(x.title)}</h1>{_p(x.paragraphs)}<p>{escape(x.tags_label)}: '
        f"{', '.join(f'<a href=/t>{escape(tag)}</a>' for tag in x.tags)}</p><p>{' '.join(f'<a href=/s>{escape(s)}</a>' for s in x.share)}</p>"
        f"<p>{escape(x.related_label)}</p><ul>{_links(x.related)}</ul></div>{_foot(x)}"
    )


def _short(x: Parts) -> str:
    return (
        f'<div class="cookie">{escape(x.cookies)} <button>OK</button></div>{_menu(x)}<div id="content"><h1>{escape(x.title)}</h1>'
        f"{_by(x)}{_p(x.paragraphs[:2])}</div>{_related(x)}<div><p>{escape(x.newsletter)}</p></div>{_foot(x)}"
    )


def _structured(x: Parts) -> str:
    return (
        f"{_menu(x)}<main><h1>{escape(x.title)}</h1>{_by(x)}{_p(x.paragraphs[:2])}<h2>{escape(x.subheads[0])}</h2>{_p(x.paragraphs[2:4])}"
        f"<blockquote><p>{escape(x.quote)}</p></blockquote><ul>{_p(x.points, 'li')}</ul><h2>{escape(x.subheads[1])}</h2>"
        f"{_p(x.paragraphs[4:])}</main>{_foot(x)}"
    )


def _commented(x: Parts) -> str:
    return (
        f'{_menu(x)}<div class="post"><h1>{escape(x.title)}</h1>{_by(x)}{_p(x.paragraphs)}<div class="author-box"><p>{escape(x.bio)}</p></div>'
        f'</div><div id="comments">{"".join(f"<div class=comment><b>user{at}</b><p>{escape(c)}</p></div>" for at, c in enumerate(x.comments))}'
        f'</div><form class="newsletter"><p>{escape(x.newsletter)}</p><input></form>{_foot(x)}'
    )


def _shared(x: Parts) -> str:
    share = f'<div class="social">{_links(x.share, "span")}</div>'
    return (
        f"{_menu(x)}<article><h1>{escape(x.title)}</h1>{share}<p>{escape(x.byline)}</p><p>{escape(x.date)}</p>"
        f'<p><img src="a.jpg"><em>{escape(x.caption)}</em></p>{_p(x.paragraphs)}{share}<p>{escape(x.bio)}</p>'
        f"<p>{escape(x.newsletter)}</p></article>{_foot(x)}"
    )


def _announced(x: Parts) -> str:
    return (
        f'<div id="gdpr"><h2>Privacy</h2><p>{escape(x.cookies)}</p><button>OK</button></div>{_menu(x)}<section><h1>{escape(x.title)}</h1>'
        f"<p><b>{escape(x.paragraphs[0])}</b></p>{_p(x.paragraphs[1:])}</section><section>{_related(x, 'h2')}</section>{_foot(x)}"
    )


def _teased(x: Parts) -> str:
    teasers = "".join(f'<div class="card"><a href="/c"><h4>{escape(r)}</h4></a></div>' for r in x.related)
    return (
        f'{_menu(x)}<div class="entry"><h1>{escape(x.title)}</h1>{_by(x)}<div>{"<br><br>".join(map(escape, x.paragraphs[:4]))}</div>'
        f"<div>{'<br><br>'.join(map(escape, x.paragraphs[4:]))}</div></div><h3>{escape(x.related_label)}</h3>{teasers}{_foot(x)}"
    )


_TEXT = ("paragraphs",)
LAYOUTS: dict[str, tuple[Callable[[Parts], str], tuple[str, ...]]] = {
    "semantic": (_semantic, _TEXT),
    "soup": (_soup, _TEXT),
    "nameless": (_nameless, _TEXT),
    "table": (_table, _TEXT),
    "interrupted": (_interrupted, _TEXT),
    "tail": (_tail, _TEXT),
    "short": (_short, _TEXT),
    "structured": (_structured, ("paragraphs", "subheads", "quote", "points")),
    "commented": (_commented, _TEXT),
    "shared": (_shared, _TEXT),
    "announced": (_announced, _TEXT),
    "teased": (_teased, _TEXT),
}
