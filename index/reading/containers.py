"""Detect the format in a container (ZIP, OLE) by its parts, never by its name; the only module that imports olefile."""

from __future__ import annotations

import io
import re
from enum import Enum
from typing import TYPE_CHECKING

from index.errors import UnreadableArticle, UnsupportedFormat
from index.reading.markup import attribute, local, xml_events

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from index.reading.packed import Packed


class Content(Enum):
    """A readable content of a container; the value is its name in messages."""

    WORD = "DOCX"
    TEXT = "ODT"
    SHEETS = "XLSX, XLS or ODS"
    BOOK = "EPUB"
    MEMBERS = "ZIP"


_TYPES = "[Content_Types].xml"  # in every Office file
_MIMETYPE = "mimetype"  # in every OpenDocument file and every EPUB
_MANIFEST = "META-INF/manifest.xml"
_BOOK = "META-INF/container.xml"
_MAX_BYTES = 1_000_000
_MIME = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}")

_AS_TEXT = "save it as DOCX or PDF"
_AS_PDF = "save it as PDF"
_LEAVE = "leave it out"
# a readable content, or the name of another and advice
_What = Content | tuple[str, str]
# fmt: off
_OFFICE: dict[str, _What] = {  # by the folder of its parts
    "word/": Content.WORD,
    "xl/": Content.SHEETS,
    "ppt/": ("PowerPoint (PPTX)", _AS_PDF),
    "visio/": ("Visio (VSDX)", _AS_PDF),
}
_OTHER_OFFICE = ("an Office file of another kind (XPS and the like)", _AS_PDF)
_TYPED: dict[str, _What] = {  # by the prefix of the media type
    "application/epub+zip": Content.BOOK,
    "application/vnd.oasis.opendocument.text": Content.TEXT,
    "application/vnd.oasis.opendocument.spreadsheet": Content.SHEETS,
    "application/vnd.oasis.opendocument.presentation": ("a LibreOffice presentation (ODP)", _AS_PDF),
    "application/vnd.oasis.opendocument.graphics": ("a LibreOffice drawing (ODG)", _AS_PDF),
    "application/vnd.sun.xml.": ("OpenOffice 1 (SXW, SXC, SXI)", "save it as ODT, DOCX or PDF"),
}
_KNOWN: dict[str, _What] = {  # by the name of a part that no other format has
    _BOOK: Content.BOOK,
    "word/document.xml": Content.WORD,
    "xl/workbook.xml": Content.SHEETS,
    "ppt/presentation.xml": _OFFICE["ppt/"],
    "Metadata/BuildVersionHistory.plist": ("Apple Pages, Numbers or Keynote", "export it as DOCX, XLSX or PDF"),
    "buildVersionHistory.plist": ("Apple Pages, Numbers or Keynote", "export it as DOCX, XLSX or PDF"),
    "AndroidManifest.xml": ("a program (APK)", _LEAVE),
    "META-INF/MANIFEST.MF": ("a program (JAR)", _LEAVE),
    "doc.kml": ("a map (KMZ)", _LEAVE),
}
_OLE: dict[str, _What] = {
    "EncryptedPackage": ("an Office file that is encrypted", "save it without a password"),
    "Workbook": Content.SHEETS,
    "Book": Content.SHEETS,
    "WordDocument": ("old Word (DOC)", _AS_TEXT),
    "PowerPoint Document": ("old PowerPoint (PPT)", _AS_PDF),
    "__properties_version1.0": ("an Outlook message (MSG)", "save it as EML"),
    "VisioDocument": ("old Visio (VSD)", _AS_PDF),
    "HwpSummaryInformation": ("Hangul (HWP)", _AS_TEXT),
}
# fmt: on


def in_zip(packed: Packed, name: str) -> Content:
    """Return what a packed file is: a document, or a ZIP whose members are the files.

    Raises:
        UnsupportedFormat: the format has no parser.
        UnreadableArticle: it is encrypted, or the part that names its format is damaged.
    """
    names = packed.names()
    if _TYPES in names:
        folders = {f"{each.partition('/')[0]}/" for each in names}
        return _read(next((_OFFICE[each] for each in _OFFICE if each in folders), _OTHER_OFFICE), name)
    if said := _type(packed, names, name):
        unknown = (f"a file of the type {said}", _AS_TEXT)
        return _read(next((_TYPED[each] for each in _TYPED if said.startswith(each)), unknown), name)
    return _read(next((_KNOWN[each] for each in _KNOWN if each in names), Content.MEMBERS), name)


def in_ole(data: bytes, name: str) -> Content:
    """Return what a file in Microsoft's OLE container is; only old Excel is read.

    Raises:
        UnsupportedFormat: Word, PowerPoint, Outlook or another format that has no parser.
        UnreadableArticle: it is damaged or encrypted.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            names = {path[0].lstrip("\x05") for path in container.listdir(streams=True, storages=True)}
    except Exception as error:  # olefile raises nearly any error on damaged files
        reason = f"{type(error).__name__}: {error}"[:120]
        raise UnreadableArticle(
            f"{name}: an old Office file that is damaged ({reason}); get it again"
        ) from error
    other = ("an old Office file of another kind (OLE)", _AS_TEXT)
    return _read(next((_OLE[each] for each in _OLE if each in names), other), name)


def _read(what: _What, name: str) -> Content:
    if isinstance(what, Content):
        return what
    called, advice = what
    raise UnsupportedFormat(f"{name}: {called}, which is not read; {advice}")


def _type(packed: Packed, names: AbstractSet[str], name: str) -> str:
    """Return the media type that a file declares, or ""."""
    said = ""
    if _MIMETYPE in names:
        said = packed.read(_MIMETYPE, _MAX_BYTES).decode("ascii", "replace").strip()
    if _MANIFEST in names:
        for event, element in xml_events(
            packed.read(_MANIFEST, _MAX_BYTES), name, ("file-entry", "encryption-data")
        ):
            if local(element) == "encryption-data":
                raise UnreadableArticle(f"{name}: it is encrypted; save it without a password")
            if event == "start" and attribute(element, "full-path") == "/":
                said = said or attribute(element, "media-type")
    return said if _MIME.fullmatch(said) else ""
