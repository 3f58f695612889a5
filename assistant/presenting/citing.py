"""Write a citation as text to paste: the passage, its source and its offsets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.presenting.render import MAX_TITLE_CHARS, clean, label, link
from assistant.presenting.urls import article_path

if TYPE_CHECKING:
    from index import Article

# Markdown's syntax, including GitHub's (tables, strikethrough, mathematics, bare links, :smile:): anywhere, at the
# beginning of a line (heading, quotation, list, underline, row of a table), and at the end of a heading.
_ANYWHERE = (
    r"[\\`*\[\]~$]|<(?=[a-z/!?])|&(?=#?\w+;)"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word it is a letter
    r"|:(?=//|\d*[a-z_+-][\w+-]{0,40}:)|(?<=\bwww)\.|(?<=[\w.+-])@(?=\w)"
)
_BEGINNING = r"^(?:#(?=#{0,5}(?:\s|$))|>|[-+](?=\s|$)|[-:|](?=[-:| ]*$)|=(?==*$))"
_ENDING = r"(?<=\s)#(?=#*$)"
_MARKDOWN = re.compile(f"{_BEGINNING}|{_ANYWHERE}|{_ENDING}", re.IGNORECASE | re.MULTILINE)
_NUMBERED = re.compile(r"^([0-9]{1,9})([.)])(?=\s|$)", re.MULTILINE)
_MARGINS = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)


def citation_text(article: Article, start: int, end: int) -> str:
    """Return the passage in quotation marks, then title, source, day, address and offsets."""
    quoted = clean(article.text[start:end])
    known = [label(article.title, MAX_TITLE_CHARS), *_published(article)]
    if found := link(article.url):
        known.append(found[0])
    return f"“{quoted}”\n— {', '.join(part for part in known if part)} [{label(article.id)} {start}–{end}]"


def citation_markdown(article: Article, start: int, end: int, site: str = "") -> str:
    """Return the same as a Markdown quotation, with links to the article and to the passage in it.

    Args:
        article: the one that is cited.
        start: start of the passage in its text.
        end: end of the passage in its text.
        site: where this collection is served, such as "http://127.0.0.1:7860"; "" leaves that link out.
    """
    lines = clean(article.text[start:end]).splitlines() or [""]
    quoted = "\n".join(f"> {markdown(line)}".rstrip() for line in lines)
    title = markdown(label(article.title, MAX_TITLE_CHARS) or label(article.id))
    found = link(article.url)
    named = f"[{title}](<{_address(found[0])}>)" if found else title
    known = ", ".join([named, *(markdown(part) for part in _published(article))])
    place = f"{markdown(label(article.id))} {start}–{end}"
    if site:
        place = f"[{place}](<{_address(site + article_path(article.id or '', (start, end)))}>)"
    return f"{quoted}\n>\n> — {known} ({place})"


def markdown(text: str) -> str:
    """Return untrusted text as Markdown that shows exactly that text; only Markdown's syntax is escaped."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", _MARGINS.sub("", clean(text)))
    return _NUMBERED.sub(r"\1\\\2", escaped)


def _published(article: Article) -> list[str]:
    day = label(article.published)[: len("2023-10-19")]
    return [part for part in (label(article.source), day) if part]


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E")
