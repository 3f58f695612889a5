"""Serve the articles over HTTP: list, read, add, upload, replace, edit, remove."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, File, HTTPException, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from assistant.core.serialization import article_dict, info_dict, passages_dict, report_dict
from assistant.core.shapes import ArticleOut, ListOut, PassagesOut, ReportOut
from assistant.http.errors import described
from assistant.http.parts import Writer, assistant_of, settings_of

# FastAPI reads the annotations of handlers when it starts.
from assistant.http.request_models import Additions, ListIn, Metadata, NewText, PassagesIn  # noqa: TC001
from index import Added, AddReport, Article, ArticleError, ArticleTooLarge, NotFound, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_LINKS = (
    "this server fetches no links: start it with --allow-links (or SANAD_ALLOW_LINKS=yes), or send the text"
)

router = APIRouter(prefix="/articles", tags=["articles"])


@contextlib.contextmanager
def _named(article_id: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:  # its message names the home folder
        raise NotFound(f"no article {article_id[:200]!r} in the collection") from error


@router.get("", responses=described())
def list_articles(request: Request, given: Annotated[ListIn, Query()]) -> ListOut:
    """The articles that match, without their texts, a page at a time; and how many match in all."""
    found = assistant_of(request).listing(
        given.filters(), title=given.title, sort=given.sort(), first=given.offset, most=given.limit
    )
    return {"articles": [info_dict(info) for info in found.articles], "total": found.total}


@router.post(
    "", status_code=201, dependencies=[Writer], response_model=ReportOut, responses=described(413) | {200: {}}
)
def add_articles(request: Request, given: Annotated[Additions, Body()]) -> Response:
    """Add one article or a list, each with its text or (if the server allows it) with nothing but its `url`.

    In the next answer when this returns. 201: something was added or updated. 200: all was there already.
    422: none could be taken.
    """
    sources = [item.source_of() for item in (given if isinstance(given, list) else [given])]
    for number, source in enumerate(sources, start=1):
        if isinstance(source, Article):
            _check_size(request, source, f"article {number}")
        elif not settings_of(request).allow_links:
            raise HTTPException(403, _NO_LINKS)
    return _reported(assistant_of(request).add(sources))


@router.post(
    "/files",
    status_code=201,
    dependencies=[Writer],
    response_model=ReportOut,
    responses=described(413, 415) | {200: {}},
)
def upload_articles(
    request: Request, files: Annotated[list[UploadFile], File(description="one or several")]
) -> Response:
    """Add files (multipart/form-data), each in a part named `files`; answers as for adding.

    The ending of a file's name says its format. A file that cannot be taken is told and does not stop the others.
    """
    limit = settings_of(request).max_article_bytes
    refused: list[Added] = []
    taken: list[Upload] = []
    for file in files:
        name = (file.filename or "file")[:300]
        if file.size is not None and file.size > limit:
            reason = f"{name}: {file.size:,} bytes, the limit is {limit:,}"
            refused.append(Added("skipped", name, None, reason))
        else:
            taken.append(Upload(name, file.file.read()))
    report = assistant_of(request).add(taken)
    return _reported(AddReport((*report.items, *refused)))


@router.get("/{article_id}", response_model=ArticleOut, responses=described(404) | {304: {}})
def get_article(request: Request, article_id: str) -> Response:
    """One article with its whole text; a citation's offsets count its characters.

    `ETag` and `If-None-Match` spare sending what the asker has.
    """
    with _named(article_id):
        reply = JSONResponse(article_dict(assistant_of(request).article(article_id)))
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _holds(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    reply.headers.update(headers)
    return reply


def _holds(told: str, tag: str) -> bool:
    known = {one.strip().removeprefix("W/") for one in told.split(",")}
    return "*" in known or tag in known


@router.get("/{article_id}/passages", responses=described(404))
def get_passages(request: Request, article_id: str, given: Annotated[PassagesIn, Query()]) -> PassagesOut:
    """The passages of an article, or those around a character offset of its text."""
    with _named(article_id):
        found = assistant_of(request).passages(article_id)
    return passages_dict(article_id, found, given.around, given.before, given.after)


@router.put(
    "/{article_id}",
    dependencies=[Writer],
    response_model=ArticleOut,
    responses=described(404, 413) | {201: {}},
)
def replace_article(request: Request, article_id: str, given: NewText) -> Response:
    """Put a text and its metadata in the place of an article, or add it under this id (201)."""
    article = given.article(article_id)
    _check_size(request, article, "the article")
    assistant = assistant_of(request)
    report = assistant.add(article)
    if report.skipped:
        raise ArticleError(report.skipped[0].reason)
    return JSONResponse(article_dict(assistant.article(article_id)), 201 if report.added else 200)


@router.patch("/{article_id}", dependencies=[Writer], responses=described(404))
def edit_article(request: Request, article_id: str, given: Metadata) -> ArticleOut:
    """Change what is known of an article; what is not given stays, null is derived anew or forgotten."""
    changes = given.model_dump(include=given.model_fields_set)
    with _named(article_id):
        return article_dict(assistant_of(request).edit(article_id, **changes))


@router.delete("/{article_id}", status_code=204, dependencies=[Writer], responses=described(404))
def remove_article(request: Request, article_id: str) -> None:
    """Remove an article; in no answer after this returns.

    A file in a watched folder that it was read from stays, and brings it back only when its text changes.
    """
    with _named(article_id):
        assistant_of(request).remove(article_id)


def _check_size(request: Request, article: Article, name: str) -> None:
    limit, size = settings_of(request).max_article_bytes, len(article.text.encode("utf-8", "surrogatepass"))
    if size > limit:
        raise ArticleTooLarge(f"{name} has {size:,} bytes, the limit is {limit:,}")


def _reported(report: AddReport) -> Response:
    if report.skipped and len(report.skipped) == len(report.items):
        reasons = [
            item.reason if item.name in item.reason else f"{item.name}: {item.reason}"
            for item in report.skipped
        ]
        raise ArticleError("; ".join(reasons[:5]))
    return JSONResponse(report_dict(report), 201 if report.added or report.updated else 200)
