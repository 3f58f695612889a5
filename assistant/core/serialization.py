"""Write searches, articles and reports as JSON, the same over HTTP and on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistant.core.answer import hit_dict, verdict_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.core.watched import Watched
    from index import Added, AddReport, Alike, Article, ArticleInfo, Missing, Passage, Ranking

_STATES = ("added", "updated", "unchanged", "skipped")
_FACTS = ("id", "title", "source", "url", "author", "published", "language")


MOST_TOLD = 100
"""Most files and articles of a watched folder that are listed by name."""


def json_bytes(value: object) -> bytes:
    """Return compact JSON in UTF-8; in escaped ASCII if it has lone surrogates, which UTF-8 cannot hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def search_dict(ranking: Ranking, took_ms: float, *, read: bool = False) -> dict[str, Any]:
    """Return a search: the question as it was searched, its language and the hits; if `read`, also the verdict."""
    return {
        "question": ranking.question,
        "corrected": [list(pair) for pair in ranking.corrected],
        "language": ranking.language,
        **(verdict_dict(ranking) if read else {}),
        "hits": [hit_dict(hit) for hit in ranking.hits],
        "took_ms": round(took_ms, 2),
    }


def article_dict(article: Article) -> dict[str, Any]:
    """Return an article with its text; a citation's offsets count the text's characters."""
    return {**{name: getattr(article, name) for name in _FACTS}, "text": article.text}


def _alike_dicts(alike: Sequence[Alike]) -> list[dict[str, Any]]:
    return [other._asdict() for other in alike]


def info_dict(info: ArticleInfo, *, origins: bool = False) -> dict[str, Any]:
    """Return what the collection knows of an article, without its text.

    Args:
        info: the article.
        origins: whether to include where it was read from: paths of this machine, for its operator only.
    """
    facts = {name: value for name, value in info._asdict().items() if origins or name != "origins"}
    return {**facts, "alike": _alike_dicts(info.alike)}


def report_dict(report: AddReport) -> dict[str, Any]:
    """Return what `add` did: for each state the articles in it, each with its name, id and reason."""
    return {
        state: [
            {
                "id": item.article_id,
                "name": item.name,
                "reason": item.reason,
                "alike": _alike_dicts(item.alike),
            }
            for item in getattr(report, state)
        ]
        for state in _STATES
    }


def watched_dict(state: Watched) -> dict[str, Any]:
    """Return the state of a watched folder, as any client may see it."""
    told = {
        name: getattr(state, name)
        for name in ("name", "since", "synced", "by", "trouble", "missing", "withheld")
    }
    return {**told, "unlisted": len(state.unlisted), "skipped": len(state.skipped)}


def watched_details(state: Watched, missing: Sequence[Missing]) -> dict[str, Any]:
    """Return the details of a watched folder, for the operator: they contain paths of this machine."""
    return {
        "folder": str(state.folder),
        "trouble": state.detail,
        "missing": [missing_dict(each) for each in missing],
        "unlisted": [_reason_dict(item) for item in state.unlisted[:MOST_TOLD]],
        "skipped": [_reason_dict(item) for item in state.skipped[:MOST_TOLD]],
    }


def _reason_dict(item: Added) -> dict[str, Any]:
    return {"name": item.name, "reason": item.reason}


def missing_dict(missing: Missing) -> dict[str, Any]:
    """Return an article whose files are gone."""
    return {"id": missing.id, "title": missing.title, "why": missing.why, "since": missing.since}


def passages_dict(
    article_id: str, passages: Sequence[Passage], around: int | None, before: int, after: int
) -> dict[str, Any]:
    """Return an article's passages, or those around the one that holds (or comes next after) an offset."""
    first, last, here = 0, len(passages), None
    if around is not None and passages:
        found = next((i for i, passage in enumerate(passages) if around < passage.end), len(passages) - 1)
        first, last = max(0, found - before), found + after + 1
        here = found - first
    return {
        "article": article_id,
        "total": len(passages),
        "here": here,
        "passages": [
            {"passage_id": f"{article_id}:{number}", "start": one.start, "end": one.end, "text": one.text}
            for number, one in enumerate(passages[first:last], start=first + 1)
        ],
    }
