"""Render an answer as chat messages: the verdict, then a card for each cited passage.

The HTML passes Gradio's sanitiser: no `data-*`, no `aria-*`, no handlers. Text of articles and questions
goes through `render.escape`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.core.glossing import is_foreign
from assistant.core.phrases import Phrases, confidence_words, match_words, phrases
from assistant.presenting import render
from assistant.presenting.render import escape, label, tongue
from assistant.presenting.urls import ADDING_PATH, article_path
from index import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.core.answer import Answer
    from index import Article, Hit

_MAX_WORDS = 6  # of the legend below a passage
_SURE = {0: "high", 1: "medium", 2: "low"}
_KINDS = {"answered": "found", "related": "related", "none": "missing"}


def question_html(question: str, language: str, notes: Iterable[tuple[str, Iterable[str]]] = ()) -> str:
    """Return a question as a chat message.

    Args:
        question: as it was asked.
        language: of the question.
        notes: lines below it, each a name and the values that were typed or chosen.
    """
    below = "".join(
        f"<div class='sanad-note'>{escape(name)}: "
        + " · ".join(f"<bdi>{escape(value)}</bdi>" for value in values)
        + "</div>"
        for name, values in notes
    )
    return f"<div {tongue(language)} class='sanad-question'>{escape(question)}{below}</div>"


def notice_html(message: str, language: str = "en") -> str:
    """Return one sentence, of Sanad or of an error, as a chat message."""
    return f"<div {tongue(language)} class='sanad-notice'>{escape(message)}</div>"


def searching_html(language: str) -> str:
    """Return the placeholder of an answer that is not there yet."""
    say = phrases(language)
    return f"<div {tongue(say.language)} class='sanad-notice sanad-searching'>{escape(say.searching)}</div>"


def answer_html(answer: Answer, titles: Mapping[str, str] | None = None, *, reading: bool = False) -> str:
    """Return an answer as one chat message.

    Args:
        answer: what to show.
        titles: of the articles that contain near-duplicates of the passages, by id.
        reading: whether the passages are still being read, so that there is no verdict yet.
    """
    say = phrases(answer.language)
    kind = "reading" if reading else _KINDS[answer.verdict]
    if answer.kind == "keywords" and not reading:
        kind += " sanad-keywords"  # which the page has nothing written for
    parts = [f"<div {tongue(say.language)} class='sanad-answer sanad-{kind}'>", _understood(answer, say)]
    if reading:
        parts.append(f"<div class='sanad-verdict sanad-searching'>{escape(say.reading)}</div>")
    else:
        parts += [_short_answer(answer, say), _verdict(answer, say)]
    into = answer.gloss.language if answer.gloss else None
    best = max((hit.score for hit in answer.shown), default=0.0)
    for hit in answer.shown:
        share = 1.0 if hit.rank == 1 or not best else min(hit.score / best, 0.999)
        match = match_words(share, say.language) if answer.citations and not reading else ""
        parts.append(_card(hit, answer.language, match, titles or {}, into))
    return "".join([*parts, "</div>"])


def _short_answer(answer: Answer, say: Phrases) -> str:
    """Return the short answer in large type, linked to its place in the article."""
    short = answer.short_answer
    if short is None:
        return ""
    hit = next(hit for hit in answer.shown if hit.rank == short.citation)
    span = Span(short.start, short.end)
    href = escape(article_path(short.article, (hit.start, hit.end), (span,)))
    known = " · ".join(f"<bdi>{escape(fact)}</bdi>" for fact in render.facts(hit.article, say))
    return (
        f"<div class='sanad-short'><div class='sanad-short-name'>{escape(say.answer)}</div>"
        f"<a class='sanad-short-text' href='{href}' {tongue(hit.article.language or 'und')}>"
        f"{escape(label(short.text, render.MAX_SHORT_CHARS))}</a>"
        f" <span class='sanad-rank'>{short.citation}</span>{_gloss_line(answer, say)}"
        f"<div class='sanad-facts'>{known}</div></div>"
    )


def _gloss_line(answer: Answer, say: Phrases) -> str:
    if answer.gloss is None or not answer.gloss.line:
        return ""
    line = escape(label(answer.gloss.line, render.MAX_GLOSS_CHARS))
    return (
        f"<div class='sanad-line'>{escape(say.word_by_word)}:"
        f" <bdi {tongue(answer.gloss.language)}>{line}</bdi></div>"
    )


def _understood(answer: Answer, say: Phrases) -> str:
    """Return how the question was read if words of it were corrected, else ""."""
    if not answer.corrected:
        return ""
    read = f"<bdi>{escape(label(answer.understood, render.MAX_TITLE_CHARS))}</bdi>"
    return f"<div class='sanad-note'>{escape(say.corrected)}: {read}</div>"


def _verdict(answer: Answer, say: Phrases) -> str:
    if not answer.answered:
        lines = [escape(line) for line in render.verdict_lines(answer, say)]
        if not answer.shown and not answer.narrowed:
            lines[-1] = f"<a href='{ADDING_PATH}'>{lines[-1]}</a>"
        return "".join(f"<div class='sanad-verdict'>{line}</div>" for line in lines)
    words = confidence_words(answer.confidence, say.language)
    level = _SURE[say.confidence.index(words)]
    return (
        f"<div class='sanad-verdict'>{escape(say.found)} <span class='sanad-sure sanad-sure-{level}'>"
        f"{escape(words)}</span></div>"
    )


def _card(hit: Hit, language: str, match: str, titles: Mapping[str, str], into: str | None) -> str:
    say, article = phrases(language), hit.article
    spoken = tongue(article.language or "und")
    href = escape(article_path(article.id or "", (hit.start, hit.end), hit.evidence))
    title = escape(label(article.title, render.MAX_TITLE_CHARS) or label(article.id) or "—")
    return (
        "<div class='sanad-card'><div class='sanad-head'>"
        f"<span class='sanad-rank'>{hit.rank}</span>"
        f"<a class='sanad-title' href='{href}' {spoken}>{title}</a></div>"
        f"<div class='sanad-facts'>{_facts(article, say, match)}</div>"
        f"<div class='sanad-passage{glossable(article, into)}' {spoken}>{_passage(hit)}</div>"
        f"{_legend(hit, say) if article.language != language else ''}{_also_in(hit, say, titles)}"
        f"<a class='sanad-read' href='{href}'>{escape(say.read)}</a></div>"
    )


def glossable(article: Article, into: str | None) -> str:
    """Return the class, after a space, by which static/gloss.js knows in which language to gloss an element."""
    return f" sanad-into-{escape(into)}" if into and is_foreign(article, into) else ""


def _facts(article: Article, say: Phrases, match: str) -> str:
    facts = [f"<bdi>{escape(fact)}</bdi>" for fact in render.facts(article, say)]
    if found := render.link(article.url):
        facts.append(f"{escape(say.read_at)} {outside(*found)}")
    if match:
        facts.insert(0, f"<span class='sanad-match'>{escape(match)}</span>")
    return " · ".join(facts)


def outside(address: str, host: str) -> str:
    """Return a link to another site that shows its host; both from `render.link`."""
    return (
        f"<a href='{escape(address)}' target='_blank' rel='noopener noreferrer nofollow'>"
        f"<bdi>{escape(host)}</bdi></a>"
    )


def _passage(hit: Hit) -> str:
    """Return the passage with its evidence in <mark>, and the question's word as title of each matched word."""
    made: list[str] = []
    inside = False
    for piece in render.pieces(hit):
        if piece.evidence != inside:
            made.append("<mark>" if piece.evidence else "</mark>")
            inside = piece.evidence
        text = render.prose(piece.text)
        if piece.asked:
            text = f"<span class='sanad-word' title='{escape(label(piece.asked))}'>{text}</span>"
        made.append(text)
    return "".join(made) + ("</mark>" if inside else "")


def _legend(hit: Hit, say: Phrases) -> str:
    """Return which words of another language match which words of the question."""
    found: dict[str, dict[str, None]] = {}
    for match in hit.matches:
        word = label(hit.text[match.start - hit.start : match.end - hit.start])
        asked = label(match.asked)
        if word and asked and asked.casefold() not in word.casefold():
            found.setdefault(asked, {}).setdefault(word)
    if not found:
        return ""
    pairs = [
        f"<bdi>{escape(asked)}</bdi> = " + ", ".join(f"<bdi>{escape(word)}</bdi>" for word in list(words)[:3])
        for asked, words in list(found.items())[:_MAX_WORDS]
    ]
    return f"<div class='sanad-words'>{escape(say.matched)}: {' · '.join(pairs)}</div>"


def _also_in(hit: Hit, say: Phrases, titles: Mapping[str, str]) -> str:
    if not hit.also_in:
        return ""
    links = [
        f"<a href='{escape(article_path(other))}'><bdi>{escape(label(titles.get(other) or other))}</bdi></a>"
        for other in hit.also_in
    ]
    return f"<div class='sanad-also'>{escape(say.also_in)}: {' · '.join(links)}</div>"
