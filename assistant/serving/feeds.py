"""Poll feeds at an interval, so that the next answer includes what is new in them."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from index import QuestionError, SanadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.core.assistant import Assistant
    from index import AddReport

MIN_EVERY_S = 60

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_EVERY = re.compile(r"(\d{1,6})\s*([smhd])")


def seconds(text: str) -> int:
    """Return the seconds of an interval: `15m`, `2h`, `90s`, `1d`.

    Raises:
        QuestionError: the text is no interval, or is below `MIN_EVERY_S`.
    """
    found = _EVERY.fullmatch(text.strip().lower())
    if found is None:
        raise QuestionError(f"{text!r} is no interval; write it as 15m, 2h or 1d")
    every = int(found[1]) * _UNITS[found[2]]
    if every < MIN_EVERY_S:
        raise QuestionError(f"{text!r} is too often; sites can be asked once a minute at most")
    return every


def watch(
    assistant: Assistant,
    feeds: Sequence[str],
    every_s: float,
    tell: Callable[[str, AddReport | SanadError], None],
    stop: threading.Event | None = None,
) -> None:
    """Poll feeds until `stop` is set; a feed that fails is reported and polled again at its next turn.

    Args:
        assistant: its collection follows the feeds; opened with `allow_links`.
        feeds: their addresses.
        every_s: seconds between polls.
        tell: called after each poll with the feed and what was added, or the error.
        stop: None: until interrupted.
    """
    stop = stop or threading.Event()
    while True:
        for feed in feeds:
            if stop.is_set():
                return
            try:
                tell(feed, assistant.poll(feed))
            except SanadError as error:
                tell(feed, error)
        if stop.wait(every_s):
            return
