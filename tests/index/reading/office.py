"""Files of offices and mail programs: real ones, made here."""

from __future__ import annotations

import struct
from email.header import Header
from email.message import EmailMessage
from html import escape
from typing import TYPE_CHECKING

from tests.index.reading.making import zipped

if TYPE_CHECKING:
    from tests.index.reading.making import Story


def odt(story: Story, body: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """A LibreOffice text: the title as a heading, or whatever stands in `body`."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for name, long in (
            ("office", "office"),
            ("text", "text"),
            ("style", "style"),
            ("table", "table"),
            ("meta", "meta"),
            ("draw", "drawing"),
            ("svg", "svg-compatible"),
            ("manifest", "manifest"),
        )
    )
    body = body or f'<text:h text:outline-level="1">{escape(story.title)}</text:h>' + "".join(
        f'<text:p text:style-name="P1">{escape(text[:9])}<text:span>{escape(text[9:])}</text:span></text:p>'
        for text in story.paragraphs
    )
    files = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": (
            f"<office:document-content {spaces}><office:automatic-styles>"
            '<style:style style:name="P1" style:parent-style-name="Standard"/>'
            '<style:style style:name="P2" style:parent-style-name="Title"/></office:automatic-styles>'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
        ).encode(),
        "meta.xml": (
            f'<office:document-meta xmlns:dc="http://purl.org/dc/elements/1.1/" {spaces}><office:meta>'
            f"<meta:initial-creator>Rana Haddad</meta:initial-creator><dc:creator>A proof-reader</dc:creator>"
            f"<dc:title>{escape(story.title)}</dc:title><meta:creation-date>2024-03-05T10:00:00</meta:creation-date>"
            "<dc:date>2024-03-06T10:00:00</dc:date></office:meta></office:document-meta>"
        ).encode(),
        "META-INF/manifest.xml": (
            f'<manifest:manifest {spaces}><manifest:file-entry manifest:full-path="/"'
            ' manifest:media-type="application/vnd.oasis.opendocument.text"/></manifest:manifest>'
        ).encode(),
    }  # fmt: skip
    return zipped(files | (extra or {}))


Cell = str | int | float


def xlsx(
    sheets: dict[str, list[list[Cell]]], *, hidden: str = "", extra: dict[str, bytes] | None = None
) -> bytes:
    """A workbook; a cell that begins with `<` is written as it stands."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    state = ("", ' state="hidden"')
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="r{at}"{state[name == hidden]}/>'
        for at, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="r{at}" Type="{office}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at, _ in enumerate(sheets, 1)
    )
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/></Types>'.encode(),
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}</Relationships>'.encode(),
    }  # fmt: skip
    for at, rows in enumerate(sheets.values(), 1):
        body = "".join(
            f'<row r="{down}">{"".join(_cell(value, f"{chr(64 + across)}{down}") for across, value in enumerate(row_, 1))}</row>'
            for down, row_ in enumerate(rows, 1)
        )
        files[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'.encode()
        )
    return zipped(files | (extra or {}))


def _cell(value: Cell, place: str) -> str:
    if isinstance(value, str):
        if value.startswith("<"):
            return value.replace("<c", f'<c r="{place}"', 1)
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
    return f'<c r="{place}"><v>{value}</v></c>'


def ods(rows: list[list[str]]) -> bytes:
    """A LibreOffice spreadsheet, with the million empty rows that it writes below the last one."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table")
    )
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row_
        )
        + "</table:table-row>"
        for row_ in rows
    )
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    return zipped({
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": (
            f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="Articles">{body}{empty}'
            "</table:table></office:spreadsheet></office:body></office:document-content>"
        ).encode(),
        "META-INF/manifest.xml": b'<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    })  # fmt: skip


def eml(
    story: Story, *, attached: dict[str, bytes] | None = None, html: bool = False, plain: bool = True
) -> bytes:
    """A message as a mail program sends it."""
    message = EmailMessage()
    message["From"] = "Rana Haddad <rana@news.example>"
    message["To"] = "desk@news.example"
    message["Subject"] = "SUBJECT"
    message["Date"] = "Thu, 19 Oct 2023 10:15:00 +0300"
    message["Message-ID"] = f"<{story.language}@news.example>"
    if plain:
        message.set_content("\n\n".join(story.paragraphs) + "\n", cte="base64")
    if html:
        body = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
        page_ = f'<html><body><div style="display:none">hidden words</div><table><tr><td>{body}</td></tr></table></body></html>'
        (message.add_alternative if plain else message.set_content)(page_, subtype="html")
    for name, data in (attached or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    # EmailMessage of Python 3.11 loses a space where it folds a long subject
    return message.as_bytes().replace(b"SUBJECT", Header(story.title, "utf-8").encode().encode(), 1)


def ole(names: list[str]) -> bytes:
    """A file in Microsoft's OLE container, of empty streams: header, one sector of its table, its directory."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    entries = [_entry("Root Entry", 5, child=1 if names else free, first=end)]
    entries += [
        _entry(name, 2, right=at + 1 if at < len(names) else free, first=end)
        for at, name in enumerate(names, 1)
    ]
    directory = b"".join(entries).ljust(-(-len(entries) // 4) * 512, b"\0")
    sectors = len(directory) // 512
    chain = [table, *range(2, sectors + 1), end]
    header = struct.pack(
        "<8s16s5H6x9L",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        62,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
    )
    return (
        header
        + struct.pack("<109L", 0, *[free] * 108)
        + struct.pack("<128L", *chain, *[free] * (128 - len(chain)))
        + directory
    )


def _entry(name: str, kind: int, *, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF, first: int) -> bytes:
    long = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBB3L16sL2QLQ", long, len(long), kind, 1, 0xFFFFFFFF, right, child, bytes(16), 0, 0, 0, first, 0
    )
