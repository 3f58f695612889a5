"""Clients that never finish: told so and let go, while others are answered."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tests.assistant.test_server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

HEAD = b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = b'{"question": "Who opened the bridge?"}'
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running(tmp_path_factory.mktemp("slow") / "home", "--body-timeout-s", "1") as (_, client):
        yield client


def connected(server: httpx.Client) -> socket.socket:
    return socket.create_connection((server.base_url.host, server.base_url.port or 0), timeout=20)


def told(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """What is answered until the connection is closed by the server."""
    content = b""
    # a byte that is sent after the server has hung up is answered by a reset; what it said before is still to be read
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        HEAD[:30],
        HEAD + b"X-More: ",
        HEAD + b"Content-Length: 50\r\n\r\n",
        HEAD + b'Content-Length: 50\r\n\r\n{"question":',
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
def test_a_request_that_is_never_finished_is_told_and_let_go(server: httpx.Client, begun: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(begun)
        assert server.get("/api/v1/health").status_code == 200
        status, problem = told(connection)
    assert status == problem["status"] == 408
    assert "--body-timeout-s" in str(problem["detail"])


@pytest.mark.parametrize(
    ("begun", "byte"), [(HEAD + b"Content-Length: 1000\r\n\r\n", b" "), (b"GET / HTTP/1.1\r\nX: ", b"x")]
)
def test_a_byte_at_a_time_is_not_patience_without_end(
    server: httpx.Client, begun: bytes, byte: bytes
) -> None:
    ended = threading.Event()
    with connected(server) as connection:

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not ended.wait(0.1):
                    connection.sendall(byte)

        connection.sendall(begun)
        threading.Thread(target=drip, daemon=True).start()
        try:
            assert told(connection)[0] == 408
        finally:
            ended.set()


def test_many_who_never_finish_keep_nobody_else_waiting_for_ever(server: httpx.Client) -> None:
    slow = [connected(server) for _ in range(100)]
    for number, connection in enumerate(slow):
        connection.sendall(HEAD if number % 2 else HEAD + b"Content-Length: 50\r\n\r\n{")
    for _ in range(5):
        assert server.post(
            "/api/v1/ask", content=BODY, headers={"Content-Type": "application/json"}
        ).is_success
    for connection in slow:
        assert told(connection)[0] == 408
        connection.close()


def test_a_kept_connection_may_rest_but_not_begin_and_stop(server: httpx.Client) -> None:
    with connected(server) as connection:
        for rest_s in (0.0, 1.5):  # longer than a request may take
            threading.Event().wait(rest_s)
            connection.sendall(WHOLE)
            answer = b""
            while b'"took_ms"' not in answer:
                answer += connection.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200")
        connection.sendall(HEAD)
        assert told(connection)[0] == 408
