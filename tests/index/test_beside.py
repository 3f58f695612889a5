"""A second thread: it begins at once, gives what the work gives, and there is one in a forked process too."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from index.beside import beside


def test_work_has_begun_when_the_call_comes_back_and_goes_on_meanwhile() -> None:
    go_on = threading.Event()
    threads: list[threading.Thread] = []

    def work() -> int:
        threads.append(threading.current_thread())
        go_on.wait(30)
        return 6 * 7

    result = beside(work)
    go_on.set()
    assert result() == 42
    assert threads[0] is not threading.current_thread()


def test_what_the_work_raises_is_raised_where_its_result_is_wanted() -> None:
    def work() -> None:
        raise KeyError("no such row")

    result = beside(work)
    with pytest.raises(KeyError, match="no such row"):
        result()
    assert beside(lambda: "the thread is still there")() == "the thread is still there"


def test_more_work_than_threads_is_done_by_turns() -> None:
    many = 4 * (os.cpu_count() or 1)
    found: list[int] = []

    def ask(number: int) -> None:
        found.append(beside(lambda: number * number)())

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(many)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(30)
    assert sorted(found) == [number * number for number in range(many)]


def test_a_forked_process_has_threads_of_its_own() -> None:
    forked = (
        "import os\n"
        "from index.beside import beside\n"
        "assert beside(lambda: 1)() == 1\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(beside(lambda: 23)())\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", forked], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "23\n"
