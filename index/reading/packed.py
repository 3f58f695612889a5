"""Read packed files (ZIP, also as DOCX or EPUB) without unpacking anything to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.errors import ArticleTooLarge, UnreadableArticle
from index.reading.limits import MAX_INFLATED_BYTES, MAX_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY_BYTES = 1_000  # of the directory, for each member: its name and what programs add to it
_BLOCK = 1 << 16


class Packed:
    """A packed file open for reading; all members count against one limit."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._left = MAX_INFLATED_BYTES
        self.members = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]

    def names(self) -> set[str]:
        """Return the names of all members; they are never used as paths."""
        return {entry.filename for entry in self.members}

    def read(self, member: str | zipfile.ZipInfo, max_bytes: int) -> bytes:
        """Inflate a member.

        Raises:
            ArticleTooLarge: it inflates to more than the limit, whatever size the file declares.
            UnreadableArticle: it is missing, damaged, encrypted or a link.
        """
        try:
            entry = self._archive.getinfo(member) if isinstance(member, str) else member
        except KeyError as error:
            raise UnreadableArticle(f"{self._name}: no {member} in it; save it anew") from error
        self._check(entry)
        limit = min(max_bytes, self._left)
        pieces, size = [], 0
        try:
            with self._archive.open(entry) as stream:
                while piece := stream.read(_BLOCK):
                    pieces.append(piece)
                    size += len(piece)
                    if size > limit:
                        raise self._too_large(entry, limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise UnreadableArticle(
                f"{self._name}: {entry.filename[:80]!a} in it is damaged ({error}); pack it again"
            ) from error
        self._left -= size
        return b"".join(pieces)

    def _check(self, entry: zipfile.ZipInfo) -> None:
        if entry.flag_bits & 0x1:
            raise UnreadableArticle(f"{self._name}: it is encrypted; save it without a password")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableArticle(
                f"{self._name}: {entry.filename[:80]!a} in it is a link, which is not followed; pack what it points to"
            )

    def _too_large(self, entry: zipfile.ZipInfo, limit: int) -> ArticleTooLarge:
        return ArticleTooLarge(
            f"{self._name}: {entry.filename[:80]!a} in it inflates to more than {limit} bytes; split the file"
        )


@contextmanager
def unpacked(data: bytes, name: str) -> Iterator[Packed]:
    """Open a packed file.

    Raises:
        ArticleTooLarge: it has more than MAX_PARTS members, or they declare more than MAX_INFLATED_BYTES bytes.
        UnreadableArticle: it is damaged.
    """
    _check_directory(data, name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, struct.error) as error:
        raise UnreadableArticle(f"{name}: a damaged packed file ({error}); get it again") from error
    with archive:
        packed = Packed(archive, name)
        declared = sum(entry.file_size for entry in packed.members)
        if declared > MAX_INFLATED_BYTES:
            raise ArticleTooLarge(
                f"{name}: its members are {declared} bytes, above the limit of {MAX_INFLATED_BYTES}; split the file"
            )
        yield packed


def _check_directory(data: bytes, name: str) -> None:
    """Check the number of members before their directory is read: a million would fill the memory."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if at < 0 or at + _END.size > len(data):
        raise UnreadableArticle(f"{name}: a packed file that is cut off; get it again")
    _, _, _, _, count, size, _, _ = _END.unpack_from(data, at)
    wide = data.rfind(b"PK\x06\x06", 0, at)
    if wide >= 0 and wide + _END64.size <= len(data):
        many = _END64.unpack_from(data, wide)
        count, size = max(count, many[7]), max(many[8], 0 if size == 0xFFFFFFFF else size)
    if count > MAX_PARTS or size > MAX_PARTS * _ENTRY_BYTES:
        raise ArticleTooLarge(f"{name}: more than {MAX_PARTS} members; split the file")
