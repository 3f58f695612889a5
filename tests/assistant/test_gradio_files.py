"""Nothing that Gradio is sent makes the server read a file or connect to an address."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Assistant
from index import Article
from tests.assistant.serving import until
from tests.assistant.test_gradio_door import ANSWERS, GOOD, JOIN, joined, told
from tests.assistant.test_server import ROOT, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

# how many values each function takes: ask, search, submit, restore, clear
VALUES = {0: 8, 1: 8, 2: 3, 3: 1, 4: 0}
READ = (
    "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/gradio_api/info",
    "/gradio_api/app_id", ANSWERS, "/assets/x.js", "/static/img/logo.svg",
)  # fmt: skip


class Traps:
    """A file, a pipe that nobody writes to and an address: nothing may touch them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.file = folder / "secret-of-the-test.txt"
        self.file.write_text("what nobody may read: quahog", "utf-8")
        self.pipe = folder / "secret-pipe"
        os.mkfifo(self.pipe)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}/hit"

    def was_asked(self) -> bool:
        """Whether somebody has connected."""
        try:
            self.listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True


class Attack:
    """Requests to every route that is open; most would make Gradio read something."""

    def __init__(self, traps: Traps) -> None:
        self._draw = random.Random(22)
        file = traps.file
        self._names = [
            str(file),
            str(traps.pipe),
            traps.address,
            f"file://{file}",
            f"/gradio_api/file={file}",
        ]

    def requests(self, count: int) -> Iterator[tuple[str, str, bytes]]:
        """(method, path with its query, body)."""
        for number in range(count):
            path = JOIN if number % 5 else self._draw.choice(READ)
            names = ("deep_link", "page", "session_hash", "file")
            query = "&".join(f"{name}={self._draw.choice(self._names)}" for name in names)
            yield ("POST" if path == JOIN else "GET"), f"{path}?{query}", self._body()

    def _body(self) -> bytes:
        draw = self._draw
        function = draw.choice([*VALUES, *VALUES, *VALUES, -1, 99, None, "2"])
        values: list[Any] = [draw.choice(self._names) for _ in range(VALUES.get(function, 3))]
        for place in draw.sample(range(len(values)), k=min(len(values), draw.randrange(3))):
            values[place] = self._lure()
        made = {"data": values, "fn_index": function, "session_hash": f"s{draw.randrange(10**9)}"}
        if draw.random() < 0.2:
            more = ("event_data", "path", "meta", "url", "event_id", "batched", "trigger_id", "session_hash")
            made[draw.choice(more)] = self._lure()
        return self._damaged(json.dumps(made).encode())

    def _lure(self) -> Any:
        one = self._draw.choice(self._names)
        meta = {"_type": "gradio.FileData"}
        data = {"path": one, "url": one, "orig_name": "x.txt", "meta": meta}
        lures = [
            data, [data], {"path": one}, {"path": one, "meta": meta}, {"url": one, "meta": meta}, [[one, None]],
            {"video": data, "subtitles": data}, {"__type__": "update", "value": data}, json.dumps(data),
            {"role": "user", "content": [{"file": data, "type": "file"}]}, None, True, 0, 2**53 + 1, 1e308,
        ]  # fmt: skip
        return self._draw.choice(lures)

    def _damaged(self, content: bytes) -> bytes:
        if self._draw.random() < 0.9:
            return content
        place = self._draw.randrange(len(content))
        return content[:place] + bytes([self._draw.randrange(256)]) + content[place + 1 :]


def ask_all(client: httpx.Client, traps: Traps) -> None:
    """Send 500 requests and call for every answer."""
    taken = 0
    for method, path, content in Attack(traps).requests(500):
        response = client.request(method, path, content=content)
        assert response.status_code < 500, (path, content)
        if method == "POST" and response.status_code == 200:
            taken += 1
            assert told(client, json.loads(content)["session_hash"])[-1]["msg"] == "close_stream"
    assert taken > 50  # where such names are words of a question, they are words
    joined(client, GOOD)
    assert told(client, "tab1")[-1]["msg"] == "close_stream"


@contextmanager
def traced(pid: int, log: Path) -> Iterator[None]:
    """Note which files a process names and what it connects to."""
    watched = ["-f", "-qq", "-s", "4096", "-e", "trace=%file,connect", "-o", str(log), "-p", str(pid)]
    with subprocess.Popen(["strace", *watched], stderr=subprocess.PIPE, text=True) as tracer:
        time.sleep(1.0)
        if tracer.poll() is not None and tracer.stderr:
            pytest.skip(f"strace may not look at the server: {tracer.stderr.read()}")
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGINT)


@contextmanager
def attacked(home: Path, traps: Traps, *options: str) -> Iterator[tuple[int, httpx.Client]]:
    """A server with its page ready and warm; afterwards no trap may have been touched."""
    with Assistant(home) as assistant:
        assistant.add(Article(id="bridge", text="The mayor opened the new bridge.", language="en"))
    with running(home, *options) as (process, client):
        until(lambda: "gradio_config" in client.get("/").text, 120)
        # what is loaded once is loaded: for a text in an unknown language, and for a passage that is read
        for question in ("Lorem ipsum dolor amet consectetur adipiscing", "Who opened the new bridge?"):
            joined(client, {**GOOD, "data": [question, "", ""]})
            told(client, "tab1")
        yield process.pid, client
    assert not traps.was_asked()
    assert not [path for path in home.rglob("*") if path.is_file() and b"quahog" in path.read_bytes()]


@pytest.mark.slow
def test_no_file_is_read_and_nobody_connected_to(home: Path, tmp_path: Path) -> None:
    traps = Traps(tmp_path / "traps")
    with attacked(home, traps, "--read-only") as (_, client):
        ask_all(client, traps)


@pytest.mark.slow
def test_of_all_the_servers_calls_none_leaves_the_home_and_the_program(home: Path, tmp_path: Path) -> None:
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    traps, log = Traps(tmp_path / "traps"), tmp_path / "calls"
    with attacked(home, traps) as (pid, client), traced(pid, log):
        ask_all(client, traps)
    calls = log.read_text("utf-8", "replace").splitlines()
    assert not [call for call in calls if "connect(" in call]
    assert not [call for call in calls if "secret-" in call]
    machine = (
        Path("/sys/devices/system/cpu"),
        Path("/dev/urandom"),
    )  # the engine counts cores, Python needs chance
    ours = (home, ROOT, *machine, *map(Path, (sys.prefix, sys.base_prefix, *filter(None, sys.path))))
    named = {Path(call.split('"')[1]) for call in calls if '"/' in call}
    named -= {*home.parents, *ROOT.parents}  # the engine resolves the path of its weights
    assert named
    assert not [path for path in named if not any(path.is_relative_to(one) for one in ours)]
