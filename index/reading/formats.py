"""Detect a file's format by its first bytes; the name decides only what they leave open."""

from __future__ import annotations

import codecs
import re
from enum import Enum
from pathlib import PurePath

from index.reading.columns import looks_like_header
from index.reading.limits import MAX_FILE_BYTES, MAX_TEXT_BYTES

HEAD_BYTES = 8_192


class Format(Enum):
    """A known file format; the value is its name in messages."""

    TEXT = "plain text or Markdown"
    HTML = "HTML"
    MHTML = "a saved page (MHTML)"
    PDF = "PDF"
    PACKED = "ZIP, DOCX, ODT, XLSX or EPUB"
    OLE = "old Microsoft Office"
    FLAT = "an office document as one XML file"
    MAIL = "an email (EML)"
    JSON = "JSON"
    JSONL = "JSON lines"
    CSV = "CSV"
    FEED = "RSS or Atom"


# Text files that often lie beside articles in a folder, but are not articles.
_FOREIGN = (
    ".js .mjs .ts .css .scss .py .c .h .java .sh .ini .cfg .toml .yaml .yml .lock .log .svg .map .po .tex .bib"
    " .ics .vcf"
)
_NOT_ARTICLES = frozenset(_FOREIGN.split())
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8"))
_SKIPPED = re.compile(r"(?:\s|\ufeff|<\?(?:xml|mso)[^>]*>|<!--.*?-->)*", re.DOTALL)
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|article|main|section|div|p|h[1-6]|meta|title|table|script|style"
    r"|noscript|span|center|font|a|img|link|header|nav|footer|aside|figure|form|ul|ol|li|dl|tr|td|b|i|u|em|strong|pre"
    r"|blockquote|base|br|hr|iframe|frameset)\b",
    re.IGNORECASE,
)
_FEED = re.compile(r"<(?:rss|feed|rdf:rdf)\b", re.IGNORECASE)
_FLAT = re.compile(r"<(?:office:document|w:wordDocument|pkg:package|(?:\w+:)?Workbook)\b")
_DOCTYPE = re.compile(r"<!doctype(?!\s+html)[^\[>]*(?:\[.*?\]\s*)?>\s*", re.IGNORECASE | re.DOTALL)
_JSON = re.compile(r"\[\s*(?:$|[{\[\"\]])|\{\s*(?:$|[\"}])")
_JSON_LINE = re.compile(r"\{.*\}[ \t]*\r?\n\s*\{")
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = re.compile(rb"([!-9;-~]+):([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_SENT = frozenset((b"received", b"return-path", b"delivered-to", b"message-id", b"to", b"cc"))
_BY_PROGRAM = frozenset(
    (b"received", b"return-path", b"delivered-to", b"message-id", b"mime-version", b"dkim-signature")
)
_BY_PERSON = frozenset((b"from", b"subject", b"date", b"to"))


def is_foreign(name: str) -> bool:
    """Return whether a file's name is that of code, style or settings, whatever its bytes are."""
    return PurePath(name).suffix.lower() in _NOT_ARTICLES


def sniff(head: bytes, name: str = "", columns: frozenset[str] = frozenset()) -> Format:
    """Return the format of a file.

    Args:
        head: its first HEAD_BYTES bytes, or all.
        name: its name; used if the bytes could be two formats.
        columns: column names given by the user; they make a first line a header of CSV.

    Returns:
        `Format.TEXT` if no other format is detected; `decode` checks that it is text.
    """
    if head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(b"%PDF-"):
        return Format.PDF
    if head.startswith(_PACKED):
        return Format.PACKED
    if head.startswith(_OLE):
        return Format.OLE
    suffix = PurePath(name).suffix.lower()
    return _of_message(head, suffix) or _of_text(_readable(head), suffix, columns)


def _of_message(head: bytes, suffix: str) -> Format | None:
    """Return the format of a message, else None; unlike text with colons, it has headers written by a program."""
    headers = _headers(head)
    names = headers.keys()
    is_page = headers.get(b"content-type", b"").lower().startswith(b"multipart/related")
    if is_page and not names & _SENT:
        return Format.MHTML
    programs = len(names & _BY_PROGRAM)
    if programs > 1 or (names & _BY_PERSON and (programs or suffix == ".eml")):
        return Format.MAIL
    return None


def _headers(head: bytes) -> dict[bytes, bytes]:
    """Return the headers at the start of a file by lower-case name; if one is repeated, the first."""
    headers: dict[bytes, bytes] = {}
    at = head.find(b"\n") + 1 if head.startswith(b"From ") else 0
    while found := _HEADER.match(head, at):
        headers.setdefault(found[1].lower(), found[2].strip())
        at = found.end()
    return headers


def _of_text(text: str, suffix: str, columns: frozenset[str]) -> Format:
    begin = _SKIPPED.match(text)
    body = text[begin.end() if begin else 0 :]
    return _of_markup(body, suffix) or _of_data(body, suffix, columns) or Format.TEXT


def _of_markup(body: str, suffix: str) -> Format | None:
    is_page = suffix in {".html", ".htm", ".xhtml"}
    if body.startswith("<"):
        body = _DOCTYPE.sub("", body, count=1).lstrip()
        if _FEED.match(body):
            return Format.FEED
        if _FLAT.match(body):
            return Format.FLAT
        is_page = is_page or _PAGE.match(body) is not None
    return Format.HTML if is_page and _PAGE.search(body) else None


def _of_data(body: str, suffix: str, columns: frozenset[str]) -> Format | None:
    if suffix in {".md", ".markdown"}:
        return None
    if _JSON.match(body):
        return Format.JSONL if suffix in {".jsonl", ".ndjson"} or _JSON_LINE.match(body) else Format.JSON
    if suffix in {".csv", ".tsv"} or looks_like_header(body.split("\n", 1)[0], columns):
        return Format.CSV
    return None


def _readable(head: bytes) -> str:
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return head.decode(encoding, "ignore")
    if b"\x00" in head[:64]:  # UTF-16 without a byte order mark
        return head.replace(b"\x00", b"").decode("latin-1")
    return head.decode("utf-8", "replace")


def max_bytes_of(kind: Format, max_text: int = MAX_TEXT_BYTES) -> int:
    """Return the size limit of a format; it is lower for text than for formats that hold more than text."""
    return max_text if kind in {Format.TEXT, Format.HTML} else MAX_FILE_BYTES
