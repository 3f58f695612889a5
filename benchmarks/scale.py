"""How a collection behaves as it grows: building, opening, asking, adding, removing, memory.

Run: `python -m benchmarks.scale [--passages 100000 1000000] [--home DIR] [--out docs/benchmarks.md]`. Makes
collections of made-up articles of five passages (a long tail of words, as language has), or measures one that is there
already (--home; it is changed a little: ten articles are added and removed). Opening and memory are those of a fresh
process, the disk warm.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import Assistant
from benchmarks.document import put
from benchmarks.speed import sentence
from index import Article
from index.ranking import channels

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = 5
QUESTIONS = 200
PER_ARTICLE = 5
# Made-up words are of no language, and finding that out loads a model that no question in a real one needs.
FIRST_QUESTION = "who opened the new bridge in the north?"

OPENER = """
import json, sys, time
begun = time.perf_counter()
from assistant import Assistant
with Assistant(sys.argv[1]) as assistant:
    assistant.ask(sys.argv[2])
    opened = time.perf_counter() - begun
    for question in json.loads(sys.stdin.read()):
        assistant.ask(question)
    status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
    print(json.dumps([opened, int(status["VmHWM"].split()[0]) / 1024, int(status["RssAnon"].split()[0]) / 1024]))
"""


def main() -> None:
    """Measure each size, print, and write a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="*", default=[100_000])
    parser.add_argument("--home", type=Path, help="a collection to measure instead of made-up ones")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    columns = {}
    if given.home:
        columns["as it is"] = measured(given.home, {})
    else:
        for n_passages in given.passages:
            with tempfile.TemporaryDirectory() as folder:
                home, texts = Path(folder) / "home", written(Path(folder) / "texts.jsonl", n_passages)
                columns[f"{n_passages:,}"] = measured(home, built(home, texts, n_passages))
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    lines = [
        "## As a collection grows",
        "",
        (
            f"Made by `python -m benchmarks.scale` on {os.cpu_count()} cores ({platform.machine()}, Python"
            f" {platform.python_version()}); medians of {RUNS} runs, questions one after the other unless it says four."
        ),
        "",
        f"| passages | {' | '.join(columns)} |",
        f"|---|{'---|' * len(columns)}",
        *(
            f"| {name} | {' | '.join(column.get(name, '') for column in columns.values())} |"
            for name in names
        ),
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if given.out:
        put(given.out, "scale", text)


def article(i: int) -> Article:
    """A made-up article of PER_ARTICLE passages of about 80 words."""
    rng = random.Random(i)
    paragraphs = (
        ". ".join(sentence(rng, 16).capitalize() for _ in range(5)) + "." for _ in range(PER_ARTICLE)
    )
    return Article(id=f"made-{i}", text="\n\n".join(paragraphs), language="en")


def written(file: Path, n_passages: int) -> Path:
    """Write made-up articles to a file: making words up takes as long as many a step of adding them."""
    with file.open("w", encoding="utf-8") as lines:
        for i in range(n_passages // PER_ARTICLE):
            one = article(i)
            lines.write(json.dumps([one.id, one.text]) + "\n")
    return file


def read(file: Path) -> Iterator[Article]:
    """Give the articles of such a file."""
    with file.open(encoding="utf-8") as lines:
        for article_id, text in map(json.loads, lines):
            yield Article(id=article_id, text=text, language="en")


def built(home: Path, texts: Path, n_passages: int) -> dict[str, str]:
    """Build a collection from text, then everything derived once more from its database."""
    begun = time.perf_counter()
    with Assistant(home) as assistant:
        assistant.add(read(texts))
        added = time.perf_counter() - begun
        assistant.settle()
        done = time.perf_counter() - begun
    shutil.rmtree(home / "snapshots")
    begun = time.perf_counter()
    with Assistant(home) as assistant:
        assistant.settle()
        derived = time.perf_counter() - begun
    return {
        "from text in a file to durable": f"{n_passages / added:,.0f} passages/s",
        "from text in a file to durable and derived": f"{n_passages / done:,.0f} passages/s",
        "everything derived, made anew from the database": f"{derived:.0f} s ({n_passages / derived:,.0f} passages/s)",
        "database, derived": f"{size_mb(home, 'collection-*')}, {size_mb(home, 'snapshots')} MB",
    }


def measured(home: Path, before: dict[str, str]) -> dict[str, str]:
    """Measure a collection in its home."""
    asked = [sentence(random.Random(-i), 6) + "?" for i in range(1, QUESTIONS + 21)]
    opened, peak, own = zip(*(fresh_process(home, asked[:20]) for _ in range(RUNS)), strict=True)
    with Assistant(home) as assistant, Assistant(home) as other:
        for question in asked[:20]:
            assistant.ask(question)
            other.ask(question)
        one = sorted(latencies(assistant, asked[20:]))
        four = sorted(together(assistant, asked[20:]))
        kept = agreement(assistant, asked[20:])
        adding, removing = zip(*(changes(assistant, other, run) for run in range(RUNS)), strict=True)
    memory = f"{statistics.median(peak):,.0f} / {statistics.median(own):,.0f} MB"
    return before | {
        "a fresh process, open to first answer": f"{statistics.median(opened):.2f} s",
        "its memory, peak / not shared with the disk cache": memory,
        "question p50 / p95": f"{one[len(one) // 2]:.1f} / {one[len(one) * 95 // 100]:.1f} ms",
        "question p50 / p95, four askers": f"{four[len(four) // 2]:.1f} / {four[len(four) * 95 // 100]:.1f} ms",
        "share of the first ten that counting every term gives": f"{kept:.3f}",
        "ten articles added, durable and found by another reader": f"{statistics.median(adding):.0f} ms",
        "one article removed, in no reader's answer": f"{statistics.median(removing):.0f} ms",
    }


def fresh_process(home: Path, asked: list[str]) -> tuple[float, float, float]:
    """Seconds to the first answer of a new process, its peak memory and its own, MB, after some questions."""
    command = [sys.executable, "-c", OPENER, str(home), FIRST_QUESTION]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    opened, peak, own = json.loads(done.stdout)
    return opened, peak, own


def latencies(assistant: Assistant, asked: list[str]) -> list[float]:
    """Milliseconds of each question."""
    times = []
    for question in asked:
        begun = time.perf_counter()
        assistant.ask(question)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def together(assistant: Assistant, asked: list[str]) -> Iterator[float]:
    """Milliseconds of each question, four askers at once."""
    times: list[list[float]] = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda i=i: times[i].extend(latencies(assistant, asked[i::4]))) for i in range(4)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in times:
        yield from own


def agreement(assistant: Assistant, asked: list[str]) -> float:
    """Share of the first ten hits that come too when every term is counted for every row."""
    found = [{hit.passage_id for hit in assistant.search(question, 10)} for question in asked]
    usual, channels.MANY_ROWS = channels.MANY_ROWS, 1 << 40
    exact = [{hit.passage_id for hit in assistant.search(question, 10)} for question in asked]
    channels.MANY_ROWS = usual
    return statistics.mean(len(a & b) / max(1, len(b)) for a, b in zip(found, exact, strict=True))


def changes(assistant: Assistant, other: Assistant, run: int) -> tuple[float, float]:
    """Milliseconds of adding ten articles until another reader finds one, and of removing one likewise."""
    fresh = [
        Article(
            id=f"fresh-{run}-{i}",
            text=f"The courier of run {run} carried parcel zq{run}x{i}q. " + article(10**7 + i).text,
        )
        for i in range(10)
    ]
    other.search("what was removed before", 1)  # so that only what follows is timed
    begun = time.perf_counter()
    assistant.add(fresh)
    assert other.search(f"zq{run}x3q", 1)[0].article.id == f"fresh-{run}-3"  # noqa: S101  # else the time means nothing
    added = time.perf_counter() - begun
    begun = time.perf_counter()
    assistant.remove(fresh[3].id or "")
    gone = all(hit.article.id != f"fresh-{run}-3" for hit in other.search(f"zq{run}x3q", 3))
    removed = time.perf_counter() - begun
    assert gone  # noqa: S101
    for one in fresh:
        if one.id != fresh[3].id:
            assistant.remove(one.id or "")
    return added * 1000, removed * 1000


def size_mb(home: Path, pattern: str) -> str:
    """Size on disk of what matches."""
    files = (
        file for found in home.glob(pattern) for file in (found.rglob("*") if found.is_dir() else [found])
    )
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / 1e6:,.0f}"


if __name__ == "__main__":
    main()
