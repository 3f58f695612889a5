"""A real server for tests: the whole site under uvicorn, on a free port of this machine."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from assistant.core.settings import load, prepare_environment
from assistant.server import configured, create_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant import Assistant

TOKEN = "0123456789abcdef" * 2


@contextmanager
def served(home: Path, **given: Any) -> Iterator[httpx.Client]:
    """Serve a home in a thread; gives a client whose addresses are relative to the server."""
    with served_site(home, **given) as (client, _):
        yield client


@contextmanager
def served_site(
    home: Path, assistant: Assistant | None = None, **given: Any
) -> Iterator[tuple[httpx.Client, Any]]:
    """Serve a home in a thread, by an assistant of one's own if there is one; gives a client and the app itself."""
    settings = load(
        {"home": str(home), "port": "0", "read_s": "60", **given}, {}
    )  # busy machines read slowly
    prepare_environment(settings)
    site = create_site(settings, assistant)
    config = configured(site, settings)
    config.port = 0
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client, site
    finally:
        server.should_exit = True
        thread.join(10)


def until(done: Any, timeout_s: float = 20.0) -> Any:
    """Wait until `done()` is true; gives what it gave."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if result := done():
            return result
        time.sleep(0.02)
    raise TimeoutError(f"still not after {timeout_s} s: {done}")
