"""Pages that several programs write a part of each: a part stands between two comments that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def put(page: Path, name: str, text: str) -> None:
    """Replace a part of a page, or append it where there is none; everything else stays as it is.

    Raises:
        ValueError: the page has the part's beginning without its end; nothing is written.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    old = page.read_text("utf-8") if page.exists() else ""
    part = f"{begin}\n{text.strip()}\n{end}"
    if begin not in old:
        new = f"{old.rstrip()}\n\n{part}\n".lstrip()
    elif end not in old.partition(begin)[2]:
        raise ValueError(f"{page}: {begin} without {end}; put the line back")
    else:
        before, _, rest = old.partition(begin)
        new = before + part + rest.partition(end)[2]
    page.write_text(new, "utf-8")
