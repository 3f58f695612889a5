"""How soon the page is there on a slow line: 50 kB a second, 400 ms to the server and back, in Chromium.

Run: `python -m benchmarks.first_page [--out docs/benchmarks.md]`. With `--write` it only writes the list of Gradio's
files that the page loads (assistant/static/gradio.json), by which they are loaded all at once; to be done with each new
version of Gradio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant import Assistant
from assistant.page.app_shell import ASSETS, LIST
from benchmarks.document import put
from benchmarks.first_answer import Browser
from benchmarks.speed import ROOT, until_served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = 3
BYTES_PER_S = 50_000
LATENCY_MS = 400
_PATIENCE_S = 60
_SETTLED_S = 2.0
QUESTION = "who attacked Al-Tanf?"

# Notes when each of these is there first, and asks as soon as there is a box that listens.
_WATCH = """
window.seen = {};
const there = {
  box: () => document.querySelector("#sanad-box textarea")?.placeholder,
  chat: () => document.querySelector("#sanad-log :is(textarea, input)"),
  answer: () => document.querySelector(".sanad-answer"),
};
setInterval(() => {
  for (const [name, is] of Object.entries(there)) if (!seen[name] && is()) {
    seen[name] = performance.now();
    if (name === "box" && %s) {
      document.querySelector("#sanad-box textarea").value = %s;
      document.querySelector("#sanad-box").requestSubmit();
    }
  }
}, 10);
"""
_TOLD = """
const files = performance.getEntriesByType("resource");
const page = performance.getEntriesByType("navigation")[0];
return { seen, files: files.map((one) => new URL(one.name).pathname),
  bytes: [page, ...files].reduce((sum, one) => sum + one.transferSize, 0) };
"""


class Visit(NamedTuple):
    """One opening of the page.

    Attributes:
        seen: seconds until each thing was there.
        files: paths that were asked for, from the browser's cache too.
        bytes: received, headers included.
    """

    seen: dict[str, float]
    files: list[str]
    bytes: int


def visit(browser: Browser, address: str, *, ask: bool) -> Visit:
    """Open the page over the slow line; what is in the browser's cache need not be loaded."""
    chrome = browser.chrome
    line = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": BYTES_PER_S,
        "uploadThroughput": BYTES_PER_S,
    }
    script = {"source": _WATCH % (json.dumps(ask), json.dumps(QUESTION))}
    chrome.execute_cdp_cmd("Network.enable", {})
    chrome.execute_cdp_cmd("Network.emulateNetworkConditions", line)
    added = chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    chrome.execute_cdp_cmd("Page.navigate", {"url": address})
    wanted = "answer" if ask else "chat"
    end = time.monotonic() + _PATIENCE_S
    while wanted not in (chrome.execute_script("return window.seen") or {}):
        if time.monotonic() > end:
            raise TimeoutError(f"no {wanted} within {_PATIENCE_S} s")
        time.sleep(0.1)
    time.sleep(_SETTLED_S)
    told: dict[str, Any] = chrome.execute_script(_TOLD)
    chrome.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    return Visit({name: ms / 1000 for name, ms in told["seen"].items()}, told["files"], told["bytes"])


def visits(address: str, *, ask: bool) -> Iterator[tuple[Visit, Visit]]:
    """Pairs of a first visit, with nothing in the browser's cache, and a second."""
    for _ in range(RUNS):
        browser = Browser()
        try:
            yield visit(browser, address, ask=ask), visit(browser, address, ask=ask)
        finally:
            browser.close()


def table(opened: list[tuple[Visit, Visit]], asked: list[tuple[Visit, Visit]]) -> str:
    """The result as a part of a page."""

    def median(runs: list[tuple[Visit, Visit]], name: str) -> list[str]:
        return [
            f"{statistics.median(visit.seen[name] for visit in kind):.1f} s"
            for kind in zip(*runs, strict=True)
        ]

    rows = [
        ("the page is there and takes a question", *median(opened, "box")),
        ("the chat behind it is there too", *median(opened, "chat")),
        ("the answer to a question asked as soon as the page is there", *median(asked, "answer")),
        ("requests", *(str(len(visit.files) + 1) for visit in opened[0])),
        ("kilobytes", *(f"{visit.bytes / 1000:,.0f}" for visit in opened[0])),
    ]
    lines = [
        "## The page on a slow line",
        "",
        (
            f"Made by `python -m benchmarks.first_page`: Chromium with {BYTES_PER_S // 1000} kB a second and"
            f" {LATENCY_MS} ms to the server and back (DevTools' emulation), the seeds; medians of {RUNS} runs."
        ),
        "",
        "|  | first visit | later |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def served(work: Callable[[str], None]) -> None:
    """Do something with the address of a server of the seeds."""
    with tempfile.TemporaryDirectory() as home:
        with Assistant(home) as assistant:
            assistant.add(ROOT / "seeds")
        until_served(home, "/", "gradio_config", then=work)


def write_list() -> None:
    """Write which of Gradio's files a page loads that has no such list."""

    def note(address: str) -> None:
        browser = Browser()
        found = visit(browser, address, ask=True).files
        browser.close()
        names = dict.fromkeys(path for path in found if path.startswith(ASSETS))
        LIST.write_text(json.dumps(list(names), indent=0) + "\n", "utf-8")

    LIST.write_text("[]\n", "utf-8")
    served(note)


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--write", action="store_true", help="write the list of Gradio's files")
    given = parser.parse_args()
    if given.write:
        write_list()
        return
    opened: list[tuple[Visit, Visit]] = []
    asked: list[tuple[Visit, Visit]] = []

    def measure(address: str) -> None:
        opened.extend(visits(address, ask=False))
        asked.extend(visits(address, ask=True))

    served(measure)
    text = table(opened, asked)
    sys.stdout.write(text)
    if given.out:
        put(given.out, "first page", text)


if __name__ == "__main__":
    main()
