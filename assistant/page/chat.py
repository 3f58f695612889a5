"""Build the chat page: the conversation with its cited passages.

Only this module knows Gradio, which handles questions only. Everything around the chat (the question box, the
reader, the filters, the library, the interface's language) is in static/ and calls Sanad's own routes. It exchanges
the question, the filters and the conversation's log with Gradio through hidden fields. So the box appears before
Gradio does, and keeps typed text when the server stops. Gradio stores nothing of a conversation (`gr.State` would
hold a connection open for every tab), and is reached only through gradio_door.py.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator  # noqa: TC003  # Gradio reads the types of its events
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI
from gradio.routes import BUILD_PATH_LIB  # type: ignore[attr-defined]  # gradio has no types

from assistant.core.problems import public_message
from assistant.core.question import MAX_CHARS
from assistant.http.gradio_bodies import PLAIN, TEXT
from assistant.http.gradio_door import GradioDoor
from assistant.page.app_shell import AppShell, frame, preload
from assistant.page.dialogue import Dialogue, History
from assistant.page.remote import functions
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from assistant.core.settings import Settings
    from assistant.serving.async_assistant import AsyncAssistant

_MAX_EVENTS = 128  # up to here the queue of Gradio holds nothing back: that of questions decides
_SESSIONS = 64  # for which Gradio keeps copies of its settings; dropping one loses nothing


def create_page(asker: AsyncAssistant, settings: Settings, *, unread_s: float = 30.0) -> FastAPI:
    """Return the page as an ASGI app of its own, to be served at /.

    Args:
        asker: answers the questions.
        settings: limits and paths.
        unread_s: seconds that an answer waits to be fetched.
    """
    dialogue = Dialogue(asker, settings.question_chars, settings.read_s)
    blocks = _blocks(_Events(dialogue), functions(asker, settings))
    blocks.state_session_capacity = _SESSIONS
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        server_name=settings.host,
        server_port=settings.port,
        allowed_paths=[],
        blocked_paths=[str(settings.home.absolute())],
        max_file_size=1,
        enable_monitoring=False,
        show_error=False,
        footer_links=[],
        run_history=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        theme=_theme(),
    )
    forget = functools.partial(_forget, blocks)
    page.add_middleware(GradioDoor, functions=_taken(blocks), forget=forget, unread_s=unread_s)
    needed = preload(Path(BUILD_PATH_LIB), f"/theme.css?v={blocks.theme_hash}")
    shell = frame(min(settings.question_chars, MAX_CHARS), needed)
    page.add_middleware(AppShell, frame=shell, preload=needed)
    return page


def _taken(blocks: gr.Blocks) -> Mapping[int, Sequence[tuple[type, ...]]]:
    """Return the types that each function takes: text from the page's fields, any plain value from programs."""
    return {
        number: [TEXT if isinstance(one, gr.Textbox | gr.Button) else PLAIN for one in function.inputs]
        for number, function in blocks.fns.items()
    }


async def _forget(blocks: gr.Blocks, session: str) -> None:
    """Drop what Gradio keeps for a session; Gradio does so only if a client fetches its answers."""
    queue = blocks._queue
    await queue.clean_events(session_hash=session)
    queue.pending_messages_per_session.pop(session, None)
    queue.pending_event_ids_session.pop(session, None)


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Let errors of Sanad reach the client in words, and no others."""
    try:
        yield
    except SanadError as error:
        raise gr.Error(public_message(error), print_exception=False) from error


class _Events:
    """The events of the chat as Gradio calls them, with the tab's id in a `Request`."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    async def ask(
        self, typed: str, narrow: str, log: str, request: gr.Request
    ) -> AsyncIterator[tuple[History, str, str]]:
        async with _told():
            async for shown in self._dialogue.ask(typed, narrow, log, request.session_hash or ""):
                yield shown

    async def restore(self, log: str, request: gr.Request) -> tuple[History, str]:
        async with _told():
            return await self._dialogue.restore(log, request.session_hash or "")


def _blocks(events: _Events, programs: Sequence[Callable[..., Awaitable[dict[str, Any]]]]) -> Any:  # noqa: ANN401  # untyped
    with gr.Blocks(title="Sanad", fill_width=True, analytics_enabled=False) as blocks:
        for function in programs:  # first, or the page's own events would take their names
            gr.api(_told()(function), api_name=function.__name__)  # type: ignore[attr-defined]
        chat = _chatbot()
        asked, narrow, log = (
            gr.Textbox(elem_id=f"sanad-{name}", label=name, max_lines=1)
            for name in ("asked", "narrow", "log")
        )
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asked.submit(events.ask, [asked, narrow, log], [chat, log, asked], **hidden)
        log.submit(events.restore, [log], [chat, log], **hidden)
    blocks.max_threads = _MAX_EVENTS
    blocks.queue(max_size=_MAX_EVENTS, default_concurrency_limit=None, api_open=False)
    return blocks


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="sanad-chat",
        show_label=False,
        height="100%",
        layout="panel",
        autoscroll=False,  # static/ scrolls the newest question to the top
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        buttons=[],
        feedback_options=None,
        allow_file_downloads=False,
        group_consecutive_messages=False,
    )


def _theme() -> gr.themes.Base:
    sans = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "Noto Sans Arabic", "sans-serif"]
    return gr.themes.Base(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="stone",
        radius_size="lg",
        font=sans,
        font_mono=["ui-monospace", "monospace"],
    )
