"""Turns: never more at once than may be, the first comer first, and nobody is forgotten."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from index.turns import Turns

if TYPE_CHECKING:
    from types import FrameType


class Alarmed(Exception):
    """The clock rang."""


def until_waiting(turns: Turns, count: int) -> None:
    while len(turns._line) < count:
        time.sleep(0.001)


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_than_may_are_in_at_once(at_once: int) -> None:
    turns, guard, inside, most = Turns(at_once), threading.Lock(), 0, []

    def work() -> None:
        nonlocal inside
        for _ in range(50):
            with turns.turn():
                with guard:
                    inside += 1
                    most.append(inside)
                time.sleep(0.0002)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 6 * 50
    assert max(most) == at_once


def test_the_first_comer_is_the_next() -> None:
    turns, order = Turns(1), []

    def work(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = [threading.Thread(target=work, args=[number]) for number in range(5)]
    with turns.turn():
        for count, thread in enumerate(threads, start=1):
            thread.start()
            until_waiting(turns, count)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_turn_that_fails_is_passed_on() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="no"), turns.turn():
        raise ValueError("no")
    with turns.turn():
        assert turns._free == 0
    assert turns._free == 1


def test_who_is_interrupted_while_waiting_leaves_the_line() -> None:
    turns, done = Turns(1), threading.Event()

    def hold() -> None:
        with turns.turn():
            done.wait()

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Alarmed

    holder = threading.Thread(target=hold)
    holder.start()
    while turns._free:
        time.sleep(0.001)
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Alarmed), turns.turn():
            pytest.fail("it was not our turn")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not turns._line
    done.set()
    holder.join()
    with turns.turn():
        pass
