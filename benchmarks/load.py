"""Many askers at once over loopback, while articles are added: latency, refusals, errors, memory.

Run: `python -m benchmarks.load [--seconds 60] [--passages 10000] [--out docs/benchmarks.md]`. The server is a process
of its own (`sanad serve`); the askers are one other process, so all share the machine's cores. No question comes twice,
so no figure is owed to remembering an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant import Assistant
from benchmarks.document import put
from benchmarks.processes import cpu_s, family, memory_mb
from benchmarks.speed import article, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
WARM_S = 10.0

HEAD = "processor, ms an answer | adding p50 / max, ms | memory, MB: begin, quarters"


class Crowd(NamedTuple):
    """How many ask, and how long each waits between an answer and the next question."""

    askers: int
    pause_s: float


CROWDS = (Crowd(50, 0.0), Crowd(50, 2.0), Crowd(500, 0.0), Crowd(500, 10.0))


@dataclass
class Seen:
    """What happened to a crowd: (status or error, seconds) of each question, seconds of each addition, MB."""

    asked: list[tuple[str, float]] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    spent_s: float = 0.0
    seconds: float = 0.0


def main() -> None:
    """Measure, print, and write a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--askers", type=int, help="one crowd of so many, not the usual four")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two questions of one asker")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--home", help="a home that is kept and used again")
    parser.add_argument("--options", default="", help="further options of `sanad serve`")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    crowds = [Crowd(given.askers, given.pause)] if given.askers else CROWDS
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or folder
        fill(home, given.passages)
        rows = []
        for crowd in crowds:
            with serving(home, given.options.split()) as (address, pid):
                rows.append(row(crowd, asyncio.run(load(address, pid, crowd, given.seconds))))
    text = page(rows, given.seconds, given.passages, given.options)
    sys.stdout.write(text)
    if given.out:
        put(given.out, "load", text)


def page(rows: list[str], seconds: float, n_passages: int, options: str) -> str:
    """The part of the page that this program writes."""
    options = f" --options '{options}'" if options else ""
    machine = f"{os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()})"
    return f"""## Many at once

Made by `python -m benchmarks.load --passages {n_passages}{options}` on {machine}, load average
{os.getloadavg()[0]:.1f} at the end; {seconds:.0f} s for each crowd, after {WARM_S:.0f} s that do not count, while an
article is added every second. The server and the askers share the cores. Every question is another one.

| askers | each asks | answers/s | told 429 | errors | p50 / p95 / max, ms | {HEAD} |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

*Processor*: of the server and its children, all their work counted. *Memory*: theirs together, what they share counted
once (PSS), when the counting begins and after each quarter of it. Who is told 429 waits as told.
"""


def row(crowd: Crowd, seen: Seen) -> str:
    """A crowd's line of the table."""
    kinds = Counter(kind for kind, _ in seen.asked)
    times = sorted(time_s for kind, time_s in seen.asked if kind == "200") or [0.0]
    adding = sorted(seen.added) or [0.0]
    errors = {kind: n for kind, n in kinds.items() if kind not in ("200", "429")}
    marks = [seen.memory[0], *(seen.memory[len(seen.memory) * part // 4 - 1] for part in range(1, 5))]
    cells = (
        str(crowd.askers),
        f"{crowd.pause_s:g} s after an answer" if crowd.pause_s else "at once again",
        f"{kinds['200'] / seen.seconds:.0f}",
        f"{kinds['429']:,}",
        f"{errors or 0}",
        f"{at(times, 0.5)} / {at(times, 0.95)} / {at(times, 1)}",
        f"{1000 * seen.spent_s / max(1, kinds['200']):.1f}",
        f"{at(adding, 0.5)} / {at(adding, 1)}",
        " / ".join(f"{mark:.0f}" for mark in marks),
    )
    return f"| {' | '.join(cells)} |"


def fill(home: str, n_passages: int) -> None:
    """Bring a home to its size, with made-up articles of one passage."""
    with Assistant(home) as assistant:
        if len(assistant.articles()) < n_passages:
            assistant.add(article(i) for i in range(n_passages))
            assistant.settle()


@contextmanager
def serving(home: str, options: list[str]) -> Iterator[tuple[str, int]]:
    """A server on a free port; gives its address and process id."""
    command = [sys.executable, "-m", "assistant", "serve", "--port", "0", "--home", home, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", line)
            if not found:
                raise RuntimeError(f"the server did not start: {line}")
            yield found[0], server.pid
        finally:
            server.terminate()


async def load(address: str, pid: int, crowd: Crowd, seconds: float) -> Seen:
    """Let a crowd ask, and add an article a second meanwhile."""
    waiting = Client(address)
    while (
        b"gradio_config" not in (await waiting.send("GET", "/")).content
    ):  # its library is part of the memory
        await asyncio.sleep(0.1)
    seen, warm = Seen(), Seen()
    for told, length in ((warm, WARM_S), (seen, seconds)):
        began, spent = time.perf_counter(), cpu_s(family(pid))
        end = began + length
        first = 0 if told is warm else crowd.askers
        asking = [ask(address, first + n, end, crowd, told) for n in range(crowd.askers)]
        await asyncio.gather(*asking, add(address, end, told), watch(pid, end, told))
        told.seconds = time.perf_counter() - began
        told.spent_s = cpu_s(family(pid)) - spent
    return seen


async def ask(address: str, n: int, end: float, crowd: Crowd, seen: Seen) -> None:
    """One asker: a question after the other; one who is sent away waits as told."""
    rng = random.Random(n)
    client = Client(address)
    await asyncio.sleep(rng.random() * min(crowd.pause_s, end - time.perf_counter()))
    while (began := time.perf_counter()) < end:
        question = sentence(rng, 6) + "?"
        retry_s = crowd.pause_s
        try:
            reply = await client.send("POST", "/api/v1/ask", {"question": question})
            kind = str(reply.status)
            if reply.status == 429:
                retry_s = float(reply.headers["retry-after"])
        except (OSError, EOFError, ValueError) as error:
            kind = type(error).__name__
        seen.asked.append((kind, time.perf_counter() - began))
        await asyncio.sleep(min(retry_s, max(0.0, end - time.perf_counter())))
    client.close()


async def add(address: str, end: float, seen: Seen) -> None:
    """An article a second."""
    client = Client(address)
    number = random.SystemRandom().randrange(10**12)
    while (began := time.perf_counter()) < end:
        number += 1
        made = article(number)
        reply = await client.send(
            "POST", "/api/v1/articles", {"id": made.id, "text": made.text, "language": "en"}
        )
        if reply.status != 201:
            raise RuntimeError(f"an article was not added: {reply.content!r}")
        seen.added.append(time.perf_counter() - began)
        await asyncio.sleep(1)
    client.close()


async def watch(pid: int, end: float, seen: Seen) -> None:
    """Note the memory of the server and its children."""
    while time.perf_counter() < end:
        seen.memory.append(memory_mb(family(pid)))
        await asyncio.sleep(0.5)


class Reply(NamedTuple):
    """A response; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


class Client:
    """One connection, kept open: as little as HTTP/1.1 needs, for the askers share the server's cores."""

    def __init__(self, address: str) -> None:
        self._host, _, port = address.removeprefix("http://").partition(":")
        self._port = int(port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, given: object = None) -> Reply:
        """Send a request and read its response.

        Raises:
            OSError: no connection.
            EOFError: it was closed before the response was whole.
        """
        body = b"" if given is None else json.dumps(given).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        try:
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            reply = await self._read(reader)
        except BaseException:
            self.close()
            raise
        if reply.headers.get("connection") == "close":
            self.close()
        return reply

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> Reply:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "content-length" in headers:
            return Reply(
                int(first.split()[1]), headers, await reader.readexactly(int(headers["content-length"]))
            )
        content = b""
        while size := int(await reader.readline(), 16):
            content += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return Reply(int(first.split()[1]), headers, content)

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            with contextlib.suppress(OSError):
                self._streams[1].close()
        self._streams = None


def at(times: list[float], share: float) -> str:
    """A quantile of sorted seconds, in milliseconds."""
    return f"{1000 * times[min(len(times) - 1, int(share * len(times)))]:.0f}"


if __name__ == "__main__":
    main()
