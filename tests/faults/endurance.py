"""Eight threads ask and one writes, in one process; says how memory and open files went; run as a program.

Arguments: home, seconds. Its last line is a JSON object: `questions`, `changes`, `failures`, and for the first
moment after warming up and for the last one `rss_mb` and `descriptors`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from index import Article, Collection
from tests.faults.keeper import make_upkeep_frequent
from tests.faults.pairs import pair

ASKERS, KEPT = 8, 40


class Endurance:
    """One collection under load."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.stop = threading.Event()
        self.questions, self.changes = [0] * ASKERS, 0
        self.failures: list[str] = []

    def ask(self, who: int) -> None:
        while not self.stop.is_set():
            try:
                hits = self.collection.search(f"harbour مدرسة pair{(self.questions[who] + who) % KEPT}q", 5)
                assert len(hits)
                self.questions[who] += 1
            except Exception:  # noqa: BLE001  # any failed answer counts
                self.failures.append(traceback.format_exc())

    def write(self) -> None:
        """Keep the number of articles: each change replaces a pair's texts, some remove and add it again."""
        while not self.stop.is_set():
            try:
                number = self.changes % KEPT
                if self.changes % 7 == 6:
                    self.collection.remove_source(f"pair{number}")
                self.collection.add(pair(number, self.changes // KEPT + 1, self.changes))
                self.changes += 1
            except Exception:  # noqa: BLE001
                self.failures.append(traceback.format_exc())
            self.stop.wait(0.01)

    def run(self, seconds: float) -> list[dict[str, float]]:
        threads = [threading.Thread(target=self.ask, args=(who,)) for who in range(ASKERS)]
        threads.append(threading.Thread(target=self.write))
        for thread in threads:
            thread.start()
        seen = []
        for share in (0.4, 0.6):  # the first part warms up
            time.sleep(share * seconds)
            seen.append(measured())
        self.stop.set()
        for thread in threads:
            thread.join()
        return seen


def measured() -> dict[str, float]:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return {
        "rss_mb": pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
    }


def main(home: Path, seconds: float) -> None:
    make_upkeep_frequent()
    with Collection(home) as collection:
        collection.add([article for n in range(KEPT) for article in pair(n, 1, 1)])
        collection.add([Article(id="base", text="The lighthouse keeper counted the ships.", language="en")])
        endurance = Endurance(collection)
        first, last = endurance.run(seconds)
        found = collection.check()
        assert found == [], found[:9]
    print(  # noqa: T201
        json.dumps(
            {
                "questions": sum(endurance.questions),
                "changes": endurance.changes,
                "failures": endurance.failures[:3],
                "first": first,
                "last": last,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
