"""Pages that no rule was made for: written by hand before they were measured, each piece marked in the file.

`benchmarks/held_out/LANGUAGE-KIND.html`: ⟦what is article⟧ and ⟨what is not⟩; the marks are taken out before a page is
read. What is unmarked (the title) counts as neither.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html

from benchmarks.page_set import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).with_name("held_out")
_STAYS = re.compile("⟦(.*?)⟧", re.DOTALL)
_GOES = re.compile("⟨(.*?)⟩", re.DOTALL)
_TITLE = re.compile("<h1>(.*?)</h1>|<font size=4>(.*?)</font>", re.DOTALL)
_MARKS = str.maketrans("", "", "⟦⟧⟨⟩")


def held_out() -> Iterator[Page]:
    """Give every page with its marks taken out, named after its kind and language."""
    for path in sorted(FOLDER.glob("*.html")):
        marked = path.read_text("utf-8")
        language, kind = path.stem.split("-", 1)
        title = next((_plain(found[1] or found[2]) for found in _TITLE.finditer(marked)), "")
        stays, goes = (tuple(map(_plain, marks.findall(marked))) for marks in (_STAYS, _GOES))
        yield Page(f"{kind}-{language}", title, marked.translate(_MARKS), stays, goes)


def _plain(piece: str) -> str:
    return " ".join(str(html.fromstring(f"<div>{piece.translate(_MARKS)}</div>").text_content()).split())
