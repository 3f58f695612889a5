"""Loads a real server over HTTP: several threads ask, list and read, and one changes a fixed number of articles.

Arguments: home, seconds. The last line of output is a JSON object: `done` counts the requests by kind, `failures` has
the first faults, and `first` and `last` have the levels of an early and of the last part of the time. A level is a
median of many samples. `server_mb` is resident memory, `descriptors` counts the open files of all processes,
`home_bytes` is what the home takes on the disk, `folders` counts what lies in the folders of snapshots.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx

from tests.faults.pairs import WORDS
from tests.faults.running import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASKERS = 6
# the writer removes articles down to the fewest and adds them up to the most, so that snapshots are due all the time
FEWEST, MOST = 28, 40
# parts of the time whose levels are compared: what comes before the first warms up
FIRST, LAST = (0.4, 0.55), (0.85, 1.0)
SAMPLE_S, PAUSE_S = 0.2, 0.01

BASE = "/api/v1/articles"
# what a server must refuse, each with a status of the client's fault
WRONG: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/api/v1/ask", {"json": {"question": " ؟! "}}),
    ("POST", "/api/v1/ask", {"json": {"question": "x" * 2_000}}),
    ("POST", "/api/v1/ask", {"json": {"question": "harbour", "k": 0}}),
    ("POST", "/api/v1/ask", {"json": {"question": "harbour", "filters": {"from": "soon"}}}),
    ("POST", "/api/v1/ask", {"content": b"{", "headers": {"content-type": "application/json"}}),
    ("POST", "/api/v1/ask", {"content": b"x" * 70_000, "headers": {"content-type": "application/json"}}),
    ("GET", "/api/v1/search", {"params": {"q": "harbour", "k": 10**9}}),
    ("GET", "/api/v1/search", {"params": {"q": "harbour", "language": "x" * 9, "to": "never"}}),
    ("GET", BASE, {"params": {"order": "colour"}}),
    ("GET", BASE, {"params": {"limit": 2**64}}),
    ("GET", f"{BASE}/none", {}),
    ("POST", BASE, {"json": {"id": "empty", "text": " "}}),
    ("PUT", f"{BASE}/none", {"json": {"text": ["no", "text"]}}),
    ("PATCH", f"{BASE}/none", {"json": {"title": "none"}}),
    ("DELETE", f"{BASE}/none", {}),
    ("GET", "/api/v1/nothing", {}),
)
# the command `sanad`, with upkeep after a few changes instead of thousands
_START = (
    "import sys; from tests.faults.keeper import make_upkeep_frequent; make_upkeep_frequent();"
    " from assistant.cli import main; main(sys.argv[1:])"
)

State = tuple[int, int]
"""Which article stands in a place, and in which version; both only grow. Version 0: it is yet to be added."""


class Ledger:
    """What the server has acknowledged.

    Attributes:
        states: of each place; an older state may not be in an answer to a question that is asked from now on.
        leaving: the article of each place that the writer removed last, noted before it asks for that.
        texts: of the articles that are there, by place.
    """

    def __init__(self) -> None:
        self.states: dict[int, State] = dict.fromkeys(range(MOST), (0, 0))
        self.leaving: dict[int, int] = dict.fromkeys(range(MOST), -1)
        self.texts: dict[int, str] = {}

    def check(self, seen: list[dict[str, Any]], before: dict[int, State]) -> None:
        """Fail if articles of an answer are older than what was acknowledged before the question."""
        for article in seen:
            place, number, version = map(int, article["url"].split("/")[-3:])
            assert article["id"] == name_of(place, number)
            assert (number, version) >= before[place], f"{article['url']} after {before[place]}"


def name_of(place: int, number: int) -> str:
    return f"place{place}-{number}"


def words(rng: random.Random, place: int, count: int) -> str:
    """Choose words of the language of a place: a few known ones, since the vocabulary never forgets one."""
    return " ".join(rng.sample(WORDS[place % 2], count))


def body(place: int, number: int, version: int, text: str) -> dict[str, str]:
    """Give an article; its address says which it is, and in which version."""
    url = f"https://example.org/{place}/{number}/{version}"
    return {"text": text, "title": f"Place {place}", "url": url, "language": ("en", "ar")[place % 2]}


class Soak:
    """Threads that use a server, until they are told to stop."""

    def __init__(self, address: str) -> None:
        self.address, self.ledger = address, Ledger()
        self.stop = threading.Event()
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []
        self.grows = False

    def use(self, turn: Callable[[httpx.Client, random.Random], str], seed: int) -> None:
        """Take one turn after another; a turn gives its kind."""
        rng = random.Random(seed)
        with httpx.Client(base_url=self.address, timeout=60) as client:
            while not self.stop.is_set():
                try:
                    self.done[turn(client, rng)] += 1
                except Exception:  # noqa: BLE001  # any fault counts
                    self.failures.append(traceback.format_exc())
                self.stop.wait(PAUSE_S)

    def sent(self, client: httpx.Client, method: str, path: str, **given: Any) -> httpx.Response:
        """Send a request, again while the server says with 503 when to come back; no other status is above 499."""
        while True:
            reply = client.request(method, path, **given)
            if reply.status_code != 503 or "retry-after" not in reply.headers:
                assert reply.status_code < 500, f"{method} {path}: {reply.status_code} {reply.text}"
                return reply
            self.done["unavailable"] += 1
            time.sleep(min(float(reply.headers["retry-after"]), 1))

    # -- those who ask --------------------------------------------------------------------------------

    def asker(self, client: httpx.Client, rng: random.Random) -> str:
        kinds = (self.ask, self.ask, self.search, self.follow_up, self.look_through, self.read, self.err)
        kind = rng.choice(kinds)
        kind(client, rng)
        return kind.__name__

    def ask(self, client: httpx.Client, rng: random.Random, history: tuple[str, ...] = ()) -> None:
        question, before = words(rng, rng.randrange(2), 4), dict(self.ledger.states)
        reply = self.sent(client, "POST", "/api/v1/ask", json={"question": question, "history": history})
        assert reply.status_code == 200, reply.text
        said = reply.json()
        self.ledger.check([hit["article"] for hit in said["citations"] + said["nearest"]], before)

    def follow_up(self, client: httpx.Client, rng: random.Random) -> None:
        self.ask(client, rng, ("Who closed the old bridge?", words(rng, 0, 5)))

    def search(self, client: httpx.Client, rng: random.Random) -> None:
        before = dict(self.ledger.states)
        given = {"q": words(rng, rng.randrange(2), 3), "k": rng.choice((1, 5, 20))}
        reply = self.sent(client, "GET", "/api/v1/search", params=given)
        assert reply.status_code == 200, reply.text
        assert len(reply.json()["hits"]) > 0
        self.ledger.check([hit["article"] for hit in reply.json()["hits"]], before)

    def look_through(self, client: httpx.Client, rng: random.Random) -> None:
        before = dict(self.ledger.states)
        given = {
            "limit": 10,
            "offset": rng.randrange(0, MOST, 10),
            "order": rng.choice(("oldest", "-title", "language")),
        }
        reply = self.sent(client, "GET", BASE, params=given)
        assert reply.status_code == 200, reply.text
        assert FEWEST <= reply.json()["total"] <= MOST
        self.ledger.check(reply.json()["articles"], before)

    def read(self, client: httpx.Client, rng: random.Random) -> None:
        place = rng.randrange(MOST)
        number, version = self.ledger.states[place]
        if not version:
            return
        path = f"{BASE}/{name_of(place, number)}"
        reply = self.sent(client, "GET", rng.choice((path, f"{path}/passages")))
        if reply.status_code == 404:
            assert self.ledger.leaving[place] >= number, f"{path} is not there"
        else:
            assert reply.status_code == 200, reply.text

    def err(self, client: httpx.Client, rng: random.Random) -> None:
        method, path, given = rng.choice(WRONG)
        reply = self.sent(client, method, path, **given)
        assert reply.status_code >= 400, f"{method} {path} {given}: {reply.status_code}"

    # -- the one who writes ---------------------------------------------------------------------------

    def fill(self) -> None:
        """Add all articles, before anybody asks."""
        texts = {place: words(random.Random(place), place, 12) + "." for place in range(MOST)}
        given = [{"id": name_of(place, 0), **body(place, 0, 1, text)} for place, text in texts.items()]
        with httpx.Client(base_url=self.address, timeout=60) as client:
            assert self.sent(client, "POST", BASE, json=given).status_code == 201
        self.ledger.texts, self.ledger.states = texts, dict.fromkeys(texts, (0, 1))

    def writer(self, client: httpx.Client, rng: random.Random) -> str:
        here = [place for place, (_, version) in self.ledger.states.items() if version]
        self.grows = len(here) < MOST if self.grows else len(here) <= FEWEST
        kind = rng.choice((self.replace, self.edit, self.add if self.grows else self.remove))
        free = [place for place in range(MOST) if place not in here]
        kind(client, rng, rng.choice(free if kind == self.add else here))
        return kind.__name__

    def add(self, client: httpx.Client, rng: random.Random, place: int) -> None:
        number, text = self.ledger.states[place][0], words(rng, place, 12) + "."
        given = {"id": name_of(place, number), **body(place, number, 1, text)}
        reply = self.sent(client, "POST", BASE, json=given)
        assert reply.status_code in {200, 201}, reply.text
        self.ledger.texts[place], self.ledger.states[place] = text, (number, 1)

    def replace(self, client: httpx.Client, rng: random.Random, place: int) -> None:
        (number, version), text = self.ledger.states[place], words(rng, place, 12) + "."
        path, given = f"{BASE}/{name_of(place, number)}", body(place, number, version + 1, text)
        reply = self.sent(client, "PUT", path, json=given)
        assert reply.status_code == 200, reply.text
        self.ledger.texts[place], self.ledger.states[place] = text, (number, version + 1)

    def edit(self, client: httpx.Client, _: random.Random, place: int) -> None:
        number, version = self.ledger.states[place]
        given = {"url": body(place, number, version + 1, "")["url"]}
        reply = self.sent(client, "PATCH", f"{BASE}/{name_of(place, number)}", json=given)
        assert reply.status_code == 200, reply.text
        self.ledger.states[place] = (number, version + 1)

    def remove(self, client: httpx.Client, _: random.Random, place: int) -> None:
        number, _version = self.ledger.states[place]
        self.ledger.leaving[place] = number
        reply = self.sent(client, "DELETE", f"{BASE}/{name_of(place, number)}")
        assert reply.status_code in {204, 404}, (
            reply.text
        )  # 404: it was told 503 before, and done all the same
        self.ledger.states[place] = (number + 1, 0)
        del self.ledger.texts[place]

    # -- the end --------------------------------------------------------------------------------------

    def find_all(self) -> None:
        """Fail if something that was acknowledged is not there, or something that was removed is."""
        with httpx.Client(base_url=self.address, timeout=60) as client:
            assert client.get("/api/v1/health").json()["status"] == "ok"
            assert client.get(BASE).json()["total"] == len(self.ledger.texts)
            for place, (number, version) in self.ledger.states.items():
                name = name_of(place, number)
                if not version:
                    assert client.get(f"{BASE}/{name_of(place, number - 1)}").status_code == 404
                    continue
                text, kept = self.ledger.texts[place], client.get(f"{BASE}/{name}").json()
                wanted = body(place, number, version, text)
                assert {key: kept[key] for key in wanted} == wanted
                found = client.get("/api/v1/search", params={"q": text, "k": 5}).json()["hits"]
                assert name in {hit["article"]["id"] for hit in found}, f"{name} is not found"

    def run(self, pid: int, home: Path, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
        """Let the threads go on for so long, and give the first and the last level."""
        self.fill()
        threads = [threading.Thread(target=self.use, args=(self.asker, seed)) for seed in range(ASKERS)]
        threads.append(threading.Thread(target=self.use, args=(self.writer, ASKERS)))
        for thread in threads:
            thread.start()
        samples: list[dict[str, float]] = []
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                samples.append(measured(pid, home))
                time.sleep(SAMPLE_S)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        first, last = (
            levels(samples[int(begin * len(samples)) : int(share * len(samples))])
            for begin, share in (FIRST, LAST)
        )
        return first, last


def children(pid: int) -> list[int]:
    """Give the processes that a process has started, and those that they have."""
    found = []
    with suppress(OSError):  # it has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                found += [int(child), *children(int(child))]
    return found


def memory(pid: int) -> float:
    """Give the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measured(pid: int, home: Path) -> dict[str, float]:
    """Give one sample; what a process or file that goes meanwhile would count is left out."""
    sample = {"server_mb": memory(pid), "descriptors": 0.0, "home_bytes": 0.0, "folders": 0.0}
    with suppress(OSError):
        for one in (pid, *children(pid)):
            sample["descriptors"] += sum(1 for _ in Path(f"/proc/{one}/fd").iterdir())
    for folder, folders, files in os.walk(home):
        for name in files:
            with suppress(OSError):
                sample["home_bytes"] += (Path(folder) / name).stat().st_size
        sample["folders"] += len(folders) * (Path(folder).parent.name == "snapshots")
    return sample


def levels(samples: list[dict[str, float]]) -> dict[str, float]:
    """Give the medians of samples: a snapshot that is being written does not count."""
    names = sorted({name for sample in samples for name in sample})
    return {name: median(sample[name] for sample in samples if name in sample) for name in names}


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, str]]:
    """Run `sanad serve`; gives its process and its address. It answers one question at a time, so that some wait."""
    log = home.with_suffix(".log")  # a pipe that nobody reads would stop it
    arguments = ["serve", "--port", "0", "--home", str(home), "--max-concurrent", "1"]
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-c", _START, *arguments], cwd=ROOT, env=environment(), stdout=file, stderr=file
        ) as server,
    ):
        try:
            while not (found := re.search(r"http://\S+", log.read_text("utf-8"))):
                assert server.poll() is None, log.read_text("utf-8")
                time.sleep(0.05)
            yield server.pid, found[0]
            server.terminate()
            assert server.wait(30) == 0, log.read_text("utf-8")
        finally:
            server.kill()


def main(home: Path, seconds: float) -> None:
    with serving(home) as (pid, address):
        soak = Soak(address)
        first, last = soak.run(pid, home, seconds)
        soak.find_all()
    said = {"done": soak.done, "failures": soak.failures[:3], "first": first, "last": last}
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
