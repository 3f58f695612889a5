"""The page's own files, served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from assistant.bundles import PREFIX, bundles
from assistant.kept import Kept

if TYPE_CHECKING:
    from starlette.requests import Request


class Files:
    """Every bundle at its address."""

    def __init__(self) -> None:
        self._kept = {one.address: Kept(one.content, one.media_type) for one in bundles().values()}
        self.routes = [Route(PREFIX + "{name}", self._send)]

    def compress(self) -> None:
        """Compress all of them; until then they are sent as they are."""
        for kept in self._kept.values():
            kept.compress()

    def _send(self, request: Request) -> Response:
        if kept := self._kept.get(PREFIX + request.path_params["name"]):
            return kept.response(request.headers.get("accept-encoding", ""))
        return Response("no such file; the page names those there are", 404)
