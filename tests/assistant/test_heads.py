"""The head of a request: as large as it may be, never read in more than linear time, never ambiguous."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from typing import TYPE_CHECKING

import pytest

from assistant.core.access import COOKIE
from assistant.serving.heads import MAX_BYTES
from tests.assistant.serving import TOKEN, served, until
from tests.assistant.test_api import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

GET = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = b'{"question": "Who opened the bridge?"}'
SMUGGLED = b"GET /api/v1/facets HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that even reading needs a token for, with its page made."""
    home: Path = tmp_path_factory.mktemp("heads") / "home"
    with served(home, token=TOKEN, read_token=TOKEN[::-1]) as client:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        until(lambda: "gradio_config" in client.get("/", headers=bearer).text)
        yield client


def told(server: httpx.Client, sent: bytes) -> tuple[list[int], bytes]:
    """The status of every answer until the server closes the connection, and all of it."""
    address = (server.base_url.host, server.base_url.port or 0)
    content = b""
    with socket.create_connection(address, timeout=20) as connection:
        # who is sent more than it reads answers by a reset; what it said before is still to be read
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65_536):
                content += piece
    starts = [line for line in content.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    return [int(line.split()[1]) for line in starts], content


def problem(content: bytes, status: int) -> dict[str, object]:
    head, _, body = content.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    found: dict[str, object] = json.loads(body)
    assert found["status"] == status
    return found


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 60_000, 250_000, 1_000_000])
@pytest.mark.parametrize("name", [b"Cookie", b"Authorization", b"X-Any"])
def test_a_header_above_the_limit_is_refused(closed: httpx.Client, name: bytes, size: int) -> None:
    value = b'%s="%s"' % (COOKIE.encode(), b"\\a" * (size // 2))
    statuses, content = told(closed, GET + name + b": " + value + b"\r\n\r\n")
    assert statuses == [431]
    assert "16 KB" in str(problem(content, 431)["detail"])


def test_headers_above_the_limit_together_are_refused(closed: httpx.Client) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 90) for number in range(200))
    statuses, content = told(closed, GET + lines + b"\r\n")
    assert statuses == [431]
    problem(content, 431)


def test_a_head_that_never_ends_is_refused_before_it_is_whole(closed: httpx.Client) -> None:
    statuses, content = told(closed, GET + b"X-Any: " + b"x" * 200_000)
    assert statuses == [431]
    problem(content, 431)


def test_an_address_above_the_limit_is_refused(closed: httpx.Client) -> None:
    statuses, content = told(closed, GET.replace(b"/health", b"/search?q=" + b"x" * MAX_BYTES) + b"\r\n")
    assert statuses == [414]
    problem(content, 414)


def test_what_is_no_http_is_told_in_the_one_shape(closed: httpx.Client) -> None:
    for sent in (b"nonsense\r\n\r\n", GET + b"no colon\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\xfc\r\n\r\n"):
        statuses, content = told(closed, sent)
        assert statuses == [400]
        problem(content, 400)


def test_headers_within_the_limit_are_taken(closed: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Any": "x" * (MAX_BYTES - 1000)}
    assert closed.get("/api/v1/health", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/health", "/", "/config", "/gradio_api/info", "/article/x"])
@pytest.mark.parametrize("may", [False, True])
def test_a_cookie_is_read_in_linear_time(closed: httpx.Client, path: str, *, may: bool) -> None:
    """The library's reader takes 0.2 s for each of these, and Gradio and Starlette use it: none may reach them."""
    bearer = {"Authorization": f"Bearer {TOKEN}"} if may else {}
    quoted = '"' + "\\a" * 7_000 + '"'
    began = time.process_time()  # of this process, which has the server too
    for _ in range(10):
        for name in (COOKIE, "access-token"):
            closed.get(path, headers={"Cookie": f"{name}={quoted}", **bearer})
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
        b"content-length: 0\r\ntransfer-encoding: Chunked\r\n",
    ],
)
@pytest.mark.parametrize("token", [b"", b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"])
def test_two_ways_to_say_where_a_body_ends_are_refused(
    closed: httpx.Client, framing: bytes, token: bytes
) -> None:
    statuses, content = told(closed, POST + token + framing + b"\r\n0\r\n\r\n" + SMUGGLED)
    assert statuses == [400]
    assert b"\r\nconnection: close\r\n" in content.lower()
    assert "Transfer-Encoding" in str(problem(content, 400)["detail"])


def test_chunks_in_a_version_that_has_none_are_refused(closed: httpx.Client) -> None:
    old = POST.replace(b"HTTP/1.1", b"HTTP/1.0")
    statuses, content = told(closed, old + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED)
    assert statuses == [400]
    problem(content, 400)


def test_one_way_is_taken(closed: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    assert closed.post("/api/v1/ask", content=BODY, headers=headers).status_code == 200
    assert closed.post("/api/v1/ask", content=iter([BODY]), headers=headers).status_code == 200
    both = {**headers, "Transfer-Encoding": "chunked", "Content-Length": "38"}
    assert_problem(closed.post("/api/v1/ask", content=BODY, headers=both), 400)
