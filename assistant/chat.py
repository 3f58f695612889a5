"""The chat: a question box and the conversation with its cited passages.

The only module that knows Gradio, which handles questions alone. What stands around the chat (the
reader, the filters, the library, the interface's language) is static/, calling our own routes; it
speaks to Gradio through three fields that are never shown: the filters, the conversation's log, and
buttons to clear and to restore it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI

from assistant import render
from assistant.dialogue import Dialogue
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

_WELCOME = (
    "<div class='sanad-welcome'><div class='sanad-welcome-line' lang='en' dir='ltr'>"
    "Ask a question about the articles</div><div class='sanad-welcome-line' lang='ar' dir='rtl'>"
    "اسأل عمّا في المقالات</div></div>"
)
_STYLES = ("base", "chat", "reader", "library")
_HEAD = (
    "".join(f"<link rel='stylesheet' href='/ui/{name}.css'>" for name in _STYLES)
    + "<script src='/ui/first.js'></script><script type='module' src='/ui/page.js'></script>"
    + "<meta name='color-scheme' content='light dark'><link rel='icon' href='/ui/icon.svg'>"
)


def create_page(assistant: Assistant, settings: Settings, examples: Sequence[str]) -> FastAPI:
    """The page as an ASGI app of its own, to be served at /.

    Args:
        assistant: who answers.
        settings: limits and paths.
        examples: questions offered to click.
    """
    dialogue = Dialogue(assistant, settings.question_chars)
    blocks = _blocks(dialogue, examples, settings, functions(assistant, settings))
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
        head=_HEAD,
    )
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


def _blocks(
    dialogue: Dialogue,
    examples: Sequence[str],
    settings: Settings,
    programs: Sequence[Callable[..., dict[str, Any]]],
) -> Any:  # noqa: ANN401  # gradio has no types
    with gr.Blocks(title="Sanad", fill_width=True, analytics_enabled=False) as blocks:
        for function in programs:  # first, or the page's own events would have their names
            gr.api(_told(function), api_name=function.__name__)  # type: ignore[attr-defined]
        kept = gr.State([])
        with gr.Column(elem_id="sanad-main"):
            chat = _chatbot()
            box = _box(settings.question_chars)
            with gr.Row(elem_id="sanad-examples"):
                chips = [gr.Button(render.label(text, 200), elem_classes="sanad-chip") for text in examples]
            with gr.Row(elem_id="sanad-hidden"):
                narrow = gr.Textbox(elem_id="sanad-narrow", label="filters", max_lines=1)
                log = gr.Textbox(elem_id="sanad-log", label="log", max_lines=1)
                clear = gr.Button(elem_id="sanad-clear")
                restore = gr.Button(elem_id="sanad-restore")
        outputs = [chat, kept, log, box]
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        box.submit(dialogue.ask, [box, narrow, log, kept], outputs, **hidden)
        for chip in chips:
            chip.click(dialogue.ask, [chip, narrow, log, kept], outputs, **hidden)
        restore.click(dialogue.restore, [log], [chat, kept, log], **hidden)
        clear.click(dialogue.clear, None, [chat, kept, log], **hidden)
    blocks.queue(max_size=_QUEUE_SIZE, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="sanad-chat",
        show_label=False,
        height="100%",
        placeholder=_WELCOME,
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


def _box(max_chars: int) -> gr.Textbox:
    return gr.Textbox(
        elem_id="sanad-box",
        label="Question · السؤال",
        show_label=False,
        placeholder="Ask in any language · اسأل بأي لغة",
        max_length=min(max_chars, MAX_CHARS),
        max_lines=4,
        autofocus=True,
        submit_btn=True,
        html_attributes=gr.InputHTMLAttributes(autocorrect="off", spellcheck=False),
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
