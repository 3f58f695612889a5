"""Run a helper: read questions and write answers as JSON until the pipe ends; `helper.py` is the other side."""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import time
from typing import IO, TYPE_CHECKING, Any

from assistant.core.assistant import Assistant
from assistant.core.serialization import json_bytes, search_dict
from assistant.serving.admission import seconds_until
from index import Filters, SanadError

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

_SIZE_BYTES = 4


def main() -> None:
    """Answer the questions of standard input on standard output."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with answers
    requests = _received(sys.stdin.buffer)
    opened = next(requests)
    with Assistant(**opened) as assistant:
        gc.freeze()  # objects so far live until the end; garbage collection skips them
        _send(replies, json_bytes({"ready": True}))
        for asked in requests:
            _send(replies, _reply(assistant, asked))


def answered(assistant: Assistant, asked: dict[str, Any]) -> bytes:
    """Return the answer as JSON.

    Args:
        assistant: answers the question.
        asked: `question`, `k`, `filters` (by the names of `Filters`, or None), `history` (earlier questions;
            None: a search), `until` (monotonic time at which reading ends; None: nothing is read) and, unless it is a
            search, `gloss` (the language to gloss in, or None).

    Raises:
        SanadError: as `Assistant.ask`.
    """
    filters = Filters(**asked["filters"]) if asked["filters"] else None
    began = time.perf_counter()
    until = asked["until"]
    left_s = 0.0 if until is None else seconds_until(until)
    if asked["history"] is not None:
        answer = assistant.ask(
            asked["question"],
            asked["history"],
            k=asked["k"],
            filters=filters,
            read_s=left_s,
            gloss=asked["gloss"],
        )
        return json_bytes(answer.to_dict())
    ranking = assistant.search(asked["question"], asked["k"], filters, read_s=left_s)
    took_ms = 1000 * (time.perf_counter() - began)
    return json_bytes(search_dict(ranking, took_ms, read=until is not None))


def _reply(assistant: Assistant, asked: dict[str, Any]) -> bytes:
    """Return the answer; empty on an error, so that the server answers and reports the error itself."""
    try:
        return answered(assistant, asked)
    except SanadError:
        return b""
    except Exception:
        log.exception("a question could not be answered here; it is asked again where it came from")
        return b""


def _received(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    while len(head := stream.read(_SIZE_BYTES)) == _SIZE_BYTES:
        yield json.loads(stream.read(int.from_bytes(head)))


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(len(content).to_bytes(_SIZE_BYTES) + content)
    stream.flush()
