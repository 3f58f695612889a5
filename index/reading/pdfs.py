"""Read PDF by poppler's `pdftotext` if installed, else by pypdf; the only module that imports pypdf."""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess

from index.errors import EmptyArticle, UnreadableArticle, UnsupportedFormat
from index.reading.datelines import dated
from index.reading.dates import parse
from index.reading.legible import mended, problem
from index.records import Article

_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"
# PRISM, the vocabulary of publishers, in XMP; the day the file was created or changed is no publication date
_PUBLISHED = re.compile(rb"prism:(?:publicationDate|coverDate)(?:>|=[\"'])\s*(\d{4}-\d\d-\d\d)")
_MAX_PAGES = 2_000
_TIMEOUT_S = 20
_ELSEWHERE = "copy its text from a reader, or save it as DOCX or HTML"


def parse_pdf(data: bytes, name: str) -> list[Article]:
    """Return the text of a PDF as one article.

    Raises:
        UnsupportedFormat: no PDF reader is installed.
        UnreadableArticle: it is damaged or encrypted, or the extracted text is not what was printed.
        EmptyArticle: it holds only pictures of text.
    """
    text = mended(_by_poppler(data, name) if tool() else _by_pypdf(data, name))
    text = text.replace("\f", "\n\n").strip()
    if not any(map(str.isalpha, text)):
        raise EmptyArticle(f"{name}: no text in the PDF, perhaps a scan; recognise its text (OCR) first")
    if why := problem(text):
        raise UnreadableArticle(f"{name}: {why}; {_ELSEWHERE}")
    return [Article(text=text, published=dated(text) or _published(data))]


def _published(data: bytes) -> str | None:
    """Return the publication date that the file declares; a compressed declaration is not found."""
    found = _PUBLISHED.search(data)
    return parse(found[1].decode("ascii")) if found else None


def tool() -> str | None:
    """Return the path of `pdftotext`, or None."""
    return shutil.which("pdftotext", path=_PATH)


def _by_poppler(data: bytes, name: str) -> str:
    command = [tool() or "pdftotext", "-enc", "UTF-8", "-l", str(_MAX_PAGES), "-", "-"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableArticle(
            f"{name}: the PDF took more than {_TIMEOUT_S} s to read; {_ELSEWHERE}"
        ) from error
    except OSError as error:
        raise UnreadableArticle(
            f"{name}: pdftotext cannot be run ({error.strerror}); mend poppler"
        ) from error
    if done.returncode:
        why = "encrypted" if b"password" in done.stderr.lower() else "damaged, or needs too much memory"
        raise UnreadableArticle(f"{name}: the PDF is {why}; {_ELSEWHERE}")
    return done.stdout.decode("utf-8", "replace")


def _by_pypdf(data: bytes, name: str) -> str:
    try:
        import pypdf
    except ImportError as error:
        raise UnsupportedFormat(
            f"{name}: to read PDF install poppler-utils (pdftotext), or pip install 'sanad[pdf]'"
        ) from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if not reader.is_encrypted or reader.decrypt(""):
            return "\n\n".join(page.extract_text() for page in reader.pages[:_MAX_PAGES])
    except MemoryError:
        raise
    except Exception as error:  # pypdf raises nearly any error on damaged files
        reason = f"{type(error).__name__}: {error}"[:120]
        raise UnreadableArticle(f"{name}: the PDF is damaged ({reason}); {_ELSEWHERE}") from error
    raise UnreadableArticle(f"{name}: the PDF is encrypted; {_ELSEWHERE}")
