"""Whatever JSON a route of ours is sent, it answers in the one shape of errors, and never by a fault of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assistant.serving import served
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

ACCEPT = {"Accept": "application/json, text/event-stream"}
LOG = '[{"question": "Who opened the bridge?"}]'
ROUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/ask"): {
        "question": "Who opened the bridge?",
        "k": 3,
        "history": ["Who?"],
        "filters": {
            "source": "x", "language": "ar", "published_from": "2024-01-01", "to": "2024-01-02", "article": "a",
        },
    },
    ("POST", "/api/v1/articles"): {
        "text": "Snow fell.", "id": "b", "title": "t", "source": "s", "url": "https://example.org/", "author": "a",
        "published": "2024-01-01", "language": "en",
    },
    ("PUT", "/api/v1/articles/a"): {"text": "Rain fell.", "title": "t", "published": "2024-01-01"},
    ("PATCH", "/api/v1/articles/a"): {"title": "t", "source": "s", "url": None, "published": None},
    ("POST", "/page/export"): {"log": LOG, "format": "json"},
    ("POST", "/page/answer"): {"question": "Who opened the bridge?", "narrow": '{"source": "s"}', "log": LOG},
    ("POST", "/mcp"): {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": "Who?"}},
    },
    ("POST", "/login"): {},
    ("POST", "/api/v1/articles/files"): {},
    ("DELETE", "/api/v1/session"): {},
}  # fmt: skip


def nested(depth: int) -> list[str]:
    return ["[" * depth + "]" * depth, '{"a": ' * depth + "1" + "}" * depth, "[" * depth]


# where JSON ends, where numbers end, where UTF-8 ends, and where readers run out of stack
VALUES = [
    "null", "true", "0", "-1", "1.5", "NaN", "-Infinity", "1e999", "9" * 5_000, '""', '"x"', '"\\ud800"', '"\\u0000"',
    '"a\\ud800b"', '"[[["', "[]", "{}", "[[]]", "[null]", '["\\ud800"]', '{"a": {}}', *nested(400), *nested(960),
    *nested(5_000),
]  # fmt: skip
BODIES = [
    b"", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a": 1}\x00', "{}".encode("utf-16"), "{}".encode("utf-32"),
    b'"\xed\xa0\x80"',
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(tmp_path_factory.mktemp("shapes") / "home") as client:
        client.put("/api/v1/articles/a", json={"text": "Snow fell on the pass."})
        yield client


def spoilt(body: Any, value: str) -> Iterator[str]:
    """The body as JSON with the value in the place of itself, of each member, and of each member's members."""
    yield value
    for name in body if isinstance(body, dict) else []:
        for part in spoilt(body[name], value):
            yield json.dumps({**body, name: "HERE"}).replace('"HERE"', part)
    if isinstance(body, dict):
        yield json.dumps({**body, "HERE": 1}).replace('"HERE"', json.dumps(value))


def check(server: httpx.Client, route: tuple[str, str], content: bytes) -> None:
    method, path = route
    headers = {"Content-Type": "application/json", **ACCEPT}
    response = server.request(method, path, content=content, headers=headers)
    assert response.status_code < 500, (route, content[:200], response.text)
    if response.status_code >= 400 and path not in {"/login", "/mcp"}:
        assert_problem(response, response.status_code)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_any_value_in_any_place_is_no_fault(server: httpx.Client, route: tuple[str, str]) -> None:
    for body in BODIES:
        check(server, route, body)
    for value in VALUES:
        for content in spoilt(ROUTES[route], value):
            if len(content) < 60_000:
                check(server, route, content.encode())


@pytest.mark.parametrize("value", VALUES)
def test_any_log_is_no_fault(server: httpx.Client, value: str) -> None:
    exchange = {"question": "Who?", "filters": {"source": "s", "from": "2024-01-01", "article": "a"}}
    for part in spoilt(exchange, value):
        for form in ("json", "markdown"):
            content = json.dumps({"log": f"[{part}]", "format": form}).encode()
            if len(content) < 60_000:
                check(server, ("POST", "/page/export"), content)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_any_shape_is_no_fault(server: httpx.Client, route: tuple[str, str]) -> None:
    names = sorted(ROUTES[route])

    @settings(max_examples=25, derandomize=True)
    @given(ANY | st.dictionaries(st.sampled_from(names), ANY) if names else ANY)
    def answered(body: Any) -> None:
        check(server, route, json.dumps(body).encode())

    answered()


@pytest.mark.parametrize(
    "value", ["", "%ff", "%00", "%ed%a0%80", "9" * 5_000, "-1", "1e999", "NaN", "%D9%A3", "[]"]
)
def test_any_value_in_an_address_is_no_fault(server: httpx.Client, value: str) -> None:
    names = {
        "/api/v1/search": "q k source language published_from from to article",
        "/api/v1/articles": "title source language published_from to order limit offset",
        "/api/v1/articles/a/passages": "around before after",
        "/article/a": "start end evidence ui",
        "/login": "then",
    }
    for path, wanted in names.items():
        for name in wanted.split():
            before = "q=snow&" if path.endswith("search") and name != "q" else ""
            response = server.get(f"{path}?{before}{name}={value}")
            assert response.status_code < 500, (path, name, response.text)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        response = server.request(method, f"/api/v1/articles/{value}", json={"title": "t"})
        assert response.status_code < 500, (method, value, response.text)
    assert server.get(f"/article/{value}").status_code < 500


def test_a_collection_that_cannot_be_read_is_told_in_the_one_shape(home: Path) -> None:
    with served(home) as client:
        client.put("/api/v1/articles/a", json={"text": "Snow fell on the pass."})
        (home / "current").unlink()
        (home / "current").mkdir()
        assert_problem(client.get("/article/a"), 503)
        assert_problem(client.post("/page/export", json={"log": LOG, "format": "json"}), 503)
