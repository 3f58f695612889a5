"""The chat: the conversation with its cited passages.

The only module that knows Gradio, which handles questions alone. What stands around the chat (the question
box, the reader, the filters, the library, the interface's language) is static/, calling our own routes; it
speaks to Gradio through fields that are never shown: the question, the filters, the conversation's log. So
the box is there before Gradio is, and keeps what was typed when the server goes.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI
from gradio.routes import BUILD_PATH_LIB  # type: ignore[attr-defined]  # gradio has no types

from assistant.dialogue import Dialogue
from assistant.front import Front, frame, soon
from assistant.kept import compress_behind
from assistant.problems import public_message
from assistant.question import MAX_CHARS
from assistant.remote import functions
from index import SanadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.assistant import Assistant
    from assistant.settings import Settings

_QUEUE_SIZE = 64
_AT_ONCE = 4


def create_page(assistant: Assistant, settings: Settings) -> FastAPI:
    """The page as an ASGI app of its own, to be served at /.

    Args:
        assistant: who answers.
        settings: limits and paths.
    """
    dialogue = Dialogue(assistant, settings.question_chars)
    blocks = _blocks(dialogue, functions(assistant, settings))
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
    needed = soon(Path(BUILD_PATH_LIB), f"/theme.css?v={blocks.theme_hash}")
    page.add_middleware(Front, frame=frame(min(settings.question_chars, MAX_CHARS), needed), soon=needed)
    compress_behind(needed.kept.values())
    return page


def _told(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The function for gradio_client: errors of ours reach the caller in words, others do not."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever it takes
        try:
            return function(*args, **kwargs)
        except SanadError as error:
            raise gr.Error(public_message(error), print_exception=False) from error

    return wrapped


def _blocks(dialogue: Dialogue, programs: Sequence[Callable[..., dict[str, Any]]]) -> Any:  # noqa: ANN401  # gradio has no types
    with gr.Blocks(title="Sanad", fill_width=True, analytics_enabled=False) as blocks:
        for function in programs:  # first, or the page's own events would have their names
            gr.api(_told(function), api_name=function.__name__)  # type: ignore[attr-defined]
        kept = gr.State([])
        chat = _chatbot()
        asked, narrow, log = (
            gr.Textbox(elem_id=f"sanad-{name}", label=name, max_lines=1)
            for name in ("asked", "narrow", "log")
        )
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asked.submit(dialogue.ask, [asked, narrow, log, kept], [chat, kept, log, asked], **hidden)
        log.submit(dialogue.restore, [log], [chat, kept, log], **hidden)
    blocks.queue(max_size=_QUEUE_SIZE, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="sanad-chat",
        show_label=False,
        height="100%",
        layout="panel",
        autoscroll=False,  # static/ brings the newest question to the top
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
