"""Limit what one file may cost: memory, time, output, parts and depth."""

from __future__ import annotations

from dataclasses import dataclass

MAX_TEXT_BYTES = 5_000_000  # of one article: a text file, a page, a row, a member
MAX_FILE_BYTES = 50_000_000  # of a file that holds more than text, or more than one article
MAX_PARTS = 10_000  # articles or members in one file
MAX_INFLATED_BYTES = 200_000_000  # of a packed file, all members together
MAX_DEPTH = 200  # elements inside elements


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The resources that the child process may use for one file.

    Attributes:
        memory_bytes: of address space, libraries included.
        cpu_s: seconds of processor time.
        wall_s: seconds until it is killed, whatever it waits for.
        output_bytes: of all that it returns.
    """

    memory_bytes: int = 512 << 20
    cpu_s: int = 20
    wall_s: float = 30.0
    output_bytes: int = 64_000_000


LIMITS = Limits()
