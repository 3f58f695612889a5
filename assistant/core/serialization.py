"""Write answers, articles and reports as JSON values, the same on every surface; `shapes` defines what comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar, cast

from assistant.core import shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.core.answer import Answer
    from assistant.core.glossing import Gloss
    from assistant.core.watched import Watched
    from assistant.writing.translator import Translation
    from assistant.writing.writer import Sentence, Written
    from index import Added, AddReport, Alike, Article, ArticleInfo, Facets, Hit, Missing, Passage, Ranking

T = TypeVar("T")

MOST_TOLD = 100
"""Most files and articles of a watched folder that are listed by name."""


def json_bytes(value: object) -> bytes:
    """Return compact JSON in UTF-8; in escaped ASCII if it has lone surrogates, which UTF-8 cannot hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _picked(shape: type[T], record: object) -> T:
    """Return what a shape has of a record, whose attributes have the same names."""
    return cast("T", {name: getattr(record, name) for name in shape.__annotations__})


def _arrays(tuples: Iterable[tuple[object, ...]]) -> Any:  # noqa: ANN401  # arrays of fixed length are typed as tuples
    return [list(one) for one in tuples]


def answer_dict(answer: Answer) -> shapes.AnswerOut:
    """Return an answer."""
    told = verdict_dict(answer)
    if told["short_answer"] and answer.gloss and answer.gloss.line:
        told["short_answer"]["gloss"] = answer.gloss.line
    written = {"written": written_dict(answer.written)} if answer.written else {}
    values = {
        "question": answer.question,
        "understood": answer.understood,
        "carried": list(answer.carried),
        "corrected": _arrays(answer.corrected),
        "language": answer.language,
        "answered": answer.answered,
        **told,
        "citations": [_shown_dict(hit, answer) for hit in answer.citations],
        "nearest": [_shown_dict(hit, answer) for hit in answer.nearest],
        **written,
        "took_ms": round(answer.took_ms, 2),
    }
    return cast("shapes.AnswerOut", values)


def _shown_dict(hit: Hit, answer: Answer) -> shapes.HitOut:
    """Return a hit with its gloss and its translation, if they were asked for."""
    told = hit_dict(hit, answer.gloss)
    if answer.translations and hit.passage_id in answer.translations:
        told["translation"] = translation_dict(answer.translations[hit.passage_id])
    return told


def translation_dict(translation: Translation) -> shapes.TranslationOut:
    """Return a translation, or why there is none."""
    return _picked(shapes.TranslationOut, translation)


def written_dict(written: Written) -> shapes.WrittenOut:
    """Return what a language model wrote."""
    return {
        "model": written.model,
        "text": written.text,
        "sentences": [sentence_dict(sentence) for sentence in written.sentences],
        "left_out": list(written.left_out),
        "trouble": written.trouble,
        "note": written.note,
    }


def sentence_dict(sentence: Sentence) -> shapes.SentenceOut:
    """Return a written sentence."""
    return {"text": sentence.text, "citations": list(sentence.citations)}


def search_dict(ranking: Ranking, took_ms: float, *, read: bool = False) -> shapes.SearchOut:
    """Return a search: the question as it was searched, its language and the hits; if `read`, also the verdict."""
    judged: Mapping[str, object] = verdict_dict(ranking) if read else {}
    found = {
        "question": ranking.question,
        "corrected": _arrays(ranking.corrected),
        "language": ranking.language,
        **judged,
        "hits": [hit_dict(hit) for hit in ranking.hits],
        "took_ms": round(took_ms, 2),
    }
    return cast("shapes.SearchOut", found)


def verdict_dict(judged: Answer | Ranking) -> shapes.VerdictOut:
    """Return the verdict and what belongs to it."""
    short = judged.short_answer
    return {
        "verdict": judged.verdict,
        "confidence": round(judged.confidence, 4),
        "short_answer": cast("shapes.ShortAnswerOut", short._asdict()) if short else None,
        "absent": list(judged.absent),
        "read": judged.n_read,
        "kind": judged.kind,
    }


def hit_dict(hit: Hit, gloss: Gloss | None = None) -> shapes.HitOut:
    """Return a hit, with what its words may mean if it is glossed."""
    told: shapes.HitOut = {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "passage_id": hit.passage_id,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "evidence": _arrays(hit.evidence),
        "article": _picked(shapes.ArticleRef, hit.article),
        "matches": _arrays(hit.matches),
        "also_in": list(hit.also_in),
    }
    if gloss and hit.passage_id in gloss.passages:
        words = gloss.passages[hit.passage_id]
        told["gloss"] = [
            {**_picked(shapes.GlossedOut, word), "meanings": list(word.meanings)} for word in words
        ]
    return told


def article_dict(article: Article) -> shapes.ArticleOut:
    """Return an article with its text; a citation's offsets count the text's characters."""
    names = ("id", "title", "source", "url", "author", "published", "language", "text")
    return cast("shapes.ArticleOut", {name: getattr(article, name) for name in names})


def info_dict(info: ArticleInfo, *, origins: bool = False) -> shapes.InfoOut:
    """Return what the collection knows of an article, without its text.

    Args:
        info: the article.
        origins: whether to include where it was read from: paths of this machine, for its operator only.
    """
    facts = {name: value for name, value in info._asdict().items() if origins or name != "origins"}
    return cast("shapes.InfoOut", {**facts, "alike": _alike_dicts(info.alike)})


def report_dict(report: AddReport) -> shapes.ReportOut:
    """Return what `add` did: for each state the articles in it, each with its name, id and reason."""
    return {
        "added": [_item_dict(item) for item in report.added],
        "updated": [_item_dict(item) for item in report.updated],
        "unchanged": [_item_dict(item) for item in report.unchanged],
        "skipped": [_item_dict(item) for item in report.skipped],
    }


def _item_dict(item: Added) -> shapes.ItemOut:
    alike = _alike_dicts(item.alike)
    return {"id": item.article_id, "name": item.name, "reason": item.reason, "alike": alike}


def _alike_dicts(alike: Sequence[Alike]) -> list[shapes.AlikeOut]:
    return [_picked(shapes.AlikeOut, other) for other in alike]


def facets_dict(facets: Facets) -> shapes.FacetsOut:
    """Return how many articles there are of each source, language and month."""
    return _picked(shapes.FacetsOut, facets)


def watched_dict(state: Watched) -> shapes.WatchedOut:
    """Return the state of a watched folder, as any client may see it."""
    told = _picked(shapes.WatchedOut, state)
    return {**told, "unlisted": len(state.unlisted), "skipped": len(state.skipped)}


def watched_details(state: Watched, missing: Sequence[Missing]) -> shapes.WatchedDetails:
    """Return the details of a watched folder, for the operator: they contain paths of this machine."""
    return {
        "folder": str(state.folder),
        "trouble": state.detail,
        "missing": [missing_dict(each) for each in missing],
        "unlisted": [_picked(shapes.NotTakenOut, item) for item in state.unlisted[:MOST_TOLD]],
        "skipped": [_picked(shapes.NotTakenOut, item) for item in state.skipped[:MOST_TOLD]],
    }


def missing_dict(missing: Missing) -> shapes.MissingOut:
    """Return an article whose files are gone."""
    return _picked(shapes.MissingOut, missing)


def passages_dict(
    article_id: str, passages: Sequence[Passage], around: int | None, before: int, after: int
) -> shapes.PassagesOut:
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
