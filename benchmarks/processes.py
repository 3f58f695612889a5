"""What processes cost: processor time and memory, read from Linux's /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KB_PER_MB = 1024
_STAT = Path("/proc/stat")


def family(pid: int) -> list[int]:
    """A process and those it started, with theirs."""
    found = [pid]
    for one in found:  # grows while it is read
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text("ascii").split()]
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """Processor seconds that processes have used; of one that ended, nothing."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(pids: Iterable[int]) -> float:
    """Memory of processes in MB; what some of them share is counted once (proportional set size)."""
    total_kb = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kb / _KB_PER_MB


class StolenTime:
    """How much of the processors' time the host gives to other machines while we would run (Linux: `steal`)."""

    def __init__(self) -> None:
        self._before = _jiffies()

    def share(self) -> float:
        """Give it since this was made, of all time that was not idle; 0 where the system does not say."""
        busy, stolen = (now - then for now, then in zip(_jiffies(), self._before, strict=True))
        return stolen / busy if busy else 0.0


def _jiffies() -> tuple[int, int]:
    """Give the time of all processors that was not idle, and what of that was stolen (proc(5))."""
    try:
        user, nice, system, _, _, irq, softirq, steal, *_ = _STAT.read_text("ascii").split()[1:]
    except (OSError, ValueError):
        return 0, 0
    return sum(map(int, (user, nice, system, irq, softirq, steal))), int(steal)
