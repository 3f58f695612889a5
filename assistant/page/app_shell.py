"""Serve the first page with the frame around the chat in its HTML, which also names the files that Gradio loads.

Gradio's own page is a script that loads others, which load others. On a slow line each round takes half a second, and
there is nothing to see or to type into before the last. Here the frame with the question box appears at once, and all
scripts load in parallel.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, NamedTuple

from starlette.datastructures import Headers, MutableHeaders

from assistant.page.bundles import STATIC, address, bundle
from assistant.page.static_files import IMMUTABLE, StaticFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASSETS = "/assets/"
LIST = STATIC / "gradio.json"
"""The files of Gradio that the page loads; `python -m benchmarks.first_page --write` writes it."""

# Link previews, the manifest of an installable app, and a script for frames, in which no site may show this page.
_NEEDLESS = re.compile(
    r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>'
    r"|<script>(?:(?!</script>).)*iframeResizer\.contentWindow(?:(?!</script>).)*</script>",
    re.DOTALL,
)
_CHAT = "<!-- the chat -->"


class Preload(NamedTuple):
    """The files that Gradio will load.

    Attributes:
        files: its scripts, and its style sheets joined into one, by their paths.
        sheets: the paths of the joined style sheets.
        tags: load them, and name the joined style sheets, so that Gradio does not load those too.
    """

    files: dict[str, StaticFile]
    sheets: list[str]
    tags: str


@functools.cache
def preload(folder: Path, theme: str) -> Preload:
    """Read Gradio's files by a list made with one version of it; files that another lacks are left out.

    Args:
        folder: holds what is served below ASSETS.
        theme: path of the theme's style sheet.
    """
    listed: list[str] = json.loads(LIST.read_text("utf-8"))
    paths = {name: folder / name.removeprefix(ASSETS) for name in listed}
    content = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
    sheets = [name for name in content if name.endswith(".css")]
    sheet = bundle("gradio.css", b"\n".join(map(content.__getitem__, sheets)), ASSETS)
    scripts = [name for name in content if name not in sheets]
    files = {name: StaticFile(content[name], "text/javascript") for name in scripts}
    files[sheet.address] = StaticFile(sheet.content, sheet.media_type)
    tags = [
        f"<link rel='preload' as='style' href='{theme}'>",
        *(f"<link rel='modulepreload' crossorigin href='{name}'>" for name in scripts),
        *(f"<link rel='stylesheet' disabled href='.{name}'>" for name in sheets),  # as Gradio writes them
        # last: Gradio runs without its style, which is needed for the first message
        f"<link rel='stylesheet' fetchpriority='low' href='{sheet.address}'>",
    ]
    return Preload(files, sheets, "".join(tags))


class Frame(NamedTuple):
    """The HTML around Gradio's element.

    Attributes:
        head: at the beginning of the page's head.
        style: at its end, after Gradio's.
        above: before Gradio's element.
        below: after it.
    """

    head: str
    style: str
    above: str
    below: str


def frame(question_chars: int, preload: Preload) -> Frame:
    """Return the frame of static/shell.html.

    Args:
        question_chars: longest question that can be typed.
        preload: loaded after the frame; earlier, it would share the connection with the frame's own files.
    """
    shell = (STATIC / "shell.html").read_text("utf-8").replace("{question_chars}", str(question_chars))
    shell = shell.replace("{library.js}", address("library.js"))
    above, _, below = shell.partition(_CHAT)
    first = (STATIC / "first.js").read_text("utf-8")  # inline, as it must run before anything is drawn
    head = (
        "<meta charset='utf-8'><title>Sanad</title><meta name='color-scheme' content='light dark'>"
        f"<link rel='icon' href='{address('icon.svg')}'><script>{first}</script>"
        f"<script type='module' src='{address('page.js')}'></script>"
    )
    style = f"<link rel='stylesheet' href='{address('page.css')}'>"
    tags = f"{preload.tags}<link rel='modulepreload' fetchpriority='low' href='{address('library.js')}'>"
    return Frame(head, style, above, f"{below}<template id='sanad-preload'>{tags}</template>")


def first_page(html: str, frame: Frame, sheets: Sequence[str] = ()) -> str:
    """Return Gradio's page in its frame, without the joined style sheets.

    The frame names them too, as disabled; in the head of the page browsers would load even a disabled one.
    """
    html = _NEEDLESS.sub("", html)
    for name in sheets:
        html = html.replace(f'<link rel="stylesheet" crossorigin href=".{name}">', "", 1)
    html = html.replace("<head>", f"<head>{frame.head}", 1)
    html = html.replace("</head>", f"{frame.style}</head>", 1)
    html = html.replace("<gradio-app", f"{frame.above}<gradio-app", 1)
    return html.replace("</gradio-app>", f"</gradio-app>{frame.below}", 1)


class AppShell:
    """An ASGI layer that puts the frame around Gradio's page."""

    def __init__(self, app: ASGIApp, frame: Frame, preload: Preload) -> None:
        """Wrap an app.

        Args:
            app: Gradio's page.
            frame: put around it.
            preload: files of Gradio that this layer serves.
        """
        self._app = app
        self._files = preload.files

        @functools.lru_cache(maxsize=8)  # one for each host name of the server
        def made(html: bytes) -> StaticFile:
            page = first_page(html.decode(), frame, preload.sheets)
            return StaticFile(page.encode(), "text/html", "no-cache")

        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the first page and the assets; pass everything else to Gradio."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif file := self._files.get(scope["path"]):
            await file.response(_accepted(scope))(scope, receive, send)
        elif scope["path"] == "/":
            await self._first(scope, receive, send)
        else:
            # their names or queries hold a digest
            unchanging = scope["path"].startswith(ASSETS) or b"v=" in scope["query_string"]
            await self._app(scope, receive, _unchanging(send) if unchanging else send)

    async def _first(self, scope: Scope, receive: Receive, send: Send) -> None:
        said: list[Message] = []

        async def collect(message: Message) -> None:
            said.append(message)

        await self._app({**scope, "method": "GET"}, receive, collect)
        if said and said[0]["status"] == 200:
            page = self._made(b"".join(message.get("body", b"") for message in said[1:]))
            await page.response(_accepted(scope))(scope, receive, send)
            return
        for message in said:
            await send(message)


def _accepted(scope: Scope) -> str:
    return Headers(scope=scope).get("accept-encoding", "")


def _unchanging(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            MutableHeaders(raw=message["headers"])["Cache-Control"] = IMMUTABLE
        await send(message)

    return wrapped
