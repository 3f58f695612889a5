"""Does verbs of one program as they are told on standard input, one JSON line each, and says how long they took.

Run: `PYTHON worker.py ADAPTER MATERIAL HOME`. Times are taken here, so that the pipe is in none of them.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter import Adapter, Material

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter import Passage

ADDED = 10


class Worker:
    """One program, and what it is given."""

    def __init__(self, name: str, material: Path, home: Path) -> None:
        self._material = Material(material)
        self._adapter: Adapter = import_module(f"with_{name}").make(home)

    def do(self, verb: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        """Do a verb; give what is to be reported."""
        return getattr(self, f"_{verb}")(**given)

    def _build(self) -> dict[str, Any]:
        return {"seconds": _timed(lambda: self._adapter.build(self._material.passages()))[0]}

    def _open(self) -> dict[str, Any]:
        """Open and answer one question; the runner counts from the start of the process."""
        self._adapter.open()
        return {"own": self._finds(*self._material.questions[0])}

    def _finds(self, text: str, own: str, vector: Any) -> bool:  # noqa: ANN401
        hits = self._adapter.ask(text, vector)
        if not all(isinstance(shown, str) and shown for _, shown in hits):
            raise RuntimeError("a hit without its text")
        return own in [name for name, _ in hits]

    def _ask(self, first: int, count: int, askers: int, seconds: float) -> dict[str, Any]:
        """Ask questions in turn, by some threads at once, until all are asked or the time is over."""
        questions = self._material.questions
        chosen = [questions[(first + i) % len(questions)] for i in range(count)]
        until = time.perf_counter() + seconds
        took: list[float] = []
        found: list[bool] = []

        def asker(number: int) -> None:
            for question in chosen[number::askers]:
                started = time.perf_counter()
                found.append(self._finds(*question))
                took.append((time.perf_counter() - started) * 1000)
                if time.perf_counter() > until:
                    return

        started, busy, read = time.perf_counter(), time.process_time(), _read_kb()
        if askers == 1:
            asker(0)
        else:
            with ThreadPoolExecutor(askers) as pool:
                list(pool.map(asker, range(askers)))
        return {
            "ms": took,
            "cpu_ms": (time.process_time() - busy) * 1000 / len(took),
            "read_kb": (_read_kb() - read) / len(took),
            "own": sum(found) / len(found),
            "a_second": len(took) / (time.perf_counter() - started),
        }

    def _recall(self, count: int, seconds: float) -> dict[str, Any]:
        """Compare the nearest that it finds with the nearest there are, for questions spread evenly."""
        material = self._material
        step = max(len(material.questions) // count, 1)
        until = time.perf_counter() + seconds
        shares: list[float] = []
        for (text, _, vector), exact in list(zip(material.questions, material.nearest, strict=True))[::step]:
            shares.append(len(exact.intersection(self._adapter.nearest(text, vector))) / len(exact))
            if time.perf_counter() > until:
                break
        return {"recall": sum(shares) / len(shares)}

    def _add(self, number: int) -> dict[str, Any]:
        """Add ten articles; done when a question that one of them answers is answered."""
        new = self._changes(number)[:ADDED]
        return self._changed(lambda: self._adapter.add(new), number * (ADDED + 1), new[0])

    def _update(self, number: int) -> dict[str, Any]:
        """Give an old passage a new text; done when a question that the new text answers is answered."""
        new = self._changes(number)[ADDED]._replace(id=f"p{number * 7 + 3}")
        return self._changed(lambda: self._adapter.update(new), number * (ADDED + 1) + ADDED, new)

    def _changes(self, number: int) -> list[Passage]:
        return self._material.changes()[number * (ADDED + 1) : (number + 1) * (ADDED + 1)]

    def _changed(self, change: Callable[[], None], asked: int, new: Passage) -> dict[str, Any]:
        """Time a change and the next answer; then see that the passage is found, if need be by a whole sentence."""
        text, _, vector = self._material.change_questions[asked]
        took, found = _timed(lambda: (change(), self._finds(text, new.id, vector))[1])
        return {"seconds": took, "right": found or self._finds(new.text.split(".")[2], new.id, new.vector)}

    def _remove(self, number: int) -> dict[str, Any]:
        """Remove an old passage; done when the question that it answered is answered without it."""
        text, name, vector = self._material.questions[-1 - number]
        took, found = _timed(lambda: (self._adapter.remove(name), self._finds(text, name, vector))[1])
        return {"seconds": took, "right": not found}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds that a call takes, and what it gives."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _read_kb() -> float:
    """Give how much the disk has had to fetch for this process, mapped files included (getrusage(2), Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_inblock * 512 / 1000


def main() -> None:
    """Answer lines until there are no more."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print goes to the log
    name, material, home = sys.argv[1:]
    worker: Worker | None = None
    for line in sys.stdin:
        try:
            worker = worker or Worker(name, Path(material), Path(home))
            reply = worker.do(**json.loads(line))
        except Exception as error:  # noqa: BLE001 - whatever another program raises is a result
            traceback.print_exc()
            reply = {
                "error": f"{type(error).__name__}: {str(error).splitlines()[0][:150] if str(error) else ''}"
            }
        replies.write(json.dumps(reply) + "\n")
        replies.flush()
    os._exit(0)  # nothing of the measuring depends on how a library says goodbye


if __name__ == "__main__":
    main()
