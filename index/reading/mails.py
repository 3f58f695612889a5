"""Parse email messages (EML): the text that a person wrote, and the attachments."""

from __future__ import annotations

import email
import re
from contextlib import suppress
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import TYPE_CHECKING, NamedTuple

from index.errors import ArticleError, ArticleTooLarge, UnreadableArticle, UnsupportedFormat
from index.reading import metadata
from index.reading.dates import parse
from index.reading.decoding import codec, decode, decode_page
from index.reading.limits import MAX_PARTS
from index.reading.pages import all_of
from index.records import Article

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

_MAX_HEADER_CHARS = 2_000
_SEALED = frozenset(("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))
_SEALED_TEXT = "-----BEGIN PGP MESSAGE-----"
_NEXT = re.compile(rb"\n\r?\nFrom \S+ [^\n]*\d{4}\r?\n[!-9;-~]+:")  # the next message of a mailbox
_SIGNATURES = frozenset((
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
))  # fmt: skip


class Attached(NamedTuple):
    """A file attached to a message; `name` is as the message gives it, never a path."""

    name: str
    data: bytes


class Mail(NamedTuple):
    """A message: its article, or None if it has no text of its own, and its attachments in order."""

    article: Article | None
    attached: list[Attached]


class _Found(NamedTuple):
    """The content of a message part: its texts, its attachments, and whether the text was HTML."""

    texts: list[str]
    attached: list[Attached]
    is_page: bool = False


def parse_mail(data: bytes, name: str) -> Mail:
    """Return the article and the attachments of a message.

    The text is that of the plain parts, else what the HTML shows. The title is the subject, the author the sender,
    the date the day it was sent. Pictures inside the text and signatures are left out.

    Raises:
        UnreadableArticle: it is encrypted.
        UnsupportedFormat: it is a mailbox of several messages.
        ArticleTooLarge: it has more than MAX_PARTS parts.
    """
    if data.startswith(b"From ") and _NEXT.search(data):
        raise UnsupportedFormat(f"{name}: a mailbox (mbox), which is not read; save its messages as EML")
    message = email.message_from_bytes(data, policy=policy.compat32)
    if sum(1 for _ in message.walk()) > MAX_PARTS:
        raise ArticleTooLarge(f"{name}: more than {MAX_PARTS} parts; save what is attached by itself")
    found = _found(message, name)
    body = "\n\n".join(text.strip("\r\n") for text in found.texts if any(map(str.isalpha, text)))
    if not body:
        return Mail(None, found.attached)
    title = _decoded(_header(message, "subject"))
    article = Article(
        text=f"# {title}\n\n{body}" if title else body,
        title=title or None,
        author=_person(_header(message, "from")),
        published=parse(_header(message, "date")),
    )
    return Mail(article, found.attached)


def _found(part: Message, name: str) -> _Found:
    kind = part.get_content_type()
    if kind in _SEALED:
        raise _sealed(name)
    if part.get_content_maintype() == "message":
        return _Found([], _forwarded(part))
    if part.is_multipart():
        inside = [_found(each, name) for each in _parts(part)]
        chosen = _best(inside) if kind == "multipart/alternative" else _all(inside)
        return chosen._replace(attached=[each for found in inside for each in found.attached])
    return _leaf(part, kind, name)


def _leaf(part: Message, kind: str, name: str) -> _Found:
    called = _decoded(part.get_filename() or "")
    is_file = bool(called) or part.get_content_disposition() == "attachment"
    if kind in {"text/plain", "text/html"} and not is_file:
        return _body(part, name, is_page=kind == "text/html")
    family = part.get_content_maintype()
    is_shown = family == "image" and ("content-id" in part or not is_file)
    if is_shown or kind in _SIGNATURES or (family == "text" and not is_file):
        return _Found([], [])  # a picture in the text, a signature, or another form of the text
    return _Found([], [Attached(called or _decoded(kind), _bytes(part))])


def _body(part: Message, name: str, *, is_page: bool) -> _Found:
    text = _text(part, name, is_page=is_page)
    if text.lstrip().startswith(_SEALED_TEXT):
        raise _sealed(name)
    return _Found([all_of(text, name) if is_page and text.strip() else text], [], is_page)


def _best(inside: list[_Found]) -> _Found:
    """Return the best of several forms of a text: the plain one, unless it only refers to another form."""
    held = [found for found in inside if any(text.strip() for text in found.texts)]
    longest = max(held, key=_length, default=_Found([], []))
    plain = next((found for found in held if not found.is_page), longest)
    return plain if _length(plain) * 4 >= _length(longest) else longest


def _all(inside: list[_Found]) -> _Found:
    texts = [text for found in inside for text in found.texts]
    return _Found(texts, [], any(found.is_page for found in inside))


def _length(found: _Found) -> int:
    return sum(map(len, found.texts))


def _forwarded(part: Message) -> list[Attached]:
    """Return forwarded messages as files; delivery reports are left out."""
    return [
        Attached(f"{_decoded(_header(inner, 'subject')) or 'message'}.eml", inner.as_bytes())
        for inner in _parts(part)
        if part.get_content_type() == "message/rfc822"
    ]


def _parts(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [each for each in inside if not isinstance(each, str)] if isinstance(inside, list) else []


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message, name: str, *, is_page: bool) -> str:
    """Decode a part by its declared charset, else by its bytes."""
    data = _bytes(part)
    declared = codec(part.get_content_charset() or "")
    if declared:
        with suppress(ValueError):
            return data.decode(declared)
    return _readable(data, decode_page if is_page else decode, name)


def _header(message: Message, name: str) -> str:
    """Return the first header of a name as written, on one line, or ""."""
    written = (str(value) for key, value in message.raw_items() if key.lower() == name)
    return " ".join(next(written, "")[:_MAX_HEADER_CHARS].split())


def _decoded(header: str) -> str:
    """Return the decoded text of a header; words in an unknown encoding stay unchanged."""
    text = _readable(header.encode("utf-8", "surrogateescape"), decode, "")
    with suppress(MessageError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return metadata.cleaned(text) or ""


def _person(header: str) -> str | None:
    """Return the name of a sender, else the address."""
    try:
        called, address = parseaddr(header)
    except RecursionError:  # deeply nested comments
        return None
    return _decoded(called) or address or None


def _readable(data: bytes, reading: Callable[[bytes, str], str], name: str) -> str:
    try:
        return reading(data, name)
    except ArticleError:
        return data.decode("utf-8", "replace")


def _sealed(name: str) -> UnreadableArticle:
    return UnreadableArticle(f"{name}: it is encrypted; save it decrypted")
