"""Who may do what: the table of doors, and the headers on everything that leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import gradio as gr
import pytest
from gradio.routes import App

from assistant.http.guard import _is_open
from assistant.page.bundles import address
from tests.assistant.serving import TOKEN, until
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    import httpx

WRITES = [
    ("POST", "/api/articles", {"text": "Something to be added."}),
    ("DELETE", "/api/articles/nothing", None),
    ("POST", "/api/rebuild", None),
]


@pytest.fixture(scope="session")
def page(client: httpx.Client) -> httpx.Response:
    """The chat page, once it is there."""
    return until(lambda: (r := client.get("/")) and "gradio_config" in r.text and r)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer " + TOKEN[:-1]}, 401),
        ({"Authorization": "Bearer " + TOKEN + "x"}, 401),
        ({"Authorization": "Basic " + TOKEN}, 401),
        ({"Authorization": TOKEN}, 401),
        ({"Authorization": "Bearer \xe9\xff".encode("latin-1")}, 401),
        ({"Authorization": "Bearer " + TOKEN}, None),
    ],
)
def test_with_a_token_changes_need_it(
    guarded: httpx.Client, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    response = guarded.request(method, path, json=body, headers=headers)
    if status:
        assert_problem(response, status)
        assert response.headers["www-authenticate"] == "Bearer"
    else:
        assert response.status_code in (200, 201, 204, 404)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer " + TOKEN}])
def test_read_only_takes_no_change(
    read_only: httpx.Client, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    assert_problem(read_only.request(method, path, json=body, headers=headers), 403)


@pytest.mark.parametrize("path", ["/api/search?q=a", "/api/articles", "/api/health", "/api/docs"])
def test_reading_needs_no_token(guarded: httpx.Client, read_only: httpx.Client, path: str) -> None:
    assert guarded.get(path).status_code == 200
    assert read_only.get(path).status_code == 200
    assert guarded.post("/api/ask", json={"question": "a"}).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), [*WRITES, ("POST", "/api/ask", {"question": "a"})])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_origin_can_change_nothing(
    client: httpx.Client, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    assert_problem(client.request(method, path, json=body, headers=headers), 403)


def test_our_own_page_can(client: httpx.Client) -> None:
    headers = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/ask", json={"question": "a"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:7860", 200),
        ("LOCALHOST", 200),
        ("[::1]:80", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("localhost.evil.example", 400),
        ("10.0.0.1", 400),
        ("", 400),
        ("[::1", 400),
        ("evil.example@127.0.0.1", 200),
    ],
)
def test_only_names_of_this_machine_are_answered_to(client: httpx.Client, host: str, status: int) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == status


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/component_server",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=assistant/http/api.py",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/run/predict",
        "/gradio_api/api/predict",
        "/gradio_api/runs",
        "/gradio_api/run-history/records",
        "/gradio_api/vibe-code",
        "/gradio_api/profiling/summary",
        "/gradio_api/process_recording",
        "/gradio_api/stream/x",
        "/gradio_api/heartbeat/x",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/queue/status",
        "/gradio_api/queue/join/",
        "/gradio_api/queue/joinx",
        "/config/",
        "/assets/../routes.py",
        "/assets/%2e%2e/routes.py",
        "/assets/.hidden",
        "/assets//x.js",
        "/static/%ff",
        "/static/" + "x" * 5000,
        "/gradio_api/openapi.json",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/openapi.json",
        "/login",
        "/token",
        "/file=/etc/passwd",
        "/ui/../api.py",
        "/ui/%2e%2e/api.py",
        "/apiX",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_other_door_is_closed(client: httpx.Client, method: str, path: str) -> None:
    assert client.request(method, path).status_code in (404, 405)


def _paths(routes: list[Any]) -> set[str]:
    found = set()
    for route in routes:
        found |= {getattr(route, "path", "")}
        found |= _paths(getattr(getattr(route, "original_router", None), "routes", []))
    return found - {""}


def test_of_all_routes_of_gradio_only_those_the_page_needs_are_open() -> None:
    """The list is the installed library's own, so that a new version cannot open a door unseen."""
    with gr.Blocks() as blocks:
        gr.Textbox()
    routes = _paths(App.create_app(blocks).routes)
    assert len(routes) > 60
    named = {re.sub(r"\{\w+(:path)?\}", "x", path).rstrip("/") or "/" for path in routes}
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get")
    assert {(method, path) for path in named for method in methods if _is_open(method, path)} == {
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/assets/x"),
        ("GET", "/config"),
        ("GET", "/favicon.ico"),
        ("GET", "/gradio_api/app_id"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/queue/data"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/manifest.json"),
        ("GET", "/robots.txt"),
        ("GET", "/static/x"),
        ("GET", "/theme.css"),
    }


def test_programs_can_call_two_functions_and_nothing_of_the_page(
    client: httpx.Client, page: httpx.Response
) -> None:
    assert page.status_code == 200
    told = client.get("/gradio_api/info").json()
    assert set(told["named_endpoints"]) == {"/ask", "/search"}
    assert told["unnamed_endpoints"] == {}
    for way in ("call", "run", "api"):
        assert_problem(client.post(f"/gradio_api/{way}/ask", json={"data": ["x"]}), 404)


def test_what_the_page_sends_has_limits_too(client: httpx.Client, page: httpx.Response) -> None:
    assert page.status_code == 200
    chunks = (b"x" * 1000 for _ in range(100))
    headers = {"Content-Type": "application/json"}
    path = "/gradio_api/queue/join"
    assert_problem(client.post(path, content=chunks, headers=headers), 413)
    assert_problem(client.post(path, content=b"x" * 70_000, headers=headers), 413)


@pytest.mark.parametrize("path", ["/", address("page.js"), address("page.css"), "/config"])
def test_the_page_carries_its_headers(client: httpx.Client, page: httpx.Response, path: str) -> None:
    assert page.status_code == 200
    response = client.get(path)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert f"default-src '{'none' if path.startswith('/ui/') else 'self'}'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/api/health", "/api/nothing", "/api/docs", "/monitoring"])
def test_the_api_and_refusals_carry_theirs(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert "script-src 'self'" not in response.headers["content-security-policy"] or path[1] == "m"
    assert response.headers["x-content-type-options"] == "nosniff"
