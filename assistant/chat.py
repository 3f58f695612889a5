"""The chat page: a question box, the conversation with its cited passages, and the library beside it.

The only module that knows Gradio. Gradio handles questions alone; adding an article is a form of our
own (static/library.html) that calls the HTTP API, so every change passes the API's one guard.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI

from assistant import question as questions
from assistant import render
from assistant.phrases import phrases
from assistant.problems import public_message
from assistant.remote import functions
from index import SanadError, detect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.assistant import Assistant
    from assistant.settings import Settings

_PASSAGES = 3
_MAX_EXCHANGES = 30  # kept in memory for each open page
_QUEUE_SIZE = 64
_AT_ONCE = 4

_HEADER = (
    "<div class='sanad-brand'><div class='sanad-name'>Sanad <span lang='ar' dir='rtl'>سند</span>"
    "</div><div class='sanad-claim'>Ask your articles in any language. Every answer is a passage,"
    " quoted exactly and cited.</div></div>"
)
_WELCOME = (
    "<div class='sanad-welcome'><div class='sanad-welcome-line' lang='en'>Ask a question about the"
    " articles</div><div class='sanad-welcome-line' lang='ar' dir='rtl'>اسأل عمّا في المقالات</div>"
    "</div>"
)
_HEAD = (
    "<link rel='stylesheet' href='/ui/chat.css'><script src='/ui/chat.js' defer></script>"
    "<meta name='color-scheme' content='light dark'>"
)

Message = dict[str, str]
History = list[Message]


def create_page(assistant: Assistant, settings: Settings, examples: Sequence[str]) -> FastAPI:
    """The page as an ASGI app of its own, to be served at /.

    Args:
        assistant: who answers.
        settings: limits and paths.
        examples: questions offered to click.
    """
    blocks = _blocks(_asker(assistant, settings), examples, settings, functions(assistant, settings))
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


def _asker(
    assistant: Assistant, settings: Settings
) -> Callable[[str, History], Iterator[tuple[History, History, str]]]:
    def ask(typed: str, history: History) -> Iterator[tuple[History, History, str]]:
        """Show the question at once, then its answer; yields (shown, kept, the box's text)."""
        try:
            text = questions.check(typed, max_chars=settings.question_chars)
        except SanadError as error:
            shown = _kept(history, render.notice_html(str(error)))
            yield shown, history, typed[: settings.question_chars]
            return
        language = detect(text)
        asked = [*history, _message("user", render.question_html(text, language))]
        waiting = phrases(language)
        searching = render.notice_html(waiting.searching, waiting.language)
        yield _kept(asked, searching), asked, ""
        try:
            reply = render.answer_html(assistant.ask(text, k=_PASSAGES))
        except SanadError as error:
            reply = render.notice_html(public_message(error))
        answered = _kept(asked, reply)
        yield answered, answered, ""

    return ask


def _told(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The function for gradio_client: errors of ours reach the caller in words, others do not."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever it takes
        try:
            return function(*args, **kwargs)
        except SanadError as error:
            raise gr.Error(public_message(error), print_exception=False) from error

    return wrapped


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _kept(history: History, reply: str) -> History:
    return [*history, _message("assistant", reply)][-2 * _MAX_EXCHANGES :]


def _blocks(
    ask: Callable[[str, History], Iterator[tuple[History, History, str]]],
    examples: Sequence[str],
    settings: Settings,
    programs: Sequence[Callable[..., dict[str, Any]]],
) -> Any:  # noqa: ANN401  # gradio has no types
    with gr.Blocks(title="Sanad", fill_width=True, analytics_enabled=False) as blocks:
        for function in programs:  # first, or the page's own events would have their names
            gr.api(_told(function), api_name=function.__name__)  # type: ignore[attr-defined]
        kept = gr.State([])
        with gr.Row(elem_id="sanad"):
            with gr.Column(scale=7, elem_id="sanad-main"):
                gr.Markdown(_HEADER, elem_id="sanad-header")
                chat = _chatbot()
                box = _box(settings.question_chars)
                with gr.Row(elem_id="sanad-examples"):
                    chips = [
                        gr.Button(render.label(text, 200), elem_classes="sanad-chip") for text in examples
                    ]
            with gr.Column(scale=3, min_width=300, elem_id="sanad-aside"):
                gr.Markdown("<div id='sanad-library'></div>")
        outputs = [chat, kept, box]
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        box.submit(ask, [box, kept], outputs, **hidden)
        for chip in chips:
            chip.click(ask, [chip, kept], outputs, **hidden)
        chat.clear(list, None, kept, **hidden)
    blocks.queue(max_size=_QUEUE_SIZE, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="sanad-chat",
        show_label=False,
        height="100%",
        placeholder=_WELCOME,
        layout="panel",
        autoscroll=False,  # static/chat.js brings the newest question to the top
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
        label="Question",
        show_label=False,
        placeholder="Ask in any language · اسأل بأي لغة",
        max_length=max_chars,
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
