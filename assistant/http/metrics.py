"""Measure answers and report counts and times in the Prometheus text format."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from assistant.core.watched import POLLING
from assistant.http.guard import in_api, in_mcp

if TYPE_CHECKING:
    from assistant.serving.asgi import App, Message, Receive, Send
    from assistant.serving.async_assistant import AsyncAssistant
    from assistant.serving.watch import Watcher

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The metrics of one server; labels have few values, whatever clients send."""

    def __init__(self, asker: AsyncAssistant, watcher: Watcher) -> None:
        self._assistant = asker.assistant
        self._watcher = watcher
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "sanad_requests", "Answers given", ["route", "method", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "sanad_request_seconds",
            "Seconds until an answer began",
            ["route"],
            registry=self._registry,
            buckets=_SECONDS,
        )
        waiting = Gauge("sanad_questions_now", "Questions worked on or waiting", registry=self._registry)
        waiting.set_function(lambda: asker.waiting)
        self._held = {
            name: Gauge(f"sanad_{name}", told, registry=self._registry)
            for name, told in {
                "articles": "Articles in the collection",
                "passages": "Passages in the collection",
                "sequence": "Sequence number of the last change",
                "passages_waiting": "Passages that wait for their vectors",
            }.items()
        }

        self._watched = {
            name: Gauge(f"sanad_watched_{name}", told, ["folder"], registry=self._registry)
            for name, told in {
                "well": "1: nothing about the watched folder calls for a person",
                "in_trouble": "1: the collection could not be brought in step with it the last time",
                "polled": "1: the system tells of no changes in it",
                "missing": "Articles whose files are gone, kept until a person decides",
                "withheld": "Articles that were removed, and stay away while their files are the same",
                "unlisted": "Folders in it that cannot be listed",
                "skipped": "Files in it that were not taken",
                "since_timestamp_seconds": "When watching began, in seconds since 1970",
                "synced_timestamp_seconds": "When the collection was last brought in step with it; 0: not yet",
            }.items()
        }

    def text(self) -> bytes:
        """Return all metrics as they are now."""
        held = {**self._assistant.health(), "passages_waiting": self._assistant.embedding().waiting}
        for name, gauge in self._held.items():
            gauge.set(float(str(held[name])))
        for state in self._watcher.states():
            numbers = {
                "well": state.is_well,
                "in_trouble": state.trouble is not None,
                "polled": state.by == POLLING,
                "missing": state.missing,
                "withheld": state.withheld,
                "unlisted": len(state.unlisted),
                "skipped": len(state.skipped),
                "since_timestamp_seconds": _seconds_since_1970(state.since),
                "synced_timestamp_seconds": _seconds_since_1970(state.synced),
            }
            for name, number in numbers.items():
                self._watched[name].labels(state.name).set(number)
        return generate_latest(self._registry)

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        known = method if method in _METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


def _seconds_since_1970(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0


class Measured:
    """Counts every answer of an ASGI app, including the guard's refusals."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request, and count it when its answer begins: some answers never end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                self._metrics.note(_route(scope), scope["method"], message["status"], seconds)
            await send(message)

        await self._app(scope, receive, noted)


def _route(scope: Message) -> str:
    """Return the route's pattern, not the address: one label for all articles."""
    path = scope["path"]
    if in_mcp(path):
        return "/mcp"
    if not in_api(path):
        return "page"
    pattern = getattr(scope.get("route"), "path", None)
    if not pattern:
        return "none"
    return str(pattern) if in_api(str(pattern)) else f"/api/v1{pattern}"
