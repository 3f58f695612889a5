"""Show progress bars of long work, on a terminal only: done, total, speed and time left."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index import ArticleError, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tqdm import tqdm

    from index import Added

_PART = re.compile("[#!]")  # separates a file's name from a part of it; the file's name may contain it too


@contextlib.contextmanager
def adding(sources: Sequence[str]) -> Iterator[Callable[[int, Added], None] | None]:
    """Show a bar over the files that are read; yield the progress callback for `Assistant.add`."""
    if not sys.stderr.isatty():
        yield None
        return
    places = {name: number for number, name in enumerate(_files(sources), start=1)}
    with _bar(len(places), "files") as bar:

        def show(done: int, item: Added) -> None:
            bar.update(max(0, _place(item.name, places) - bar.n))
            bar.set_postfix_str(f"{done:,} articles", refresh=False)

        yield show


@contextlib.contextmanager
def counting(unit: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar; yield a callback that takes the number of finished items and the total."""
    if not sys.stderr.isatty():
        yield None
        return
    with _bar(None, unit) as bar:

        def show(done: int, total: int) -> None:
            if not bar.total:
                bar.initial = bar.n = done  # items of an earlier run must not count in the rate
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _bar(total: int | None, unit: str) -> tqdm[None]:
    from tqdm import tqdm  # on a terminal only

    size = shutil.get_terminal_size()  # some terminals report no size, and tqdm would show nothing
    return tqdm(total=total, unit=f" {unit}", ncols=min(100, size.columns), nrows=size.lines, leave=False)


def _files(sources: Sequence[str]) -> Iterator[str]:
    """Yield the names of the files that are found, as reports give them; links are left out."""
    for source in sources:
        with contextlib.suppress(ArticleError):  # the report lists it
            if "://" not in source:
                yield from map(str, find(Path(source)))


def _place(name: str, places: dict[str, int]) -> int:
    """Return the number of the file that an article was read from, from 1; 0 if it is none of them."""
    ends = [len(name), *(found.start() for found in _PART.finditer(name))]
    return max(places.get(name[:end], 0) for end in ends)
