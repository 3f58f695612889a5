"""Serve the page's own files."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from assistant.page.bundles import PREFIX, bundles
from assistant.page.kept import Kept

if TYPE_CHECKING:
    from starlette.requests import Request


@functools.cache
def files() -> dict[str, Kept]:
    """Return every bundle by its address."""
    return {one.address: Kept(one.content, one.media_type) for one in bundles().values()}


def _send(request: Request) -> Response:
    if kept := files().get(PREFIX + request.path_params["name"]):
        return kept.response(request.headers.get("accept-encoding", ""))
    return Response("no such file; the page names those there are", 404)


file_route = Route(PREFIX + "{name}", _send)
