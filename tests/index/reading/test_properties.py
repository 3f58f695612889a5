"""A document's date is what it says of its publication; when its file was made, printed or saved is no such date."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from index import Article, read_bytes
from index.reading.articles import complete
from tests.index.reading.making import STORIES, docx, epub, pdf
from tests.index.reading.office import odt

if TYPE_CHECKING:
    from collections.abc import Sequence

SENTENCE = (
    "Drones attacked the base early on Wednesday, and in 2019 they had done so once before, an official said."
)
DATELINE = "Damascus, 19 October 2023"


def printed(lines: Sequence[str], properties: bytes) -> bytes:
    """A PDF with something written into it where no reader looks for pages."""
    return pdf([*lines]).replace(b"startxref", b"% " + properties + b"\nstartxref")


def written(story: str, created: str, cover: str = "") -> bytes:
    """A Word file that says when it was made, and perhaps on its cover page when it was published."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(docx(STORIES[story]))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                said = f'<dcterms:created xmlns:dcterms="http://purl.org/dc/terms/">{created}</dcterms:created></cp:coreProperties>'
                data = data.replace(b"</cp:coreProperties>", said.encode())
            new.writestr(name, data)
        if cover:
            field = f'<CoverPageProperties xmlns="http://schemas.microsoft.com/office/2006/coverPageProps"><PublishDate>{cover}</PublishDate></CoverPageProperties>'
            new.writestr("customXml/item1.xml", field)
    return made.getvalue()


def published(data: bytes, name: str) -> str | None:
    (article,) = read_bytes(data, name)
    assert isinstance(article, Article)
    return complete(article).published


@pytest.mark.parametrize(
    ("lines", "properties", "date"),
    [
        ([SENTENCE], b"/CreationDate (D:20240305161200+02'00')", None),
        ([SENTENCE], b"<xmp:CreateDate>2024-03-05T16:12:00Z</xmp:CreateDate>", None),
        ([SENTENCE], b"/ModDate (D:20240305161200)", None),
        ([SENTENCE], b"<prism:publicationDate>2023-10-19T08:00:00Z</prism:publicationDate>", "2023-10-19"),
        ([SENTENCE], b'<rdf:Description prism:coverDate="2023-10-19"/>', "2023-10-19"),
        ([SENTENCE], b"<prism:publicationDate>2023-99-19</prism:publicationDate>", None),
        ([DATELINE, "", SENTENCE], b"<prism:coverDate>2024-03-05</prism:coverDate>", "2023-10-19"),
        ([DATELINE, "", SENTENCE], b"/CreationDate (D:20240305161200)", "2023-10-19"),
        ([SENTENCE], b"", None),
    ],
)
def test_of_a_pdf(lines: list[str], properties: bytes, date: str | None) -> None:
    assert published(printed(lines, properties), "a.pdf") == date


@pytest.mark.parametrize(
    ("cover", "date"),
    [("", None), ("2023-10-19T00:00:00", "2023-10-19"), ("2023-10-19", "2023-10-19"), ("soon", None)],
)
def test_of_a_word_file(cover: str, date: str | None) -> None:
    assert published(written("en", "2024-03-05T10:00:00Z", cover), "a.docx") == date


def test_of_a_libreoffice_text() -> None:
    assert published(odt(STORIES["en"]), "a.odt") is None


@pytest.mark.parametrize(
    ("dates", "date"),
    [
        ("<dc:date>2023-10-19</dc:date>", "2023-10-19"),
        ('<dc:date opf:event="creation">2024-03-05</dc:date><dc:date opf:event="publication">2023-10-19</dc:date>', "2023-10-19"),
        ('<dc:date opf:event="modification">2024-03-05</dc:date>', None),
        ('<meta property="dcterms:modified">2024-03-05T10:00:00Z</meta>', None),
    ],
)  # fmt: skip
def test_of_a_book(dates: str, date: str | None) -> None:
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(epub([STORIES["en"]]))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name).replace(b"<dc:date>2023-10-19</dc:date>", dates.encode())
            new.writestr(
                name, data.replace(b"<package ", b'<package xmlns:opf="http://www.idpf.org/2007/opf" ')
            )
    assert published(made.getvalue(), "a.epub") == date
