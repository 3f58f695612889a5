"""Turns: one at a time, the first comer first, in one thread, and nobody is forgotten."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from index.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Alarmed(Exception):
    """The clock rang."""


def until_waiting(turns: Turns, count: int) -> None:
    while len(turns._line) < count:
        time.sleep(0.001)


@contextmanager
def taken(turns: Turns) -> Iterator[None]:
    """Have another thread do work until the block ends."""
    begun, done = threading.Event(), threading.Event()
    holder = threading.Thread(target=turns.do, args=[lambda: (begun.set(), done.wait(30))])
    holder.start()
    assert begun.wait(30)
    yield
    done.set()
    holder.join(30)


def waiting(turns: Turns, count: int, found: list[threading.Thread]) -> list[threading.Thread]:
    """Have so many threads wait, one behind the other, for work that says which thread does it."""
    threads = []
    for number in range(1, count + 1):
        threads.append(
            threading.Thread(target=turns.do, args=[lambda: found.append(threading.current_thread())])
        )
        threads[-1].start()
        until_waiting(turns, number)
    return threads


def test_no_two_are_at_work_at_once_and_each_gets_what_it_asked_for() -> None:
    turns, inside, most = Turns(), 0, []
    found: list[tuple[int, int]] = []

    def work(number: int) -> int:
        nonlocal inside
        inside += 1
        most.append(inside)
        time.sleep(0.0002)
        inside -= 1
        return number * number

    def ask(first: int) -> None:
        found.extend((number, turns.do(partial(work, number))) for number in range(first, first + 50))

    threads = [threading.Thread(target=ask, args=[50 * first]) for first in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6 * 50
    assert sorted(found) == [(number, number * number) for number in range(6 * 50)]
    turns.close()


def test_the_first_comer_is_the_next() -> None:
    turns, order = Turns(), []
    threads = [threading.Thread(target=turns.do, args=[lambda n=n: order.append(n)]) for n in range(5)]
    with taken(turns):
        for count, thread in enumerate(threads, start=1):
            thread.start()
            until_waiting(turns, count)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    turns.close()


def test_who_finds_nobody_works_himself_and_all_who_wait_have_one_thread() -> None:
    turns = Turns()
    assert turns.do(threading.current_thread) is threading.current_thread()
    found: list[threading.Thread] = []
    for _ in range(2):
        with taken(turns):
            threads = waiting(turns, 3, found)
        for thread in threads:
            thread.join(30)
    assert len(found) == 2 * 3
    assert set(found) == {turns._worker}
    assert turns.do(threading.current_thread) is threading.current_thread()
    turns.close()


def test_what_work_raises_is_raised_where_it_was_asked_for() -> None:
    turns = Turns()

    def fail() -> None:
        raise ValueError("no")

    def ask() -> None:
        with pytest.raises(ValueError, match="no"):
            turns.do(fail)
        right.append(True)

    right: list[bool] = []
    ask()
    with taken(turns):
        thread = threading.Thread(target=ask)
        thread.start()
        until_waiting(turns, 1)
    thread.join(30)
    assert right == [True, True]
    assert turns.do(lambda: 6 * 7) == 42
    turns.close()


def test_who_is_interrupted_while_waiting_leaves_the_line() -> None:
    turns, done = Turns(), []

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Alarmed

    before = signal.signal(signal.SIGALRM, ring)
    with taken(turns):
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            with pytest.raises(Alarmed):
                turns.do(lambda: done.append("nobody waits for this"))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert not turns._line
    assert turns.do(lambda: 6 * 7) == 42
    assert done == []
    turns.close()


def test_the_thread_ends_when_it_is_closed_and_questions_do_not() -> None:
    turns = Turns()
    found: list[threading.Thread] = []
    with taken(turns):
        threads = waiting(turns, 2, found)
        turns.close()  # while three are in line
    for thread in threads:
        thread.join(30)
    found[0].join(30)
    assert not found[0].is_alive()
    assert turns.do(lambda: 6 * 7) == 42
    with taken(turns):
        threads = waiting(turns, 2, found)
    for thread in threads:
        thread.join(30)
    assert len(found) == 2 + 2
    found[-1].join(30)
    assert not found[-1].is_alive()


def test_where_the_system_gives_no_more_threads_they_are_done_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = Turns()
    found: list[threading.Thread] = []
    with taken(turns):
        threads = waiting(turns, 3, found)

        def refuse(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)
    for thread in threads:
        thread.join(30)
    assert len(found) == 3
    assert turns.do(lambda: 6 * 7) == 42


def test_a_forked_process_has_a_thread_of_its_own() -> None:
    forked = """
import os, sys, threading, time
from index.turns import Turns

turns = Turns()

def crowd():
    held = threading.Thread(target=turns.do, args=[lambda: time.sleep(0.2)])
    held.start()
    while not turns._is_taken:
        time.sleep(0.001)
    return turns.do(lambda: threading.current_thread().name)

print(crowd(), flush=True)
while turns._is_taken:  # our thread is at its end by then, or nearly
    time.sleep(0.001)
child = os.fork()
if not child:
    print(crowd(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", forked], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "sanad-turns\n" * 2
