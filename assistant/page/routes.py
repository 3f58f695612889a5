"""What the page needs beside the API: what it begins with, articles to read, conversations to keep."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.core.access import Access
from assistant.core.conversation import read_log
from assistant.core.phrases import reading
from assistant.http.errors import middleware
from assistant.page.article import Opened, article_page, evidence_of, missing_page, span_of
from assistant.page.dialogue import PASSAGES
from assistant.page.examples import made_examples
from assistant.presenting.export import as_json, as_markdown
from index import NotFound, Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from starlette.requests import Request

    from assistant.core.assistant import Assistant
    from assistant.core.settings import Settings

_FORMATS = ("markdown", "json")
_UNKEPT = {"Cache-Control": "no-store"}


def page_routes(assistant: Assistant, settings: Settings, examples: Sequence[str] | None) -> list[Route]:
    """The routes of the page that are not Gradio's, over one assistant.

    Args:
        assistant: who answers.
        settings: who may add articles, and links.
        examples: questions offered to click; None: they are made from the articles.
    """
    pages = _Pages(assistant, settings, examples)
    told = [middleware()]
    return [
        Route("/page/start", pages.start, middleware=told),
        Route("/article/{article_id:path}", pages.article, middleware=told),
        Route("/page/export", pages.export, methods=["POST"], middleware=told),
    ]


class _Pages:
    def __init__(self, assistant: Assistant, settings: Settings, examples: Sequence[str] | None) -> None:
        self._assistant = assistant
        # One, whoever asks: as many as came would leave the event loop no time of the interpreter.
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="sanad-article")
        self._writes = Access(settings).writes
        self._links = settings.allow_links and self._writes != "closed"
        self._examples = examples

    def start(self, request: Request) -> Response:
        """What the question box begins with: questions in the interface's language, or that there is no article."""
        say = reading(request.query_params.get("ui", ""))
        articles = self._assistant.listing(most=0).total
        examples = made_examples(self._assistant, say) if self._examples is None else self._examples
        told = {"articles": articles, "writes": self._writes, "links": self._links, "examples": examples}
        return JSONResponse(told, headers=_UNKEPT)

    async def article(self, request: Request) -> Response:
        """An article's own page, at the passage that the address names."""
        say = reading(request.query_params.get("ui") or request.headers.get("accept-language", ""))
        try:
            opened = await asyncio.get_running_loop().run_in_executor(self._maker, self._opened, request)
        except NotFound:
            return HTMLResponse(missing_page(say), 404, _UNKEPT)
        parts = self._made(article_page(opened, say))
        return StreamingResponse(parts, headers=_UNKEPT, media_type="text/html")

    def _opened(self, request: Request) -> Opened:
        given, article_id = request.query_params, request.path_params["article_id"]
        article = self._assistant.article(article_id)
        passages = [Span(one.start, one.end) for one in self._assistant.passages(article_id)]
        span = span_of(given.get("start"), given.get("end"), len(article.text))
        site = f"{request.url.scheme}://{request.url.netloc}"
        return Opened(article, passages, span, site, evidence_of(given.getlist("evidence"), span))

    async def _made(self, parts: Iterator[str]) -> AsyncIterator[bytes]:
        """The parts of a page, each made when the one before is sent; those of several pages in turn."""
        loop = asyncio.get_running_loop()
        while (part := await loop.run_in_executor(self._maker, next, parts, None)) is not None:
            yield part.encode()

    async def export(self, request: Request) -> Response:
        """A conversation as a file; what it held is asked again, so that it cites what is there now."""
        log, form = await _wanted(request)
        site = f"{request.url.scheme}://{request.url.netloc}"
        made = await run_in_threadpool(self._conversation, log, form, site)
        kind, ending = ("application/json", "json") if form == "json" else ("text/markdown", "md")
        headers = {"Content-Disposition": f'attachment; filename="sanad.{ending}"'}
        return Response(made, media_type=f"{kind}; charset=utf-8", headers=headers)

    def _conversation(self, log: str, form: str, site: str) -> str:
        exchanges = read_log(log)
        questions = [one.question for one in exchanges]
        said = [
            (one, self._assistant.ask(one.question, questions[:number], k=PASSAGES, filters=one.filters))
            for number, one in enumerate(exchanges)
        ]
        return as_json(said) if form == "json" else as_markdown(said, site)


async def _wanted(request: Request) -> tuple[str, str]:
    """The conversation's log and the format of a request for its export."""
    try:
        given = await request.json()
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, "the body is not JSON, or it is nested too deeply") from error
    wanted = given if isinstance(given, dict) else {}
    log, form = wanted.get("log"), wanted.get("format")
    if not isinstance(log, str) or form not in _FORMATS:
        raise HTTPException(422, f"log must be a text, and format one of {', '.join(_FORMATS)}")
    return log, form
