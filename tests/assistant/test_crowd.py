"""Many at once, and who takes without end: the others are answered all the same."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant import Assistant
from assistant.core.limits import ConcurrencyLimit
from assistant.page.bundles import address
from index import Article
from tests.assistant.serving import served, until
from tests.assistant.test_server import running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an article of nearly five million characters."""
    home: Path = tmp_path_factory.mktemp("large") / "home"
    paragraph = "The keeper of the inn (at the river's end) set up a long line of lanterns, and waited. " * 5
    text = "\n\n".join(f"Evening {number}. {paragraph}" for number in range(11_000))[:4_900_000]
    with Assistant(home) as assistant:
        assistant.add(Article(id="large", text=text, language="en", title="The long walk"))
    return home


@pytest.mark.slow
def test_eight_readers_of_a_large_article_do_not_hold_up_the_rest(large_home: Path) -> None:
    with running(large_home) as (_, client), ThreadPoolExecutor(8) as threads:
        meanwhile = 0
        readers = [threads.submit(client.get, "/article/large?start=100&end=400") for _ in range(8)]
        while not all(reader.done() for reader in readers):
            assert client.get("/api/v1/health").status_code == 200
            meanwhile += 1
        pages = {reader.result().text for reader in readers}
    assert len(pages) == 1
    assert meanwhile > 60  # as many as 176, and 20 where each page was made at once, in a thread of its own


HEALTH = "/api/v1/health"
STREAM = b"GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json, text/event-stream\r\n\r\n"
HEARTBEAT = b"GET /gradio_api/heartbeat/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = b"POST /api/v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n{"
DONE = HEAD + b"\r\n"
ARTICLE = b"GET /article/large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@contextlib.contextmanager
def crowd(client: httpx.Client, number: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Connections that send something, and then neither speak nor listen."""
    with contextlib.ExitStack() as stack:
        held = []
        for _ in range(number):
            connection = socket.create_connection(
                (client.base_url.host, client.base_url.port or 0), timeout=20
            )
            stack.enter_context(connection)
            with contextlib.suppress(ConnectionError):
                connection.sendall(sent)
            held.append(connection)
        yield held


@pytest.fixture(scope="module")
def small(large_home: Path) -> Iterator[tuple[int, httpx.Client]]:
    """A server that may have few files open; afterwards it must have nothing to complain of."""
    with running(large_home, files=256) as (process, client):
        until(lambda: "gradio_config" in client.get("/").text, 120)
        yield process.pid, client
        process.terminate()
        assert process.wait(20) == 0
        assert process.stdout
        told = process.stdout.read().splitlines()
        assert [line for line in told if not line.startswith("sanad: files are parsed")] == []


def assert_others_are_answered(client: httpx.Client) -> None:
    for _ in range(5):
        with httpx.Client(base_url=client.base_url, timeout=20) as another:
            assert another.get(HEALTH).status_code == 200
            assert another.post("/api/v1/ask", json={"question": "Who set up lanterns?"}).status_code == 200


@pytest.mark.parametrize(
    "sent", [b"", HEAD, BODY, DONE, STREAM, HEARTBEAT, ARTICLE], ids=lambda sent: str(sent[:30])
)
def test_a_crowd_that_holds_connections_leaves_room_for_others(
    small: tuple[int, httpx.Client], sent: bytes
) -> None:
    with crowd(small[1], 600, sent):
        assert_others_are_answered(small[1])


def test_streams_beyond_those_of_an_address_are_refused(small: tuple[int, httpx.Client]) -> None:
    def begun() -> bool:
        with crowd(small[1], 40, STREAM) as held:
            told = [connection.recv(65_536) for connection in held]
        refused = [answer for answer in told if answer.startswith(b"HTTP/1.1 429")]
        assert all(b"retry-after: 1" in answer and b"connection: close" in answer for answer in refused)
        assert len(refused) >= 24
        return len([answer for answer in told if answer.startswith(b"HTTP/1.1 200")]) == 16

    until(begun)  # those of the test before may still be ending
    until(begun)


@pytest.mark.slow
def test_without_files_to_open_it_waits_and_says_so_once(large_home: Path) -> None:
    with running(large_home) as (process, client):
        until(lambda: "gradio_config" in client.get("/").text, 120)
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        there = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (there + 2, hard))
        before_s = used_s(process.pid)
        with crowd(client, 50, b""):
            time.sleep(4)
        assert used_s(process.pid) - before_s < 2
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (hard, hard))
        assert_others_are_answered(client)
        process.terminate()
        process.wait(20)
        assert process.stdout
        said = process.stdout.read()
        assert said.count("ulimit -n") == 1
        assert len(said) < 1_000


def used_s(pid: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_limit_is_of_each_and_of_all() -> None:
    limit = ConcurrencyLimit(each=2, together=3)
    with (
        limit.acquire("10.0.0.1") as first,
        limit.acquire("10.0.0.1") as second,
        limit.acquire("10.0.0.1") as third,
    ):
        assert (first, second, third) == (True, True, False)
        with limit.acquire("10.0.0.2") as other, limit.acquire("10.0.0.3") as beyond:
            assert (other, beyond) == (True, False)
        with limit.acquire("2001:db8::1") as network, limit.acquire("2001:db8::2"):
            assert network
    with limit.acquire("10.0.0.3") as later:
        assert later


def test_of_each_article_page_the_rate_is_counted(tmp_path: Path) -> None:
    with served(tmp_path / "home", rate="1") as client:
        statuses = [client.get("/article/none").status_code for _ in range(12)]
        assert statuses.count(429) >= 1
        assert statuses[0] == 404
        assert client.get(address("page.js")).status_code == 200
