"""Make untrusted text safe to show, with all escaping in one place, and write answers for a terminal.

All text of articles and questions is untrusted. In HTML each of its ASCII punctuation marks becomes a
numeric entity, so it can be neither markup nor Markdown. On both surfaces, controls that reorder or
restyle text are removed.
"""

from __future__ import annotations

import functools
import itertools
import re
import string
import textwrap
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from assistant.core.phrases import Phrases, confidence_words, phrases
from assistant.writing.writer import Sentence, Written, cited_text
from index import direction, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.core.answer import Answer
    from assistant.writing.translator import Translation
    from index import Added, AddReport, Article, Hit, Ranking, ShortAnswer

MAX_TITLE_CHARS = 200
_MAX_LABEL_CHARS = 80
MAX_SHORT_CHARS = 300
MAX_GLOSS_CHARS = 600
_MAX_URL_CHARS = 2000
_BLOCK_CHARS = 16_384  # of a long text rendered at a time, while other threads wait
_BLOCKS_KEPT = 512
_MAX_SKIPPED = 20  # skipped articles that a report lists, unless it lists all articles

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC and kin
    r"|\x1b[@-Z\\-_]?"
)
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
# Bidi controls, byte order marks, tag characters, other controls, lone surrogates. ZWNJ and ZWJ are
# spelling in Persian and Indic scripts and stay.
_HIDDEN = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
# More marks on one letter than any language writes; they would run over the lines around it.
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f]{4})[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f]+"
)
_GAP = re.compile(r"\n\s*\n\s*")
_ENTITIES = {ord(mark): f"&#{ord(mark)};" for mark in string.punctuation + "\n\t"}

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def clean(text: str) -> str:
    """Return the text without what could reorder, restyle or hide; for display, as offsets are not kept."""
    text = _BREAKS.sub("\n", _ANSI.sub("", text))
    return _STACKED.sub(r"\1", _HIDDEN.sub("", text))


def escape(text: str) -> str:
    """Return untrusted text as HTML that shows exactly that text, also inside Markdown and attributes."""
    return clean(text).translate(_ENTITIES)


def link(url: str | None) -> tuple[str, str] | None:
    """Return an address that is safe to link to, and its host as it is to be shown.

    Returns:
        (address, host), the host in ASCII (punycode), so that look-alike letters are visible. None unless
        the address is plain http(s) with a host and without user, password or controls.
    """
    if not url or len(url) > _MAX_URL_CHARS or clean(url) != url or any(map(str.isspace, url)):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        _ = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or "\\" in url:
        return None
    return url, host


class Piece(NamedTuple):
    """A part of a passage that is shown in one style.

    Attributes:
        text: as it stands in the article.
        evidence: whether it belongs to the sentence that answers.
        asked: the word of the question that it matches, or None.
    """

    text: str
    evidence: bool
    asked: str | None = None


def pieces(hit: Hit) -> Iterator[Piece]:
    """Yield the whole passage in order, cut at its evidence and its matched words."""
    size = len(hit.text)
    evidence = [(span.start - hit.start, span.end - hit.start) for span in hit.evidence]
    words = [(match.start - hit.start, match.end - hit.start, match.asked) for match in hit.matches]
    edges = {0, size, *itertools.chain(*evidence), *itertools.chain(*(word[:2] for word in words))}
    cuts = sorted(edge for edge in edges if 0 <= edge <= size)
    for start, end in itertools.pairwise(cuts):
        asked = next((word for first, last, word in words if first <= start and end <= last), None)
        marked = any(first <= start and end <= last for first, last in evidence)
        yield Piece(hit.text[start:end], marked, asked)


def marked(hit: Hit) -> Iterator[tuple[str, bool]]:
    """Yield the whole passage in order, cut at its evidence: (text, whether it is evidence)."""
    for evidence, group in itertools.groupby(pieces(hit), key=lambda piece: piece.evidence):
        yield "".join(piece.text for piece in group), evidence


def answer_text(answer: Answer, *, width: int = 80, styled: bool = False) -> str:
    """Return an answer as text for a terminal.

    Args:
        answer: what to show.
        width: columns to wrap at.
        styled: mark the evidence with ANSI bold; else plain text.
    """
    entries = _entries(answer.shown, answer.language, width, styled=styled)
    say = phrases(answer.language)
    notes = [f"{say.carried}: {label(' · '.join(answer.carried))}"] if answer.carried else []
    if answer.corrected:
        notes.append(f"{say.corrected}: {label(answer.understood, MAX_TITLE_CHARS)}")
    short = _short(answer.short_answer, styled=styled)
    if answer.gloss and answer.gloss.line:
        short.insert(1, f"{say.word_by_word}: {label(answer.gloss.line, MAX_GLOSS_CHARS)}")
    return "\n".join([*notes, *short, *verdict_lines(answer, say), *entries])


def written_text(event: Sentence | Written, *, width: int = 80, styled: bool = False) -> str:
    """Return what a writer yields as text for a terminal: a sentence, or the line that says what is missing."""
    if isinstance(event, Written):
        line = f"({event.note}; written by {label(event.model)})" if event.note else ""
        return f"{_DIM}{line}{_RESET}" if styled and line else line
    return "\n".join(textwrap.wrap(clean(cited_text(event)), max(20, width)))


def translation_text(rank: int, translation: Translation, *, width: int = 80, styled: bool = False) -> str:
    """Return the translation of a passage as text for a terminal, below a line that says so; or why there is none.

    Args:
        rank: of the passage.
        translation: of it.
        width: columns to wrap at.
        styled: dim the line; else plain text.
    """
    by = f"machine translation ({translation.language}) by {label(translation.model)}, not checked"
    line = f"[{rank}] {translation.note or by}"
    paragraphs = clean(translation.text or "").split("\n")
    wrapped = [part for one in paragraphs for part in textwrap.wrap(one.strip(), max(20, width - 3))]
    return "\n".join([f"{_DIM}{line}{_RESET}" if styled else line, *(f"   {part}" for part in wrapped)])


def ranking_text(ranking: Ranking, *, width: int = 80, styled: bool = False) -> str:
    """Return hits as text for a terminal, best first, below the corrected question and the short answer."""
    say = phrases(ranking.language)
    note = [f"{say.corrected}: {label(ranking.question, MAX_TITLE_CHARS)}"] if ranking.corrected else []
    short = _short(ranking.short_answer, styled=styled)
    entries = _entries(ranking.hits, ranking.language, width, styled=styled)
    return "\n".join([*note, *short, *entries]).lstrip("\n")


def report_text(report: AddReport, *, each: bool = False) -> str:
    """Return a report as text for a terminal: what was skipped, and one line of totals.

    Args:
        report: what `add` did.
        each: list all articles, not only the first skipped ones.
    """
    listed = report.items if each else report.skipped
    most = len(listed) if each else _MAX_SKIPPED
    lines = [_item_line(item) for item in listed[:most]]
    if len(listed) > most:
        lines.append(f"... and {len(listed) - most:,} more skipped; -v lists them all")
    states = dict.fromkeys(("added", "updated", "unchanged", "removed", "skipped"), 0)
    for item in report.items:
        states[item.state] += 1
    total = ", ".join(f"{count:,} {state}" for state, count in states.items() if count)
    if alike := sum(bool(item.alike) for item in report.items):
        total += f"; {alike:,} nearly the same as another article (sanad list tells which)"
    return "\n".join([*lines, total or "nothing to add"])


def _item_line(item: Added) -> str:
    reason = label(item.reason.removeprefix(f"{item.name}: "), MAX_TITLE_CHARS)
    return f"{item.state:9} {label(item.name, MAX_TITLE_CHARS)}: {reason}"


def label(text: str | None, limit: int = _MAX_LABEL_CHARS) -> str:
    """Return untrusted text as one short line; '' for None. Not escaped."""
    line = " ".join(clean(text or "").split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _short(short: ShortAnswer | None, *, styled: bool) -> list[str]:
    if short is None:
        return []
    text = label(short.text, MAX_SHORT_CHARS)
    return [f"{_BOLD}{text}{_RESET}" if styled else text, ""]


def verdict_lines(answer: Answer, say: Phrases) -> list[str]:
    """Return the lines that state the verdict and what the passages below it are. Not escaped."""
    if answer.answered:
        return [f"{say.found} ({confidence_words(answer.confidence, answer.language)})"]
    absent = " · ".join(label(name) for name in answer.absent)
    lines = [say.absent.format(absent)] if absent else []
    if answer.kind == "keywords" and answer.citations:
        return [*lines, say.about]
    if answer.citations:
        return [*lines, say.related if answer.n_read else say.unread]
    if answer.nearest:
        return [say.not_found, *lines, say.nearest]
    return [say.not_found, say.no_match if answer.narrowed else say.empty]


def tongue(language: str) -> str:
    """Return the attributes dir and lang of an element that holds text in a language."""
    code = language if language.isalnum() and language.isascii() else "und"
    return f"dir='{direction(code)}' lang='{code}'"


def facts(article: Article, say: Phrases) -> list[str]:
    """Return source, day and language of an article as people read them. Not escaped."""
    code = article.language or "und"
    published = label(article.published)[: len("2023-10-19")] or say.undated
    return [fact for fact in (label(article.source), published, language_of(code).name) if fact]


def prose(text: str) -> str:
    """Return untrusted text of several paragraphs as HTML; an empty line becomes a small gap."""
    return "".join(prose_blocks(text, 0, len(text)))


def prose_blocks(text: str, start: int, end: int) -> Iterator[str]:
    """Yield `prose` of `text[start:end]` in small blocks, which are cached.

    Blocks end at gaps of the text, and at the same places whatever the start.
    """
    while start < end:
        edge = start - start % _BLOCK_CHARS
        cut = _cut(text, edge)
        if cut <= start:
            cut = _cut(text, edge + _BLOCK_CHARS)
        yield _block(text[start : min(cut, end)])
        start = cut


def _cut(text: str, edge: int) -> int:
    """Return the end of the first gap after an edge, or the edge if there is no gap before the next edge."""
    gap = _GAP.search(text, edge, edge + _BLOCK_CHARS)
    return gap.end() if gap else edge


@functools.lru_cache(_BLOCKS_KEPT)
def _block(text: str) -> str:
    *paragraphs, last = _GAP.split(clean(text))
    # Empty lines become one small gap; as the element is empty, it may stand inside <mark> too.
    return "<span class='sanad-gap'></span>".join(
        map(escape, (*(paragraph.rstrip() for paragraph in paragraphs), last))
    )


def _entries(hits: Iterable[Hit], language: str, width: int, *, styled: bool) -> Iterator[str]:
    say = phrases(language)
    for hit in hits:
        article = hit.article
        found = link(article.url)
        known = [*facts(article, say), *([found[0]] if found else [])]
        place = f"{label(article.id)} [{hit.start}:{hit.end}]"
        head = f"{hit.rank}. {label(article.title, MAX_TITLE_CHARS)}"
        yield ""
        yield f"{_BOLD}{head}{_RESET}" if styled else head
        about = f"   {' · '.join(known)} · {place}"
        yield f"{_DIM}{about}{_RESET}" if styled else about
        yield from _passage_lines(hit, width, styled=styled)


def _passage_lines(hit: Hit, width: int, *, styled: bool) -> Iterator[str]:
    # Evidence keeps lines of its own when styled: a style that spans a wrapped, reordered line
    # would colour the wrong half of it.
    for piece, evidence in marked(hit) if styled else [(hit.text, False)]:
        for paragraph in clean(piece).split("\n"):
            for line in textwrap.wrap(paragraph.strip(), max(20, width - 3)):
                yield f"   {_BOLD}{line}{_RESET}" if evidence else f"   {line}"
