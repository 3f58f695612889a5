"""Define the HTTP API under /api/v1 (and /api): search, ask, articles, sessions, rebuild, health, metrics."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import TypeAdapter
from starlette.middleware.gzip import GZipMiddleware

from assistant.core import question
from assistant.core.access import Access
from assistant.core.serialization import facets_dict, json_bytes, search_dict, watched_dict
from assistant.core.shapes import AnswerOut, FacetsOut, HealthOut, Problem, ReadOut, RebuiltOut, SearchOut
from assistant.http import events
from assistant.http.articles import router as articles_router
from assistant.http.docs_page import docs_page
from assistant.http.errors import add_handlers, described
from assistant.http.metrics import MEDIA_TYPE
from assistant.http.parts import Writer, asker_of, assistant_of, settings_of, unless_gone, watched_by

# FastAPI reads the annotations of handlers when it starts.
from assistant.http.request_models import AskIn, SearchIn  # noqa: TC001
from assistant.http.sessions import router as sessions_router
from assistant.http.watched import router as watched_router
from assistant.serving.admission import SHORTEST_S

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from assistant.core.settings import Settings
    from assistant.http.metrics import Metrics
    from assistant.serving.asgi import Message, Receive, Send
    from assistant.serving.async_assistant import AsyncAssistant
    from assistant.serving.watch import Watcher

_GZIP_FROM_BYTES = 1_400  # a smaller answer fits one packet
_GZIP_LEVEL = 4

router = APIRouter()
router.include_router(articles_router)
router.include_router(sessions_router)
router.include_router(watched_router)


def create_api(asker: AsyncAssistant, settings: Settings, metrics: Metrics, watcher: Watcher) -> FastAPI:
    """Return the API over one assistant; all its paths begin with /api.

    Questions wait in the queue; other handlers are plain functions, each in the thread pool.
    """
    app = FastAPI(
        title="Sanad",
        summary="Passages of your own articles that answer a question, quoted exactly and cited.",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.asker = asker
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.watcher = watcher
    app.include_router(router, prefix="/api/v1")
    app.include_router(router, prefix="/api", include_in_schema=False)
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES, compresslevel=_GZIP_LEVEL)
    add_handlers(app)
    made = app.openapi

    def openapi() -> dict[str, Any]:
        description = made()
        description["components"]["schemas"]["Problem"] = TypeAdapter(Problem).json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            description["components"]["schemas"].pop(unused, None)
        return description

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this way to extend it
    return app


@router.get("/search", tags=["questions"], response_model=ReadOut | SearchOut, responses=described())
async def search(request: Request, given: Annotated[SearchIn, Query()]) -> Response:
    """The passages nearest to a question, best first, with scores; with `read=true` also a verdict."""
    settings = settings_of(request)
    text = question.check(given.q, max_chars=settings.question_chars)
    k = question.check_k(given.k, max_k=settings.max_k)
    read_s = max(settings.read_s, SHORTEST_S) if given.read else 0.0
    began = time.perf_counter()
    ranking = await asker_of(request).search(text, k, given.filters(), read_s=read_s)
    return _json(search_dict(ranking, 1000 * (time.perf_counter() - began), read=given.read))


@router.post(
    "/ask",
    tags=["questions"],
    response_model=AnswerOut,
    responses=described(413)
    | {
        200: {
            "content": {events.MEDIA_TYPE: {"schema": {"type": "string"}}},
            "description": "The answer; or, with `write` or `translate`, its events, if asked for by"
            " `Accept: text/event-stream`",
        }
    },
)
async def ask(request: Request, given: AskIn) -> Response:
    """The words and passages that answer a question, cited; or passages about it; or the nearest ones.

    With `write` or `translate` and `Accept: text/event-stream` it tells events: `answer`, as this gives it; `sentence`
    for each written one that may be shown; `written`, the whole; `translation` for each passage, with its
    `passage_id`. Closing the connection ends the request to the language model.
    """
    settings = settings_of(request)
    text = question.check(given.question, max_chars=settings.question_chars)
    k = question.check_k(given.k, max_k=settings.max_k)
    history = question.check_history(given.history, max_chars=settings.question_chars)
    filters = given.filters.filters() if given.filters else None
    answer = await asker_of(request).ask(
        text, history, k=k, filters=filters, read_s=settings.read_s, gloss=given.gloss
    )
    if not given.write and given.translate is None:
        return _json(answer.to_dict())
    if events.MEDIA_TYPE in request.headers.get("accept", ""):
        assistant = assistant_of(request)
        writing = assistant.writing(answer) if given.write else None
        translating = None if given.translate is None else assistant.translating(answer, given.translate)
        return _Events(events.of(events.written(answer, writing, translating)))
    completed = asker_of(request).complete(answer, write=given.write, translate=given.translate)
    return _json((await unless_gone(request, completed)).to_dict())


def _json(value: Mapping[str, object]) -> Response:
    return Response(json_bytes(value), media_type="application/json")


@router.get("/facets", tags=["collection"], responses=described())
def facets(request: Request) -> FacetsOut:
    """How many articles there are of each source, language and month of publication."""
    return facets_dict(assistant_of(request).facets())


@router.post(
    "/rebuild",
    tags=["collection"],
    dependencies=[Writer],
    response_model=RebuiltOut,
    responses=described()
    | {
        200: {
            "content": {events.MEDIA_TYPE: {"schema": {"type": "string"}}},
            "description": "Done; or its events, if asked for by `Accept: text/event-stream`",
        }
    },
)
def rebuild(request: Request) -> Response:
    """Build all derived data anew with the server's model; answers go on meanwhile.

    With `Accept: text/event-stream` it tells how far it is: events `progress` with `done` and `total`
    articles, then `done` or `problem`. It goes on if the connection is closed.
    """
    began = time.perf_counter()

    def work(progress: Callable[[int, int], None] | None) -> RebuiltOut:
        assistant_of(request).rebuild(progress=progress)
        return {"rebuilt": True, "took_ms": round(1000 * (time.perf_counter() - began), 1)}

    if events.MEDIA_TYPE not in request.headers.get("accept", ""):
        return JSONResponse(work(None))
    return _Events(events.told(work))


class _Events(StreamingResponse):
    """Sends events, and closes what gives them as soon as the client leaves."""

    def __init__(self, told: AsyncGenerator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(told, media_type=events.MEDIA_TYPE, headers=headers)
        self._told = told

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async with aclosing(self._told):
            await super().__call__(scope, receive, send)


@router.get("/health", tags=["collection"], response_model=HealthOut, responses=described())
def health(request: Request) -> dict[str, Any]:
    """Whether questions can be answered, what the collection holds, and how it stands with the watched folders."""
    from index import confinement

    writes = Access(settings_of(request)).writes
    told = {name: value for name, value in assistant_of(request).health().items() if name != "home"}
    links = settings_of(request).allow_links and writes != "closed"
    watched = watched_by(request).states()
    status = "ok" if all(state.is_well for state in watched) else "warning"
    folders = [watched_dict(state) for state in watched]
    own = {"status": status, "writes": writes, "links": links, "confinement": confinement()}
    return {**own, **told, "watched": folders}


@router.get(
    "/metrics",
    tags=["collection"],
    response_class=PlainTextResponse,
    responses=described() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Counts, times, memory and what the collection holds, in the Prometheus text format."""
    return Response(request.app.state.metrics.text(), media_type=MEDIA_TYPE)


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """The API for reading, made from its OpenAPI description; loads nothing else."""
    return HTMLResponse(docs_page(request.app.openapi()))


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """The OpenAPI description, also beside the versioned routes."""
    return JSONResponse(request.app.openapi())
