"""How fast the everyday things are: first page, first answer, questions, adding, removing.

Run: `make bench`, or `python -m benchmarks.speed [--passages 10000] [--out docs/benchmarks.md]`.
Each figure is the median of several runs on the machine that runs it; the machine is named in the output.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import Assistant
from benchmarks.document import put
from benchmarks.first_answer import Browser, has_browser
from index import Article

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
RUNS = 5
QUESTION = "What happened at the base?"


def main() -> None:
    """Measure, print, and write a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows = [*start_up(), *first_answers(), *questions(given.passages)]
    lines = [
        "# Speed",
        "",
        (
            f"Made by `python -m benchmarks.speed --passages {given.passages}` on {os.cpu_count()} cores"
            f" ({platform.machine()}, Python {platform.python_version()}); medians of {RUNS} runs."
        ),
        "",
        "| what | median |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows),
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if given.out:
        put(given.out, "speed", text)


def start_up() -> list[tuple[str, str]]:
    """Time the server and the command line on the seeds, environment installed, disk warm."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "assistant"]
        subprocess.run([*command, "add", "seeds", "--home", home], cwd=ROOT, check=True, capture_output=True)
        answer = median(lambda: subprocess.run(asking(home), cwd=ROOT, check=True, capture_output=True))
        helped = median(lambda: subprocess.run([*command, "--help"], check=True, capture_output=True))
        health = median_of([until_served(home, "/api/health") for _ in range(RUNS)])
        page = median_of([until_served(home, "/") for _ in range(RUNS)])
        chat = median_of([until_served(home, "/", "gradio_config") for _ in range(RUNS)])
        made = median_of([until_served(home, "/", make=True) for _ in range(RUNS)])
    return [
        ("`sanad --help`", f"{helped:.2f} s"),
        ("`sanad ask` on the seeds, whole process", f"{answer:.2f} s"),
        ("`sanad serve` to the first `/api/health`", f"{health:.2f} s"),
        ("`sanad serve` to the first page (it fills itself when the chat is there)", f"{page:.2f} s"),
        ("`sanad serve` to the chat", f"{chat:.2f} s"),
        ("`make run`, installed before, to the first page", f"{made:.2f} s"),
    ]


def first_answers() -> list[tuple[str, str]]:
    """Time from `sanad serve` to an answer in the page of a browser that is open already."""
    if not has_browser():
        sys.stderr.write("no Chromium with its driver: the first answer in the page is not measured\n")
        return []
    shown: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        with Assistant(home) as assistant:
            assistant.add(ROOT / "seeds")
        browser = Browser()

        def ask(address: str) -> None:
            shown.append(timed(lambda: browser.ask(address, QUESTION)))

        answered = [until_served(home, "/", then=ask) for _ in range(RUNS)]
        shown.clear()
        for _ in range(RUNS):
            until_served(home, "/", "gradio_config", then=ask)
        browser.close()
    return [
        (
            "`sanad serve` to the first answer in the page, browser open before",
            f"{median_of(answered):.2f} s",
        ),
        (
            "the same after the chat is there: page opened, question typed, answer shown",
            f"{median_of(shown):.2f} s",
        ),
    ]


def until_served(
    home: str, path: str, text: str = "", *, make: bool = False, then: Callable[[str], None] | None = None
) -> float:
    """Start a server and wait for its first 200 with a text in it, and do something with its address; seconds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assistant", "serve", "--home", home, "--port", str(port)]
    if make:
        command = ["make", "run", f"ARGS=--home {home} --port {port}"]
    started = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet)
    try:
        while time.perf_counter() - started < 60:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as reply:
                    found = reply.status == 200 and text in reply.read().decode()
                if found and then:
                    then(f"http://127.0.0.1:{port}/")
                if found:
                    return time.perf_counter() - started
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.02)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    raise TimeoutError(f"no page at {path} within 60 s")


def questions(n_passages: int) -> list[tuple[str, str]]:
    """Time questions, adding and removing on a collection of made-up passages."""
    with tempfile.TemporaryDirectory() as home, Assistant(home) as assistant:
        made = [article(i) for i in range(n_passages)]
        started = time.perf_counter()
        assistant.add(made)
        build = n_passages / (time.perf_counter() - started)
        asked = [sentence(random.Random(-i), 6) + "?" for i in range(1, 201)]
        for question in asked[:20]:
            assistant.ask(question)
        times = []
        for question in asked:
            begun = time.perf_counter()
            assistant.ask(question)
            times.append((time.perf_counter() - begun) * 1000)
        times.sort()
        whole = median(lambda: subprocess.run(asking(home), cwd=ROOT, check=True, capture_output=True))
        adding, removing = [], []
        for run in range(RUNS):
            fresh = [article(n_passages + run * 10 + i) for i in range(10)]
            adding.append(timed(lambda fresh=fresh: (assistant.add(fresh), assistant.ask("ready?"))))  # type: ignore[misc]
            gone = fresh[0].id or ""
            removing.append(timed(lambda gone=gone: (assistant.remove(gone), assistant.ask("ready?"))))  # type: ignore[misc]
    size = f"{n_passages:,} passages"
    return [
        (f"`sanad ask`, {size}, whole process", f"{whole:.2f} s"),
        (f"question, {size}, p50 / p95", f"{times[100]:.1f} / {times[190]:.1f} ms"),
        (f"questions a second, one asker, {size}", f"{1000 / statistics.mean(times):.0f}"),
        (
            f"adding 10 articles to {size}, durable and in the next answer",
            f"{median_of(adding) * 1000:.0f} ms",
        ),
        (f"removing one from {size}", f"{median_of(removing) * 1000:.0f} ms"),
        ("passages a second, from text to durable and searchable", f"{build:.0f}"),
    ]


def asking(home: str) -> list[str]:
    """The command that asks a question of a home."""
    return [sys.executable, "-m", "assistant", "ask", QUESTION, "--home", home]


SYLLABLES = [a + b + c for a in "bdfghklmnrstz" for b in "aeiou" for c in ("", "l", "n", "r", "s")]


def sentence(rng: random.Random, n: int) -> str:
    """Words with a long-tailed frequency, as language has."""
    return " ".join(
        "".join(SYLLABLES[min(int(rng.paretovariate(0.6)) + i, 324)] for i in range(rng.randint(2, 3)))
        for _ in range(n)
    )


def article(i: int) -> Article:
    """One passage of about 80 words."""
    rng = random.Random(i)
    text = ". ".join(sentence(rng, 16).capitalize() for _ in range(5))
    return Article(id=f"made-{i}", text=text + ".", language="en")


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(work: Callable[[], object]) -> float:
    """Median seconds of several calls."""
    return median_of([timed(work) for _ in range(RUNS)])


def median_of(values: list[float]) -> float:
    """Median, for short."""
    return statistics.median(values)


if __name__ == "__main__":
    main()
