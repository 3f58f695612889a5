"""Serve what the page needs beside the API: its start data, articles to read, their gloss and translations, exports."""

from __future__ import annotations

import asyncio
import functools
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.core.access import Access
from assistant.core.conversation import read_log
from assistant.core.phrases import reading
from assistant.core.serialization import translation_dict
from assistant.http.errors import middleware
from assistant.http.parts import unless_gone
from assistant.page.article import Opened, article_page, evidence_of, missing_page, span_of
from assistant.page.dialogue import PASSAGES, Dialogue
from assistant.page.examples import made_examples
from assistant.presenting.export import as_json, as_markdown
from assistant.presenting.glosses import written_words
from index import NotFound, Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from starlette.requests import Request

    from assistant.core.phrases import Reading
    from assistant.core.settings import Settings
    from assistant.serving.async_assistant import AsyncAssistant

_FORMATS = ("markdown", "json")
_MAX_GLOSSED_CHARS = 10_000
_MAX_TRANSLATED_CHARS = 2_000  # no passage is longer than half of it
_UNKEPT = {"Cache-Control": "no-store"}
_PACKED = Middleware(GZipMiddleware, minimum_size=1000)


def page_routes(asker: AsyncAssistant, settings: Settings, examples: Sequence[str] | None) -> list[Route]:
    """Return the routes of the page that are not Gradio's, over one assistant.

    Args:
        asker: answers the questions.
        settings: say who may add articles, whether links may be added, and how long passages are read.
        examples: questions to click; None: made from the articles.
    """
    pages = _Pages(asker, settings, examples)
    told = [middleware()]
    return [
        Route("/page/start", pages.start, middleware=told),
        Route("/article/{article_id:path}", pages.article, middleware=told),
        Route("/page/answer", pages.answer, methods=["POST"], middleware=[*told, _PACKED]),
        Route("/page/gloss/{article_id:path}", pages.gloss, middleware=told),
        Route("/page/translation/{article_id:path}", pages.translation, methods=["POST"], middleware=told),
        Route("/page/export", pages.export, methods=["POST"], middleware=told),
    ]


class _Pages:
    def __init__(self, asker: AsyncAssistant, settings: Settings, examples: Sequence[str] | None) -> None:
        self._asker, self._assistant = asker, asker.assistant
        self._dialogue = Dialogue(asker, settings.question_chars, settings.read_s)
        self._read_s = settings.read_s
        # One thread for all requests: one for each would starve the event loop of the interpreter.
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="sanad-article")
        self._writes = Access(settings).writes
        self._links = settings.allow_links and self._writes != "closed"
        self._examples = examples

    def start(self, request: Request) -> Response:
        """Return the start data of the page: number of articles, rights, and questions in the interface's language."""
        say = reading(request.query_params.get("ui", ""))
        articles = self._assistant.listing(most=0).total
        examples = made_examples(self._assistant, say) if self._examples is None else self._examples
        told = {"articles": articles, "writes": self._writes, "links": self._links, "examples": examples}
        told["model"] = self._assistant.writes_with
        return JSONResponse(told, headers=_UNKEPT)

    async def article(self, request: Request) -> Response:
        """Return an article's own page, at the passage that the address names."""
        say = reading(request.query_params.get("ui") or request.headers.get("accept-language", ""))
        try:
            opened = await asyncio.get_running_loop().run_in_executor(self._maker, self._opened, request, say)
        except NotFound:
            return HTMLResponse(missing_page(say), 404, _UNKEPT)
        parts = self._made(article_page(opened, say))
        return StreamingResponse(parts, headers=_UNKEPT, media_type="text/html")

    def _opened(self, request: Request, say: Reading) -> Opened:
        given, article_id = request.query_params, request.path_params["article_id"]
        article = self._assistant.article(article_id)
        passages = [Span(one.start, one.end) for one in self._assistant.passages(article_id)]
        span = span_of(given.get("start"), given.get("end"), len(article.text))
        site = f"{request.url.scheme}://{request.url.netloc}"
        evidence = evidence_of(given.getlist("evidence"), span)
        return Opened(article, passages, span, site, evidence, self._assistant.gloss_language(say.language))

    async def _made(self, parts: Iterator[str]) -> AsyncIterator[bytes]:
        """Yield the parts of a page, each made after the one before is sent; several pages take turns."""
        loop = asyncio.get_running_loop()
        while (part := await loop.run_in_executor(self._maker, next, parts, None)) is not None:
            yield part.encode()

    async def answer(self, request: Request) -> Response:
        """Return what the chat shows of a conversation with one more question, and its log, before Gradio is there."""
        given = await _sent(request)
        question, narrow, log = (_text(given, name) for name in ("question", "narrow", "log"))
        *_, (history, log, _) = [step async for step in self._dialogue.ask(question, narrow, log)]
        shown = "".join(message["content"] for message in history)
        return JSONResponse({"shown": shown, "log": log}, headers=_UNKEPT)

    async def gloss(self, request: Request) -> Response:
        """Return what the words of a passage may mean in the language that the address names."""
        part = _part(request, _MAX_GLOSSED_CHARS)
        made = functools.partial(self._assistant.gloss, *part)
        with _without_home(part.article_id):
            found = await asyncio.get_running_loop().run_in_executor(self._maker, made)
        return JSONResponse({"words": written_words(found)}, headers=_UNKEPT)

    async def translation(self, request: Request) -> Response:
        """Return what the language model makes of a passage in the language that the address names.

        Closing the connection ends the request to the language model.
        """
        part = _part(request, _MAX_TRANSLATED_CHARS)
        with _without_home(part.article_id):
            made = await unless_gone(request, self._assistant.translation(*part))
        return JSONResponse(translation_dict(made), headers=_UNKEPT)

    async def export(self, request: Request) -> Response:
        """Return a conversation as a file; its questions are asked again, so that it cites current articles."""
        log, form = await _wanted(request)
        exchanges = read_log(log)
        questions = [one.question for one in exchanges]
        said = [
            (
                one,
                await self._asker.ask(
                    one.question, questions[:number], k=PASSAGES, filters=one.filters, read_s=self._read_s
                ),
            )
            for number, one in enumerate(exchanges)
        ]
        site = f"{request.url.scheme}://{request.url.netloc}"
        made = as_json(said) if form == "json" else as_markdown(said, site)
        kind, ending = ("application/json", "json") if form == "json" else ("text/markdown", "md")
        headers = {"Content-Disposition": f'attachment; filename="sanad.{ending}"'}
        return Response(made, media_type=f"{kind}; charset=utf-8", headers=headers)


class _Part(NamedTuple):
    """A part of an article, and the language of who reads it."""

    article_id: str
    start: int
    end: int
    into: str


def _part(request: Request, most_chars: int) -> _Part:
    """Return the part that an address names, of some characters at most."""
    given = request.query_params
    span = span_of(given.get("start"), given.get("end"), sys.maxsize)
    if span is None or span.end - span.start > most_chars:
        raise HTTPException(422, f"start and end must be those of at most {most_chars:,} characters")
    if not given.get("into"):
        raise HTTPException(422, "into must be the reader's language")
    return _Part(request.path_params["article_id"], *span, given["into"])


@contextmanager
def _without_home(article_id: str) -> Iterator[None]:
    """Say of an article that is not there nothing but its id: the message names the home folder."""
    try:
        yield
    except NotFound as error:
        raise NotFound(f"no article {article_id[:200]!r} in the collection") from error


async def _wanted(request: Request) -> tuple[str, str]:
    """Return the conversation's log and the format that an export request names."""
    wanted = await _sent(request)
    log, form = _text(wanted, "log"), _text(wanted, "format")
    if form not in _FORMATS:
        raise HTTPException(422, f"format must be one of {', '.join(_FORMATS)}")
    return log, form


async def _sent(request: Request) -> dict[str, object]:
    """Return the object that a request's body holds; an empty one for any other value."""
    try:
        given = await request.json()
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, "the body is not JSON, or it is nested too deeply") from error
    return given if isinstance(given, dict) else {}


def _text(given: dict[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise HTTPException(422, f"{name} must be a text")
    return value
