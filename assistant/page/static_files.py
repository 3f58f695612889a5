"""Serve files that never change under their name: compressed once, and cached by browsers for ever."""

from __future__ import annotations

import functools
import gzip
from typing import TYPE_CHECKING

import brotli
from starlette.responses import Response
from starlette.routing import Route

from assistant.page.bundles import PREFIX, bundles

if TYPE_CHECKING:
    from starlette.requests import Request

IMMUTABLE = "public, max-age=31536000, immutable"
_QUALITY = 5  # the highest, 11, takes forty times as long for a tenth fewer bytes


class StaticFile:
    """Content and its compressed forms."""

    def __init__(self, content: bytes, media_type: str, cache: str = IMMUTABLE) -> None:
        """Compress the content.

        Args:
            content: in UTF-8.
            media_type: without the charset.
            cache: value of the header Cache-Control.
        """
        made = {"br": brotli.compress(content, quality=_QUALITY), "gzip": gzip.compress(content)}
        self._compressed = {coding: data for coding, data in made.items() if len(data) < len(content)}
        self._content = content
        self._type = f"{media_type}; charset=utf-8"
        self._cache = cache

    def response(self, accepted: str) -> Response:
        """Return the content in the best coding that the header Accept-Encoding names."""
        named = {one.split(";")[0].strip() for one in accepted.split(",")}
        coding = next((coding for coding in self._compressed if coding in named), None)
        headers = {"Cache-Control": self._cache, "Vary": "Accept-Encoding"}
        if coding:
            headers["Content-Encoding"] = coding
        content = self._compressed[coding] if coding else self._content
        return Response(content, media_type=self._type, headers=headers)


@functools.cache
def static_files() -> dict[str, StaticFile]:
    """Return every bundle by its address."""
    return {one.address: StaticFile(one.content, one.media_type) for one in bundles().values()}


def _send(request: Request) -> Response:
    if file := static_files().get(PREFIX + request.path_params["name"]):
        return file.response(request.headers.get("accept-encoding", ""))
    return Response("no such file; the page names those there are", 404)


static_route = Route(PREFIX + "{name}", _send)
