"""Who may do what, tried on every route that the running app has, listed by the app itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from starlette.routing import Route

from assistant.core.access import COOKIE, Access, Level
from assistant.core.limits import Buckets
from assistant.core.settings import load
from assistant.page.bundles import address
from tests.assistant.serving import TOKEN, served, served_site, until
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

READ_TOKEN = TOKEN[::-1]
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Any]]:
    """A server that even reading needs a token for, with page and agents' door made."""
    home: Path = tmp_path_factory.mktemp("closed") / "home"
    with served_site(home, token=TOKEN, read_token=READ_TOKEN) as (client, site):
        until(lambda: "gradio_config" in client.get("/", headers=bearer(READ_TOKEN)).text)
        client.post("/mcp", json={}, headers=bearer(READ_TOKEN))
        yield client, site


def routes(app: Any, prefix: str = "", seen: frozenset[int] = frozenset()) -> set[tuple[str, str]]:
    """Every method and path of an app and of what is mounted in it."""
    found: set[tuple[str, str]] = set()
    if id(app) in seen:
        return found
    seen |= {id(app)}
    for route in getattr(app, "routes", None) or []:
        path = prefix + (getattr(route, "path", None) or "")
        methods = getattr(route, "methods", None)
        if methods:
            found |= {(method, path) for method in methods}
        elif isinstance(route, Route):
            found |= {("GET", path), ("POST", path)}
        elif hasattr(route, "app"):
            found |= routes(route.app, path, seen) or {("GET", f"{path}/x")}
        if included := getattr(route, "include_context", None):
            found |= routes(route.original_router, prefix + included.prefix, seen)
    for part in ("_api", "_agents", "_page", "_app"):
        found |= routes(getattr(app, part, None), prefix, seen)
    return found


def sent(client: httpx.Client, method: str, path: str, headers: dict[str, str]) -> int:
    filled = re.sub(r"\{[^}]*\}", "x", path) or "/"
    with client.stream(method, filled, headers=headers, json={} if method in WRITING else None) as response:
        return response.status_code  # some of them never end


def test_every_route_of_the_running_app_needs_a_token(closed: tuple[httpx.Client, Any]) -> None:
    client, site = closed
    every = sorted(routes(site))
    paths = {path for _, path in every}
    assert len(every) > 100
    assert {
        "/api/v1/ask",
        "/api/ask",
        "/mcp",
        "/gradio_api/queue/join",
        "/gradio_api/upload",
        "/ui/{name}",
    } <= paths
    for method, path in every:
        for headers in ({}, bearer("x" * 40), {"Authorization": TOKEN}, {"Cookie": f"{COOKIE}={TOKEN}"}):
            assert sent(client, method, path, headers) == 401, (method, path, headers)
        if path.rstrip("/") != "/login":  # ours stands before Gradio's, and wants the token in a form
            assert sent(client, method, path, bearer(TOKEN)) != 401, (method, path)


def test_every_change_needs_the_write_token(closed: tuple[httpx.Client, Any]) -> None:
    client, site = closed
    reading = {f"/api{version}/{name}" for version in ("", "/v1") for name in ("ask", "session")}
    for method, path in sorted(routes(site)):
        if not path.startswith("/api"):
            continue
        changes = method in WRITING and path not in reading
        status = sent(client, method, path, bearer(READ_TOKEN))
        assert (status == 401) is changes, (method, path, status)


def test_a_refusal_tells_nothing_of_what_is_behind(closed: tuple[httpx.Client, Any]) -> None:
    client, _ = closed
    told = {client.get(path).text for path in ("/api/health", "/api/nothing", "/gradio_api/upload", "/x")}
    assert len(told) == 1
    assert "www-authenticate" in client.get("/api/health").headers


def test_a_browser_logs_in_once(closed: tuple[httpx.Client, Any]) -> None:
    client, _ = closed
    html = {"Accept": "text/html"}
    asked = client.get("/article/a?start=1&end=2", headers=html)
    assert "form-action 'self'" in asked.headers["content-security-policy"]  # or no browser would send it
    assert asked.status_code == 401
    assert "password" in asked.text
    action = re.search(r'action="([^"]+)"', asked.text)
    assert action
    wrong = client.post(action[1], data={"token": "guess"})
    assert (wrong.status_code, "not the token" in wrong.text) == (401, True)
    right = client.post(action[1], data={"token": f" {READ_TOKEN} "})
    assert right.status_code == 303
    assert right.headers["location"] == "/article/a?start=1&end=2"
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert READ_TOKEN not in cookie
    mine = {"Cookie": cookie.split(";")[0]}
    client.cookies.clear()
    assert client.get("/api/health", headers=mine).status_code == 200
    assert_problem(client.delete("/api/articles/x", headers=mine), 401)
    assert client.post("/login", content=b"x" * 5000, headers=html).status_code == 413


@pytest.mark.parametrize(
    "then",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nX: y", "javascript:1", "/ar/خ"],
)
def test_logging_in_leads_nowhere_else(closed: tuple[httpx.Client, Any], then: str) -> None:
    client, _ = closed
    done = client.post("/login", params={"then": then}, data={"token": READ_TOKEN})
    client.cookies.clear()
    assert done.headers["location"] == "/"
    assert "x" not in done.headers


@pytest.mark.parametrize(
    ("given", "everyone", "writes"),
    [
        ({}, Level.WRITE, "open"),
        ({"read_only": True}, Level.WRITE, "closed"),
        ({"token": TOKEN}, Level.READ, "token"),
        ({"read_token": TOKEN}, Level.NOTHING, "closed"),
        ({"token": TOKEN, "read_token": READ_TOKEN}, Level.NOTHING, "token"),
        ({"host": "0.0.0.0", "token": TOKEN}, Level.NOTHING, "token"),
        ({"host": "0.0.0.0", "token": TOKEN, "public": True}, Level.READ, "token"),
        ({"host": "0.0.0.0", "read_only": True}, Level.READ, "closed"),
        ({"host": "0.0.0.0", "read_only": True, "read_token": TOKEN}, Level.NOTHING, "closed"),
    ],
)
def test_what_is_open_to_everyone(given: dict[str, Any], everyone: Level, writes: str) -> None:
    access = Access(load(given, {}))
    assert (access.everyone, access.writes) == (everyone, writes)


def test_a_bucket_gives_back_what_time_brings() -> None:
    buckets = Buckets(rate=10)
    assert [buckets.take("a", 0.0) for _ in range(20)] == [0.0] * 20
    assert buckets.take("a", 0.0) == pytest.approx(0.1)
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 0.1) == 0.0
    assert buckets.take("a", 0.1) > 0
    assert [buckets.take("2001:db8::1", 0.0) for _ in range(20)] == [0.0] * 20
    assert buckets.take("2001:db8::ffff", 0.0) > 0
    assert Buckets(0).take("a", 0.0) == 0.0


def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with served(tmp_path / "home", rate="1") as client:
        told = [client.get("/api/health") for _ in range(15)]
        assert [reply.status_code for reply in told] == [200] * 10 + [429] * 5
        assert_problem(told[-1], 429)
        assert int(told[-1].headers["retry-after"]) >= 1
        assert client.get(address("page.css")).status_code == 200


def test_who_is_not_admitted_is_told_to_come_back(tmp_path: Path) -> None:
    import threading

    with served(tmp_path / "home", max_concurrent="1", max_waiting="1") as client:
        client.post("/api/articles", json={"text": "Saffron was harvested. " * 100})
        seen: list[httpx.Response] = []
        threads = [
            threading.Thread(
                target=lambda: seen.append(client.post("/api/ask", json={"question": "saffron?"}))
            )
            for _ in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = [reply for reply in seen if reply.status_code != 200]
        assert len(refused) < len(seen) == 40
        for reply in refused:
            assert assert_problem(reply, 429)["type"] == "/api/docs#busy"
            assert 1 <= int(reply.headers["retry-after"]) <= 60
        assert refused
