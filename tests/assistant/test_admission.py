"""The queue of questions: how many run, how many wait, and what the others are told."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant, AsyncAssistant
from assistant.core.problems import TooBusy
from assistant.serving.admission import Admission
from tests.assistant.serving import until

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path
    from typing import Any

    from index import Article

QUESTION = "Who found cracks in the bridge?"


class Blocker:
    """Work that goes on until it is released."""

    def __init__(self) -> None:
        self._begun, self._released = threading.Event(), threading.Event()
        self.ran: list[int] = []

    def work(self, number: int) -> int:
        self._begun.set()
        assert self._released.wait(20)
        self.ran.append(number)
        return number

    def steps(self, number: int) -> Iterator[int]:
        yield -number
        yield self.work(number)

    async def begun(self) -> None:
        await asyncio.to_thread(self._begun.wait, 20)

    def release(self) -> None:
        self._released.set()


def settled(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_as_many_run_and_wait_as_may_and_one_more_is_refused() -> None:
    async def crowd() -> None:
        admission, blocker = Admission(max_concurrent=2, max_waiting=3), Blocker()
        admitted = [asyncio.create_task(admission.run(blocker.work, number)) for number in range(5)]
        await blocker.begun()
        assert admission.admitted == 5
        with pytest.raises(TooBusy):
            await admission.run(blocker.work, 5)
        with pytest.raises(TooBusy):
            await anext(admission.stream(blocker.steps, 6))
        blocker.release()
        assert await asyncio.gather(*admitted) == [0, 1, 2, 3, 4]
        assert admission.admitted == 0
        assert sorted(blocker.ran) == [0, 1, 2, 3, 4]
        admission.close()

    settled(crowd())


def test_they_run_first_in_first_out() -> None:
    async def crowd() -> None:
        admission, blocker = Admission(max_concurrent=1), Blocker()
        admitted = [asyncio.create_task(admission.run(blocker.work, number)) for number in range(20)]
        await blocker.begun()
        blocker.release()
        await asyncio.gather(*admitted)
        assert blocker.ran == list(range(20))
        admission.close()

    settled(crowd())


def test_what_is_cancelled_while_it_waits_does_not_start_and_makes_room() -> None:
    async def crowd() -> None:
        admission, blocker = Admission(max_concurrent=1, max_waiting=2), Blocker()
        first = asyncio.create_task(admission.run(blocker.work, 1))
        second = asyncio.create_task(admission.run(blocker.work, 2))
        stream = admission.stream(blocker.steps, 3)
        third = asyncio.ensure_future(anext(stream))
        await blocker.begun()
        for waiting in (second, third):
            waiting.cancel()
        await asyncio.wait([second, third])
        assert admission.admitted == 1
        fourth = asyncio.create_task(admission.run(blocker.work, 4))
        await asyncio.sleep(0)
        blocker.release()
        await asyncio.gather(first, fourth)
        assert blocker.ran == [1, 4]
        admission.close()

    settled(crowd())


def test_a_stream_gives_each_step_when_it_is_there_and_then_its_error() -> None:
    async def follow() -> None:
        admission, blocker = Admission(max_concurrent=1), Blocker()
        stream = admission.stream(blocker.steps, 7)
        assert await anext(stream) == -7
        assert blocker.ran == []  # the second step is still to come
        blocker.release()
        assert [step async for step in stream] == [7]
        assert admission.admitted == 0

        def failing() -> Iterator[int]:
            yield 1
            raise ValueError("no more")

        broken = admission.stream(failing)
        assert await anext(broken) == 1
        with pytest.raises(ValueError, match="no more"):
            await anext(broken)
        assert admission.admitted == 0
        admission.close()

    settled(follow())


def test_who_is_refused_is_told_to_come_back_after_different_times() -> None:
    admission = Admission(max_concurrent=1, max_waiting=0)
    told = []
    with admission.admit():
        for _ in range(20):
            with pytest.raises(TooBusy) as refused, admission.admit():
                pass
            told.append(refused.value.retry_s)
    assert len(set(told)) > 1
    assert all(1 <= seconds <= 60 for seconds in told)
    admission.close()


def test_the_time_in_the_queue_counts_as_reading_time(home: Path, articles: list[Article]) -> None:
    async def wait_and_ask(asker: AsyncAssistant) -> None:
        at_once = await asker.ask(QUESTION, read_s=60)
        assert at_once.n_read
        blocker = Blocker()
        running = asyncio.create_task(asker.run(blocker.work, 1))
        await blocker.begun()
        late = [
            asyncio.create_task(asker.ask(QUESTION, read_s=0.01)),
            asyncio.create_task(asker.search(QUESTION, read_s=0.01)),
        ]
        await asyncio.sleep(0.1)
        blocker.release()
        answer, ranking = await asyncio.gather(*late)
        assert (answer.n_read, ranking.n_read) == (0, 0)
        assert ranking.verdict == "related"  # it was to be read
        await running

    with Assistant(home) as assistant:
        assistant.add(articles)
        asker = AsyncAssistant(assistant, max_concurrent=1)
        settled(wait_and_ask(asker))
        asker.close()


def test_closing_cancels_what_waits() -> None:
    async def close() -> None:
        admission, blocker = Admission(max_concurrent=1), Blocker()
        first = asyncio.create_task(admission.run(blocker.work, 1))
        second = asyncio.create_task(admission.run(blocker.work, 2))
        await blocker.begun()
        admission.close()
        blocker.release()
        assert await first == 1
        await asyncio.wait([second])
        assert second.cancelled()
        until(lambda: blocker.ran == [1])

    settled(close())
