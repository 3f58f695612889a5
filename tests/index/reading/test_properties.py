"""The day on which a document says it was made is its date only where the text tells none."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from index import Article, read_bytes
from index.articles import complete
from tests.index.reading.making import STORIES, docx, pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

SENTENCE = (
    "Drones attacked the base early on Wednesday, and in 2019 they had done so once before, an official said."
)
DATELINE = "Damascus, 19 October 2023"


def printed(lines: Sequence[str], properties: bytes) -> bytes:
    """A PDF with something written into it where no reader looks for pages."""
    return pdf([*lines]).replace(b"startxref", b"% " + properties + b"\nstartxref")


def written(story: str, created: str) -> bytes:
    """A Word file that says when it was made."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(docx(STORIES[story]))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                said = f'<dcterms:created xmlns:dcterms="http://purl.org/dc/terms/">{created}</dcterms:created></cp:coreProperties>'
                data = data.replace(b"</cp:coreProperties>", said.encode())
            new.writestr(name, data)
    return made.getvalue()


def published(data: bytes, name: str) -> str | None:
    (article,) = read_bytes(data, name)
    assert isinstance(article, Article)
    return complete(article).published


@pytest.mark.parametrize(
    ("lines", "properties", "date"),
    [
        ([SENTENCE], b"/CreationDate (D:20240305161200+02'00')", "2024-03-05"),
        ([SENTENCE], b"<xmp:CreateDate>2024-03-05T16:12:00Z</xmp:CreateDate>", "2024-03-05"),
        ([DATELINE, "", SENTENCE], b"/CreationDate (D:20240305161200)", "2023-10-19"),
        ([SENTENCE], b"/CreationDate (D:20241399)", None),
        ([SENTENCE], b"/CreationDate (D:19700101000000Z)", None),
        ([SENTENCE], b"/CreationDate (D:29990101000000Z)", None),
        ([SENTENCE], b"/ModDate (D:20240305161200)", None),
        ([SENTENCE], b"", None),
    ],
)
def test_of_a_pdf(lines: list[str], properties: bytes, date: str | None) -> None:
    assert published(printed(lines, properties), "a.pdf") == date


@pytest.mark.parametrize(
    ("created", "date"), [("2024-03-05T10:00:00Z", "2024-03-05"), ("soon", None), ("", None)]
)
def test_of_a_word_file(created: str, date: str | None) -> None:
    assert published(written("en", created), "a.docx") == date
