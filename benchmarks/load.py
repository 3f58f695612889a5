"""Many askers at once over loopback, while articles are added: latency, errors, memory.

Run: `python -m benchmarks.load [--askers 50] [--seconds 60] [--passages 10000]`. The server is a process of its own
(`sanad serve`); the askers are one other process, so both share the machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from assistant import Assistant
from benchmarks.speed import article, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
MB = 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two questions of one asker")
    parser.add_argument("--home", help="a home that is kept and used again")
    parser.add_argument("--options", default="", help="further options of `sanad serve`")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or folder
        fill(home, given.passages)
        with serving(home, given.options.split()) as (address, pid):
            report = asyncio.run(load(address, pid, given.askers, given.seconds, given.passages, given.pause))
    sys.stdout.write(report + "\n")


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


async def load(address: str, pid: int, askers: int, seconds: float, n_passages: int, pause: float) -> str:
    """Ask from `askers` clients at once, add an article a second meanwhile; give the figures as lines."""
    tls = ssl.create_default_context()  # made once: it is not used, but making it is slow
    async with contextlib.AsyncExitStack() as stack:
        # few askers a client: what its connection pool does takes the square of their number
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, verify=tls)
            )
            for _ in range(1 + askers // 10)
        ]
        client = clients[-1]
        for i in range(20):
            await client.post("/api/v1/ask", json={"question": sentence(random.Random(-i), 6) + "?"})
        while "gradio_config" not in (await client.get("/")).text:  # its library is part of the memory
            await asyncio.sleep(0.1)
        before, spent = memory(pid), cpu_s(pid)
        end = time.perf_counter() + seconds
        seen: list[tuple[str, float]] = []
        added: list[float] = []
        asking = [ask(clients[n // 10], n, end, pause, seen) for n in range(askers)]
        peaks = [before]
        await asyncio.gather(*asking, add(client, n_passages, end, added), watch(pid, end, peaks))
    spent = cpu_s(pid) - spent
    kinds = Counter(kind for kind, _ in seen)
    times = sorted(time_s for kind, time_s in seen if kind == "200") or [0.0]
    adding = sorted(added) or [0.0]
    return "\n".join(
        [
            f"{askers} askers for {seconds:.0f} s, {n_passages:,} passages, {os.cpu_count()} cores",
            f"answers: {dict(kinds)}; {kinds['200'] / seconds:.0f} a second",
            f"processor time of the server: {1000 * spent / max(1, kinds['200']):.1f} ms an answer, all work counted",
            f"latency p50 / p95 / max: {at(times, 0.5)} / {at(times, 0.95)} / {at(times, 1)} ms",
            f"adding an article p50 / max: {at(adding, 0.5)} / {at(adding, 1)} ms ({len(added)} added)",
            f"memory at the start, and after each quarter: {quarters(before, peaks)} MB",
        ]
    )


async def ask(
    client: httpx.AsyncClient, n: int, end: float, pause: float, seen: list[tuple[str, float]]
) -> None:
    """One asker: a question after the other; one who is sent away waits as told."""
    rng = random.Random(n)
    while time.perf_counter() < end:
        question = sentence(rng, 6) + "?"
        began = time.perf_counter()
        try:
            reply = await client.post("/api/v1/ask", json={"question": question})
            kind = str(reply.status_code)
        except httpx.HTTPError as error:
            kind = type(error).__name__
            reply = httpx.Response(503)
        seen.append((kind, time.perf_counter() - began))
        await asyncio.sleep(float(reply.headers["retry-after"]) if kind == "429" else pause)


async def add(client: httpx.AsyncClient, first: int, end: float, added: list[float]) -> None:
    """An article a second."""
    number = first + random.SystemRandom().randrange(10**9)
    while time.perf_counter() < end:
        number += 1
        made = article(number)
        began = time.perf_counter()
        reply = await client.post(
            "/api/v1/articles", json={"id": made.id, "text": made.text, "language": "en"}
        )
        reply.raise_for_status()
        added.append(time.perf_counter() - began)
        await asyncio.sleep(1)


async def watch(pid: int, end: float, seen: list[float]) -> None:
    """Note the server's memory."""
    while time.perf_counter() < end:
        seen.append(memory(pid))
        await asyncio.sleep(0.5)


def memory(pid: int) -> float:
    """Resident memory of a process, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def quarters(before: float, seen: list[float]) -> str:
    """The first of some values, and those at each quarter of them."""
    marks = [before, *(seen[len(seen) * part // 4 - 1] for part in range(1, 5))]
    return " / ".join(f"{mark:.0f}" for mark in marks)


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def at(times: list[float], share: float) -> str:
    """A quantile of sorted seconds, in milliseconds."""
    return f"{1000 * times[min(len(times) - 1, int(share * len(times)))]:.0f}"


if __name__ == "__main__":
    main()
