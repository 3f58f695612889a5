"""The HTTP API under /api: search, ask, articles, rebuild, health; every error is a problem+json."""

from __future__ import annotations

import contextlib
import hmac
import time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException

from assistant import problems, question
from assistant.docs_page import docs_page

# FastAPI reads the annotations of handlers when it starts.
from assistant.schemas import ArticleIn, AskIn, FiltersIn, ListIn, SearchIn  # noqa: TC001
from assistant.wire import article_dict, info_dict, report_dict, search_dict
from index import ArticleError, ArticleTooLarge, NotFound, SanadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.assistant import Assistant
    from assistant.settings import Settings
    from index import Filters

router = APIRouter(prefix="/api")
_bearer = HTTPBearer(auto_error=False, description="the write token, if the server has one")


def create_api(assistant: Assistant, settings: Settings) -> FastAPI:
    """The API over one assistant; its paths all begin with /api.

    Handlers are plain functions, so that each runs in the thread pool: the assistant blocks.
    """
    app = FastAPI(
        title="Sanad",
        summary="Passages of your own articles that answer a question, quoted exactly and cited.",
        version="0.1.0",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.assistant = assistant
    app.state.settings = settings
    app.include_router(router)
    app.add_exception_handler(SanadError, _on_sanad_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(StarletteHTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_surprise)
    return app


def _assistant(request: Request) -> Assistant:
    found: Assistant = request.app.state.assistant
    return found


def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


def may_write(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> None:
    """Let a change through: the server takes changes, and the token is right if there is one."""
    settings = _settings(request)
    if settings.read_only:
        raise HTTPException(403, "this server is read-only")
    if settings.token is None:
        return
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode(), settings.token.encode()):
        detail = "changes need the header 'Authorization: Bearer <write token>'"
        raise HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


Writer = Depends(may_write)


def _checked_filters(given: FiltersIn | None) -> Filters | None:
    return question.check_filters(given.filters() if given else None)


@contextlib.contextmanager
def _named(article_id: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:  # its message names the home folder
        raise NotFound(f"no article {article_id[:200]!r} in the collection") from error


@router.get("/search", tags=["questions"])
def search(request: Request, given: Annotated[SearchIn, Query()]) -> dict[str, Any]:
    """The passages nearest to a question, best first, with scores; no verdict."""
    settings = _settings(request)
    text = question.check(given.q, max_chars=settings.question_chars)
    k = question.check_k(given.k, max_k=settings.max_k)
    began = time.perf_counter()
    ranking = _assistant(request).search(text, k, _checked_filters(given))
    return search_dict(ranking, 1000 * (time.perf_counter() - began))


@router.post("/ask", tags=["questions"])
def ask(request: Request, given: AskIn) -> dict[str, Any]:
    """The passages that answer a question, cited; or `answered: false` with the nearest ones."""
    settings = _settings(request)
    text = question.check(given.question, max_chars=settings.question_chars)
    k = question.check_k(given.k, max_k=settings.max_k)
    answer = _assistant(request).ask(text, k=k, filters=_checked_filters(given.filters))
    return answer.to_dict()


@router.get("/articles", tags=["articles"])
def list_articles(request: Request, given: Annotated[ListIn, Query()]) -> dict[str, Any]:
    """The articles of the collection, without their text, and how many there are in all."""
    found = _assistant(request).articles()
    total = len(found)
    if given.order == "newest":
        found = found[::-1]
    end = None if given.limit is None else given.offset + given.limit
    return {"articles": [info_dict(info) for info in found[given.offset : end]], "total": total}


@router.post("/articles", tags=["articles"], status_code=201, dependencies=[Writer])
def add_articles(
    request: Request, response: Response, given: Annotated[ArticleIn | list[ArticleIn], Body()]
) -> dict[str, Any]:
    """Add one article or a list; in the next answer when this returns.

    201: something was added or updated. 200: all was there already. 422: none could be taken.
    """
    articles = [item.article() for item in (given if isinstance(given, list) else [given])]
    limit = _settings(request).max_article_bytes
    for number, article in enumerate(articles, start=1):
        size = len(article.text.encode())
        if size > limit:
            raise ArticleTooLarge(f"article {number} has {size:,} bytes, the limit is {limit:,}")
    report = _assistant(request).add(articles)
    if report.skipped and len(report.skipped) == len(report.items):
        reasons = "; ".join(f"{item.name}: {item.reason}" for item in report.skipped[:5])
        raise ArticleError(reasons)
    if not (report.added or report.updated):
        response.status_code = 200
    return report_dict(report)


@router.get("/articles/{article_id}", tags=["articles"])
def get_article(request: Request, article_id: str) -> dict[str, Any]:
    """One article with its whole text; a citation's offsets count its characters."""
    with _named(article_id):
        return article_dict(_assistant(request).article(article_id))


@router.delete("/articles/{article_id}", tags=["articles"], status_code=204, dependencies=[Writer])
def remove_article(request: Request, article_id: str) -> None:
    """Remove an article; in no answer after this returns."""
    with _named(article_id):
        _assistant(request).remove(article_id)


@router.post("/rebuild", tags=["collection"], dependencies=[Writer])
def rebuild(request: Request) -> dict[str, Any]:
    """Build all derived data anew with the server's model; answers go on meanwhile."""
    began = time.perf_counter()
    _assistant(request).rebuild()
    return {"rebuilt": True, "took_ms": round(1000 * (time.perf_counter() - began), 1)}


@router.get("/health", tags=["collection"])
def health(request: Request) -> dict[str, Any]:
    """Whether questions can be answered, and what the collection holds."""
    settings = _settings(request)
    writes = "closed" if settings.read_only else "token" if settings.token else "open"
    told = {name: value for name, value in _assistant(request).health().items() if name != "home"}
    return {"status": "ok", "writes": writes, **told}


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """The API for reading, made from its OpenAPI description; loads nothing else."""
    return HTMLResponse(docs_page(request.app.openapi()))


def _response(members: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    retry = {"Retry-After": "5"} if members["status"] == 503 else {}
    return Response(
        problems.body(members),
        status_code=members["status"],
        media_type=problems.MEDIA_TYPE,
        headers={**retry, **(headers or {})},
    )


def _on_sanad_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, SanadError):
        raise error
    return _response(problems.problem(error))


def _on_invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    told = [_told(item) for item in error.errors()]
    return _response(problems.http_problem(422, "; ".join(dict.fromkeys(told))[:1000]))


def _told(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return "the body is not JSON"
    place = ".".join(str(part) for part in item["loc"][1:])
    return f"{place or item['loc'][0]}: {item['msg']}"


def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, StarletteHTTPException):
        raise error
    headers = dict(error.headers or {})
    known = {404: "there is nothing at this address", 405: "this address does not take this method"}
    generic = error.detail in ("Not Found", "Method Not Allowed")
    detail = known.get(error.status_code, error.detail) if generic else error.detail
    return _response(problems.http_problem(error.status_code, detail), headers)


def _on_surprise(_: Request, error: Exception) -> Response:
    detail = f"something went wrong; it is {problems.logged(error)} in the server's log"
    return _response(problems.http_problem(500, detail))
