"""What the page needs beside the API: what it begins with, articles to read, conversations to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from assistant.access import Access
from assistant.conversation import read_log
from assistant.dialogue import PASSAGES
from assistant.examples import made_examples
from assistant.export import as_json, as_markdown
from assistant.phrases import reading
from assistant.reader import Opened, article_page, evidence_of, missing_page, span_of
from index import NotFound, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from assistant.assistant import Assistant
    from assistant.settings import Settings


def page_routes(assistant: Assistant, settings: Settings, examples: Sequence[str] | None) -> list[Route]:
    """The routes of the page that are not Gradio's, over one assistant.

    Args:
        assistant: who answers.
        settings: who may add articles, and links.
        examples: questions offered to click; None: they are made from the articles.
    """
    pages = _Pages(assistant, settings, examples)
    return [
        Route("/page/start", pages.start),
        Route("/article/{article_id:path}", pages.article),
        Route("/page/export", pages.export, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, assistant: Assistant, settings: Settings, examples: Sequence[str] | None) -> None:
        self._assistant = assistant
        self._writes = Access(settings).writes
        self._links = settings.allow_links and self._writes != "closed"
        self._examples = examples

    def start(self, request: Request) -> Response:
        """What the question box begins with: questions in the interface's language, or that there is no article."""
        say = reading(request.query_params.get("ui", ""))
        articles = self._assistant.listing(most=0).total
        examples = made_examples(self._assistant, say) if self._examples is None else self._examples
        told = {"articles": articles, "writes": self._writes, "links": self._links, "examples": examples}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    def article(self, request: Request) -> Response:
        """An article's own page, at the passage that the address names."""
        given = request.query_params
        say = reading(given.get("ui") or request.headers.get("accept-language", ""))
        article_id = request.path_params["article_id"]
        try:
            article = self._assistant.article(article_id)
            passages = [Span(one.start, one.end) for one in self._assistant.passages(article_id)]
        except NotFound:
            return _html(missing_page(say), 404)
        span = span_of(given.get("start"), given.get("end"), len(article.text))
        site = f"{request.url.scheme}://{request.url.netloc}"
        evidence = evidence_of(given.getlist("evidence"), span)
        return _html(article_page(Opened(article, passages, span, site, evidence), say))

    async def export(self, request: Request) -> Response:
        """A conversation as a file; what it held is asked again, so that it cites what is there now."""
        given = await _json(request)
        log, form = given.get("log"), given.get("format")
        site = f"{request.url.scheme}://{request.url.netloc}"
        made = await run_in_threadpool(self._conversation, log if isinstance(log, str) else "", form, site)
        kind, ending = ("application/json", "json") if form == "json" else ("text/markdown", "md")
        headers = {"Content-Disposition": f'attachment; filename="sanad.{ending}"'}
        return Response(made, media_type=f"{kind}; charset=utf-8", headers=headers)

    def _conversation(self, log: str, form: object, site: str) -> str:
        exchanges = read_log(log)
        questions = [one.question for one in exchanges]
        said = [
            (one, self._assistant.ask(one.question, questions[:number], k=PASSAGES, filters=one.filters))
            for number, one in enumerate(exchanges)
        ]
        return as_json(said) if form == "json" else as_markdown(said, site)


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


async def _json(request: Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
