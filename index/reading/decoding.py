"""Decode bytes to text: Unicode first, then a legacy encoding, else refuse; never guess."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from index.errors import UnreadableArticle, UnsupportedFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# If two decode the bytes equally well, the earlier one is likelier on the web.
# fmt: off
_LEGACY = [
    "cp1256", "cp1251", "cp1252", "cp1250", "cp1254", "cp1253", "cp1255", "cp1257", "cp1258", "cp874",
    "iso8859_6", "koi8_r", "iso8859_5", "cp866", "gb18030", "big5", "cp932", "euc_jp", "cp949",
]
# fmt: on
_SEVEN_BIT = ("iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr")
_SIGNATURES = {  # first bytes -> format; advice
    b"%PDF-": "PDF",
    b"{\\rtf": "RTF; save it as DOCX or PDF",
    b"PK\x03\x04": "ZIP (DOCX, EPUB ...)",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"%!PS": "PostScript; save it as PDF",
    b"\x7fELF": "a program",
    b"\x1f\x8b": "gzip; unpack it first",
    b"Rar!\x1a": "RAR; unpack it first",
    b"7z\xbc\xaf": "7-Zip; unpack it first",
    b"\xd0\xcf\x11\xe0": "old Microsoft Office; save it as DOCX, XLSX or PDF",
    b"SQLite format 3": "SQLite",
}
_SAMPLE_BYTES = 64_000
_MAX_CHAOS = 0.1
_MARGIN = 0.1  # of coherence, over a reading in another script
_CHAOS_MARGIN = 0.05  # where no language was recognised, as in a line of Japanese
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_FORBIDDEN = re.compile(r"[\x00\x1b]")
# No word mixes alphabets or contains a sign such as ³; final letters such as ς only end words.
_MIXED = re.compile(r"[A-Za-z\u00c0-\u024f][\u0370-\u0fff]|[\u0370-\u0fff][A-Za-z\u00c0-\u024f]")
_NOT_FINAL = re.compile(
    r"[\u03c2\u05da\u05dd\u05df\u05e3\u05e5\u0629](?=[\u03b1-\u03c9\u05d0-\u05ea\u0621-\u064a])"
)
_SIGN_INSIDE = re.compile(
    r"(?<=[a-z])[\u00a1-\u00a6\u00a8-\u00aa\u00ac-\u00b4\u00b6\u00b8-\u00ba\u00bc-\u00bf](?=[a-z])"
)
_ODD = frozenset(("Cn", "Co", "Cs"))
_UTF8_PIECE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_MARKUP = re.compile(rb"<(script|style)\b.*?</\1|<[^>]{0,2000}>|&#?\w{1,10};", re.DOTALL | re.IGNORECASE)
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_SAVE_AS = "save it as UTF-8 and add it again"


class _Reading(NamedTuple):
    encoding: str
    text: str
    coherence: float
    chaos: float


def decode(data: bytes, name: str) -> str:
    """Decode the bytes of a text file.

    A byte order mark decides. Without one, NUL means UTF-16 or UTF-32 and ESC means ISO-2022, as both would pass
    as UTF-8. Otherwise the text is strict UTF-8, else the legacy encoding that charset-normalizer finds.
    The text has no NUL and no ESC, and no newline is changed.

    Args:
        data: the whole file.
        name: its name in error messages.

    Raises:
        UnsupportedFormat: the content is not text.
        UnreadableArticle: it is text in no encoding that can be told for certain.
    """
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            called, _, advice = what.partition("; ")
            raise UnsupportedFormat(
                f"{name}: the content is {called}, not plain text or Markdown; {advice or 'leave it out'}"
            )
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marked(data, encoding, name)
    return _checked(_unmarked(data, name), name)


def decode_page(data: bytes, name: str) -> str:
    """Decode HTML as `decode` does, but ignore its tags; the charset it declares is the last resort.

    The bytes take precedence over the charset that a page declares, which is often wrong. UTF-8 with a few damaged
    characters is decoded as browsers do, with U+FFFD in their place.

    Raises:
        UnsupportedFormat: the content is not text.
        UnreadableArticle: it is text in no encoding that can be told for certain.
    """
    if b"\x00" in data or b"\x1b" in data or any(data.startswith(mark) for mark, _ in _BOMS):
        return decode(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if _is_mostly_utf8(data):
            return _checked(data.decode("utf-8", "replace"), name)
    return _checked(data.decode(_page_encoding(data, name), "replace"), name)


def _page_encoding(data: bytes, name: str) -> str:
    readings = _plausible(_MARKUP.sub(b" ", data))
    if readings and _is_certain(readings):
        return readings[0].encoding
    declared = _DECLARED.search(data[:_SAMPLE_BYTES])
    if declared is not None:
        wanted = codec(declared[1].decode("ascii"))
        if wanted in {reading.encoding for reading in readings} or (wanted and not readings):
            return wanted
    raise _undecodable(name)


def codec(label: str) -> str | None:
    """Return the codec for a charset label, or None; the wider one where browsers use it (cp1252 for latin1)."""
    wider = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030",
             "gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "iso-8859-9": "cp1254"}  # fmt: skip
    try:
        found = codecs.lookup(wider.get(label.lower(), label))
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding else None


def _checked(text: str, name: str) -> str:
    if _FORBIDDEN.search(text) or len(_CONTROL.findall(text)) * 100 > len(text):
        raise UnsupportedFormat(f"{name}: the content is binary, not plain text or Markdown")
    if text.count("\ufffd") * 100 > len(text):
        raise UnreadableArticle(
            f"{name}: more than 1% of it was lost (U+FFFD) when it was saved; get it from its source"
        )
    return text


def _marked(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{name}: begins as {encoding.upper()} but is damaged at byte {error.start}; {_SAVE_AS}"
        ) from error
    if _FORBIDDEN.search(text):
        raise UnsupportedFormat(f"{name}: the content is binary, not plain text or Markdown")
    return text


def _unmarked(data: bytes, name: str) -> str:
    if b"\x00" in data:
        return _wide(data, name)
    if b"\x1b" in data:
        return _seven_bit(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise UnreadableArticle(
                f"{name}: UTF-8 text damaged at byte {error.start}; {_SAVE_AS}"
            ) from error
    return _legacy(data, name)


def _is_mostly_utf8(data: bytes) -> bool:
    inside = sum(map(len, _UTF8_PIECE.findall(data)))
    return inside * 10 >= len(_HIGH.findall(data)) * 9


def _wide(data: bytes, name: str) -> str:
    """Decode UTF-16 or UTF-32 without a byte order mark.

    Both byte orders often give valid characters; those of the right order come from fewer blocks.
    """
    for encodings in (("utf-32-le", "utf-32-be"), ("utf-16-le", "utf-16-be")):
        readings = [text for text in _readings(data, encodings) if _is_plain(text)]
        if readings:
            return min(readings, key=_blocks)
    raise UnsupportedFormat(f"{name}: the content is binary, not plain text or Markdown")


def _is_plain(text: str) -> bool:
    if _CONTROL.search(text):
        return False
    sample = text[:_SAMPLE_BYTES]
    known = sum(unicodedata.category(char) not in _ODD for char in sample)
    return known * 100 >= len(sample) * 99 and _blocks(sample) * 5 <= len(sample) * 4


def _blocks(text: str) -> int:
    return len({ord(char) >> 8 for char in text[:_SAMPLE_BYTES]})


def _seven_bit(data: bytes, name: str) -> str:
    for text in _readings(data, _SEVEN_BIT):
        if not _CONTROL.search(text):
            return text
    raise UnsupportedFormat(f"{name}: holds terminal control codes, not plain text or Markdown")


def _readings(data: bytes, encodings: tuple[str, ...]) -> Iterator[str]:
    for encoding in encodings:
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError:
            continue


def _legacy(data: bytes, name: str) -> str:
    readings = _plausible(data)
    if readings and _is_certain(readings):
        return readings[0].text
    raise _undecodable(name)


def _undecodable(name: str) -> UnreadableArticle:
    return UnreadableArticle(
        f"{name}: not UTF-8, UTF-16 or UTF-32, nor for certain any of {len(_LEGACY)} legacy encodings"
        f" tried (windows-125x, ISO-8859, KOI8-R, GB18030, Big5, Shift_JIS, EUC); {_SAVE_AS}"
    )


def _plausible(data: bytes) -> list[_Reading]:
    """Return the distinct texts that the bytes may encode, the likeliest first."""
    from charset_normalizer import from_bytes

    found: dict[str, _Reading] = {}
    matches = [m for m in from_bytes(_sample(data), cp_isolation=_LEGACY) if m.encoding in _LEGACY]
    matches.sort(key=lambda m: (-m.coherence, m.chaos, _LEGACY.index(m.encoding)))
    for match in matches:
        for text in _readings(data, (match.encoding,)):
            if match.chaos <= _MAX_CHAOS and not _is_impossible(text[:_SAMPLE_BYTES]):
                found.setdefault(text, _Reading(match.encoding, text, match.coherence, match.chaos))
    return list(found.values())


def _is_certain(readings: list[_Reading]) -> bool:
    """Return whether no reading in another script comes near the first."""
    first = readings[0]
    rivals = [r for r in readings[1:] if first.coherence == 0 or _script(r) != _script(first)]
    if first.coherence > 0:
        return all(first.coherence - rival.coherence >= _MARGIN for rival in rivals)
    return all(rival.chaos - first.chaos >= _CHAOS_MARGIN for rival in rivals)


def _script(reading: _Reading) -> str:
    """Return the script of most letters outside ASCII: the first word of their Unicode names."""
    letters = [char for char in reading.text[:2_000] if char > "\x7f" and char.isalpha()]
    names = Counter(unicodedata.name(char, "?").split(" ", 1)[0] for char in letters)
    return names.most_common(1)[0][0] if names else ""


def _is_impossible(text: str) -> bool:
    """Return whether no language is written like this: scripts mixed in words, or signs inside them."""
    odd = sum(len(pattern.findall(text)) for pattern in (_MIXED, _NOT_FINAL, _SIGN_INSIDE))
    return _CONTROL.search(text) is not None or odd * 20 > len(text.split())


def _sample(data: bytes) -> bytes:
    """Return the whole lines at the start: enough to detect the encoding, and fast for large files."""
    if len(data) <= _SAMPLE_BYTES:
        return data
    newline = data.rfind(b"\n", 0, _SAMPLE_BYTES)
    return data[: newline + 1] if newline > 0 else data[:_SAMPLE_BYTES]
