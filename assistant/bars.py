"""Progress bars of long work: done, total, speed and time left. Nothing is shown outside a terminal."""

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

_PART = re.compile("[#!]")  # what stands before the part of a file in its name, and may stand in a file's own


@contextlib.contextmanager
def adding(sources: Sequence[str]) -> Iterator[Callable[[int, Added], None] | None]:
    """A bar over the files that are read; gives what `Assistant.add` is to call after each article."""
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
    """A progress bar. Each call gives the number of finished items and the total."""
    if not sys.stderr.isatty():
        yield None
        return
    with _bar(None, unit) as bar:

        def show(done: int, total: int) -> None:
            if not bar.total:
                bar.initial = bar.n = done  # what an earlier run did says nothing of the rate
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _bar(total: int | None, unit: str) -> tqdm[None]:
    from tqdm import tqdm  # on a terminal only

    size = shutil.get_terminal_size()  # some terminals do not say, and tqdm would show nothing there
    return tqdm(total=total, unit=f" {unit}", ncols=min(100, size.columns), nrows=size.lines, leave=False)


def _files(sources: Sequence[str]) -> Iterator[str]:
    """The names of the files that are found, as reports have them; links are left out."""
    for source in sources:
        with contextlib.suppress(ArticleError):  # told in the report
            if "://" not in source:
                yield from map(str, find(Path(source)))


def _place(name: str, places: dict[str, int]) -> int:
    """The number of the file that an article was read from, from 1; 0: it is of none of them."""
    ends = [len(name), *(found.start() for found in _PART.finditer(name))]
    return max(places.get(name[:end], 0) for end in ends)
