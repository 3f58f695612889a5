"""Run the web server: API and chat page on one port, with an early start and a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from assistant.core.access import is_loopback
from assistant.core.assistant import open_assistant
from assistant.core.limits import most_connections
from assistant.core.problems import ServeError
from assistant.core.settings import Settings, SettingsError, prepare_environment
from assistant.http.api import create_api
from assistant.http.guard import Guard, in_api, in_mcp
from assistant.http.metrics import Measured, Metrics
from assistant.page.bundles import STATIC
from assistant.page.examples import examples_file, read_examples
from assistant.page.routes import page_routes
from assistant.page.static_files import static_route
from assistant.serving import heads
from assistant.serving.async_assistant import AsyncAssistant
from assistant.serving.connections import Complaints, protocol
from assistant.serving.lazy_app import LazyApp
from assistant.serving.proxies import Proxied
from assistant.serving.watch import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from types import FrameType

    from assistant.core.assistant import Assistant
    from assistant.serving.asgi import App, Message, Receive, Send

_FIRST_SYNC_S = 5.0  # enough for some hundred articles to be in the first answer; larger folders follow
_GRACE_S = 1
_BACKLOG = 512  # connections that wait in the kernel to be accepted
_KEEP_ALIVE_S = 30  # long enough that a busy client's next request does not meet a closed connection
_MAKING_PAGE = (
    threading.Lock()
)  # gradio builds a page in global state: two built at once would share their functions


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        settings: where to listen, what to serve.
        announce: called once with the address, when the server accepts requests.

    Raises:
        SettingsError: anyone could change the collection (`check_exposure`), or a watched folder is missing.
        ServeError: the port is taken, or the address is not one of this machine.
        SanadError: the collection or the model cannot be opened.
    """
    check_exposure(settings)
    prepare_environment(settings)
    with _listen(settings) as listener:
        host, port = listener.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        config = configured(create_site(settings), settings)
        _Server(config, lambda: announce(address)).run(sockets=[listener])
    gc.freeze()  # otherwise the interpreter spends about a second on collecting gradio before it ends


def configured(site: App, settings: Settings) -> uvicorn.Config:
    """Return the uvicorn configuration for the site."""
    most = most_connections()
    return uvicorn.Config(
        site,
        http=protocol(settings.body_timeout_s, most),
        backlog=min(64, most // 8),  # asyncio accepts as many at a time, a few times before handling one
        h11_max_incomplete_event_size=heads.MAX_INCOMPLETE_BYTES,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `serving.proxies` does it
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


def check_exposure(settings: Settings) -> None:
    """Refuse to listen to other machines while anyone could change the collection.

    Raises:
        SettingsError: there is no token, changes are not refused, and the address is not a loopback address.
    """
    if is_loopback(settings.host) or settings.read_only or settings.token or settings.read_token:
        return
    raise SettingsError(
        f"listening on {settings.host} would let anyone change the collection: set SANAD_TOKEN"
        " or SANAD_READ_TOKEN (32 characters or more), or use --read-only"
    )


def create_site(settings: Settings, assistant: Assistant | None = None) -> App:
    """Return API, chat page and static files as one guarded ASGI app that owns its assistant.

    Args:
        settings: what to serve, and to whom.
        assistant: an open one; None: it is opened here, so that errors of the collection appear before anything
            listens. It is closed when the app's lifespan ends.
    """
    file = examples_file(settings)
    examples = read_examples(file) if file else None
    assistant = assistant or open_assistant(settings)
    watcher = Watcher(assistant, settings.watch, ignored=file)
    asker = AsyncAssistant(
        assistant, max_concurrent=settings.max_concurrent, max_waiting=settings.max_waiting
    )
    page = LazyApp(lambda: _create_page(asker, settings), meanwhile=_opening_page)
    agents = LazyApp(lambda: _create_agents_door(asker, settings))
    metrics = Metrics(asker, watcher)
    dispatch = _Dispatch(create_api(asker, settings, metrics, watcher), agents, page)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            with watcher:
                # before the page loads: its import holds the interpreter lock, and each would delay the other
                await asyncio.to_thread(watcher.wait, _FIRST_SYNC_S)
                async with agents.open(), page.open():
                    yield
        finally:
            asker.close()
            assistant.close()

    ours = [static_route, *page_routes(asker, settings, examples)]
    site = Starlette(routes=[*ours, Mount("/", dispatch)], lifespan=lifespan)
    guarded = Guard(site, settings)
    return Measured(Proxied(guarded, settings.trusted_proxy) if settings.trusted_proxy else guarded, metrics)


async def _opening_page(scope: Message, receive: Receive, send: Send) -> None:
    """Serve a light page that asks again, until the chat is there."""
    if scope["path"] == "/":
        headers = {"cache-control": "no-store"}
        response = Response((STATIC / "opening.html").read_bytes(), media_type="text/html", headers=headers)
    else:
        response = Response(status_code=503, headers={"cache-control": "no-store"})
    await response(scope, receive, send)


def _create_page(asker: AsyncAssistant, settings: Settings) -> Any:  # noqa: ANN401
    from assistant.page.chat import create_page  # gradio takes seconds to import

    with _MAKING_PAGE:
        page = create_page(asker, settings)
    gc.freeze()  # its million objects stay; collections that traverse them would delay answers
    return page


def _create_agents_door(asker: AsyncAssistant, settings: Settings) -> Starlette:
    from assistant.agents.mcp_server import (  # heavy: imported at the first request to /mcp only
        create_server,
        http_app,
    )

    return http_app(create_server(asker, settings))


class _Dispatch:
    """Routes /api to the API, /mcp to the agents' app and the rest to the page; each handles unknown paths."""

    def __init__(self, api: App, agents: App, page: App) -> None:
        self._api, self._agents, self._page = api, agents, page

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        app = self._api if in_api(path) else self._agents if in_mcp(path) else self._page
        await app(scope, receive, send)


class _Server(uvicorn.Server):
    """A uvicorn server that reports when it listens, and returns on SIGTERM and SIGINT without raising them."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then call `ready`."""
        asyncio.get_running_loop().set_exception_handler(Complaints())
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_BACKLOG)  # asyncio has set it to what it accepts at a time
        if not self.should_exit:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Turn signals into a clean stop."""
        handled = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._stop) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        # Open pages hold a stream each; uvicorn would report the end of each as an error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.handle_exit(number, frame)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is IPPROTO_TCP; without it each small answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ServeError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error};"
            " stop what uses it or choose another with --port"
        ) from error
    return listener
