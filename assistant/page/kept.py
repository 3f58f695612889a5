"""Hold content that never changes under its name: compressed once, and cached by browsers for ever."""

from __future__ import annotations

import gzip
import threading
from typing import TYPE_CHECKING

import brotli
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

FOR_EVER = "public, max-age=31536000, immutable"
_BEST, _QUICK = 11, 5  # a megabyte takes a second, or a hundredth of it


class Kept:
    """Content and its compressed forms."""

    def __init__(self, content: bytes, media_type: str, cache: str = FOR_EVER) -> None:
        """Store the content; `compress` compresses it.

        Args:
            content: in UTF-8.
            media_type: without the charset.
            cache: value of the header Cache-Control.
        """
        self._content = content
        self._type = f"{media_type}; charset=utf-8"
        self._cache = cache
        self._compressed: dict[str, bytes] = {}

    def compress(self, *, quickly: bool = False) -> Kept:
        """Compress the content once, as far as possible or quickly; until then it is sent uncompressed."""
        if self._compressed:
            return self
        made = {
            "br": brotli.compress(self._content, quality=_QUICK if quickly else _BEST),
            "gzip": gzip.compress(self._content),
        }
        self._compressed = {
            coding: content for coding, content in made.items() if len(content) < len(self._content)
        }
        return self

    def response(self, accepted: str) -> Response:
        """Return the content in the best coding that the header Accept-Encoding names."""
        named = {one.split(";")[0].strip() for one in accepted.split(",")}
        coding = next((coding for coding in self._compressed if coding in named), None)
        headers = {"Cache-Control": self._cache, "Vary": "Accept-Encoding"}
        if coding:
            headers["Content-Encoding"] = coding
        content = self._compressed[coding] if coding else self._content
        return Response(content, media_type=self._type, headers=headers)


def compress_behind(kept: Iterable[Kept]) -> None:
    """Compress contents in a background thread."""

    def run() -> None:
        for one in kept:
            one.compress()

    threading.Thread(target=run, name="compressing", daemon=True).start()
