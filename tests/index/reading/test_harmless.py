"""Hostile files cost themselves only: bombs, hangs, crashes, entities, depth, names that are paths."""

from __future__ import annotations

import io
import os
import resource
import signal
import stat
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from index.errors import ArticleError, ArticleTooLarge, EmptyArticle, UnreadableArticle
from index.reading import pdfs
from index.reading.files import read, read_bytes
from index.reading.formats import HEAD_BYTES, sniff
from index.reading.limits import LIMITS, MAX_PARTS, Limits
from index.reading.worker import Worker, close_all, parse_apart
from index.records import Added, Article
from tests.index.reading.making import STORIES, docx, epub, page, pdf_of, zipped
from tests.index.reading.office import eml, odt, ole, xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = page(STORIES["en"]).encode()
SMALL = Limits(cpu_s=2, wall_s=30.0)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(SMALL)
    yield made
    made.close()


def texts(data: bytes, name: str = "a.bin") -> str:
    return "\n".join(each.text for each in read_bytes(data, name) if isinstance(each, Article))


def inflating(megabytes: int, before: bytes, unit: bytes, after: bytes) -> bytes:
    """A body that deflates to next to nothing."""
    return before + unit * (megabytes * 1_000_000 // len(unit)) + after


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAIL = b"From: a\r\nMIME-Version: 1.0\r\nMessage-ID: <1@b>\r\n"
WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'


# -- bombs -----------------------------------------------------------------------------------------


def test_a_small_docx_that_inflates_to_gigabytes_is_refused() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as file,
    ):
        file.write(WORD)
        for _ in range(800):
            file.write(b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 30_000)
    assert len(out.getvalue()) < 2_500_000
    with pytest.raises(ArticleTooLarge, match="its members are"):
        read_bytes(out.getvalue(), "bomb.docx")


def test_a_docx_that_lies_about_its_size_is_stopped_while_it_inflates() -> None:
    body = inflating(120, WORD, b"<w:p/>", b"</w:body></w:document>")
    data = bytearray(zipped({"word/document.xml": body}))
    real = struct.pack("<L", len(body))
    for at in (data.find(real), data.rfind(real)):
        data[at : at + 4] = struct.pack("<L", 1_000)
    with pytest.raises(ArticleError):
        read_bytes(bytes(data), "liar.docx")


def test_memory_is_limited_in_the_child(worker: Worker) -> None:
    many = inflating(49, WORD, b"<w:p><w:r><w:t>a</w:t></w:r></w:p>", b"</w:body></w:document>")
    with pytest.raises(ArticleError):
        worker.parse(zipped({"word/document.xml": many}), "many.docx", {})
    assert read_bytes(GOOD, "a.html")


@pytest.mark.parametrize("reader", ["poppler", "pypdf"])
@pytest.mark.slow
def test_a_pdf_whose_stream_inflates_to_gigabytes(reader: str) -> None:
    if reader == "poppler" and not pdfs.tool():
        pytest.skip("pdftotext (poppler-utils) is not installed")
    stream = zlib.compress(b"BT /F1 10 Tf (a) Tj ET " * 15_000_000, 9)
    data = pdf_of([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 842] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ])  # fmt: skip
    without = f"import index.reading.pdfs as p; p._PATH = {'/nowhere' if reader == 'pypdf' else pdfs._PATH!r}"
    code = (
        f"import sys, json; {without};"
        "from index.reading import child; child._confine(512 << 20); child._allow_cpu(5);"
        "print(json.dumps(child._parsed({'name': 'bomb.pdf', 'columns': {}}, sys.stdin.buffer.read(), 512 << 20, 10**8)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, timeout=60, check=False
    )
    assert b"parts" not in done.stdout, done.stdout[:200]
    assert done.returncode in {-signal.SIGXCPU, -signal.SIGKILL} or b"error" in done.stdout, (
        done.returncode,
        done.stderr[-300:],
    )


@pytest.mark.parametrize("count", [MAX_PARTS + 1, 1_000_000])
def test_a_zip_of_a_million_entries_is_refused_before_its_list_is_read(count: int) -> None:
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    )
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 5, 0) + b"a.txt"
    size = min(len(entry) * count, 40_000_000)
    data = local + (entry * count)[:size]
    data += struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, min(count, 65_535), min(count, 65_535), size, len(local), 0
    )
    with pytest.raises(ArticleTooLarge, match="members"):
        read_bytes(data, "many.zip")


def test_a_zip_that_declares_few_entries_and_lists_many_is_refused_too() -> None:
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    )
    size = len(entry) * 800_000
    data = b"PK\x03\x04" + entry * 800_000 + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 4, 0)
    with pytest.raises(ArticleTooLarge):
        read_bytes(data, "liar.zip")


def test_zips_inside_zips_are_not_opened() -> None:
    inner = zipped({"a.txt": b"hello"})
    for _ in range(5):
        inner = zipped({"inner.zip": inner})
    (refused,) = read_bytes(inner, "russian.zip")
    assert isinstance(refused, Added)
    assert "ZIP inside a ZIP" in refused.reason


def test_encrypted_members_and_links_are_refused_by_name() -> None:
    link = zipfile.ZipInfo("etc.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good.txt", STORIES["en"].paragraphs[0])
    found = read_bytes(out.getvalue(), "a.zip")
    assert [type(each) for each in found] == [Added, Article]
    assert "a link" in found[0].reason  # type: ignore[union-attr]
    data = bytearray(zipped({"secret.txt": b"hello"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    (refused,) = read_bytes(bytes(data), "a.zip")
    assert "encrypted" in refused.reason  # type: ignore[union-attr]


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../../out.txt",
        "/etc/out.txt",
        "..\\out.txt",
        "C:\\out.txt",
        "a" * 300 + ".txt",
        "CON",
        ".\u202etxt.exe",
        "a\nb.txt",
    ],
)
def test_names_in_a_zip_are_never_paths(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for each in (
        read_bytes(zipped({name: STORIES["en"].paragraphs[0].encode()}), "a.zip")
        if not name.startswith(".\u202e")
        else []
    ):
        assert isinstance(each, Article)
        assert each.origin is not None
        assert each.origin.startswith("!")
        assert each.origin.isprintable()
    assert sorted(tmp_path.rglob("*")) == before


def test_the_name_of_an_upload_is_never_opened(tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("the canary sings")
    for name in (str(canary), f"file://{canary}", "/dev/zero", "a\x00b", "\u202etxt"):
        with pytest.raises(ArticleError):
            read_bytes(b"%PDF-1.4 broken", name)
        assert "canary sings" not in texts(GOOD, name)


# -- depth, entities, markup -----------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "span", "b", "table><tr><td", "ul><li"])
def test_two_hundred_thousand_nested_elements_are_an_error_and_not_an_empty_article(tag: str) -> None:
    data = (f"<{tag}>" * 200_000 + "text that would be lost").encode()
    with pytest.raises(UnreadableArticle, match="nested too deep"):
        read_bytes(data, "deep.html")


@pytest.mark.parametrize(
    "data", [b"[" * 200_000, b'{"text":' * 200_000, b'[{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]"]
)
def test_nested_json_is_an_error(data: bytes) -> None:
    with pytest.raises(UnreadableArticle, match=r"nested too deep|no JSON"):
        read_bytes(data, "deep.json")


def test_nested_xml_in_a_docx_is_an_error() -> None:
    deep = WORD + b"<w:p>" * 100_000 + b"</w:p>" * 100_000 + b"</w:body></w:document>"
    with pytest.raises(UnreadableArticle, match=r"nested|damaged"):
        read_bytes(zipped({"word/document.xml": deep}), "deep.docx")


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize("kind", ["docx", "epub", "feed", "html", "odt", "xlsx", "ods", "eml"])
@pytest.mark.parametrize("attack", ["file", "network", "laughs", "parameter"])
def test_entities_reach_no_file_no_address_and_no_memory(tmp_path: Path, kind: str, attack: str) -> None:
    asked: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/canary"
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY-IN-A-FILE")
    head = {
        "file": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>',
        "network": f'<!DOCTYPE x PUBLIC "y" "{address}" [<!ENTITY e SYSTEM "{address}">]>',
        "laughs": LAUGHS + "",
        "parameter": f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{address}"> %p; <!ENTITY e "x">]>',
    }[attack]
    entity = "&j;" if attack == "laughs" else "&e;"
    word = f'{head}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Hello there {entity}</w:t></w:r></w:p></w:body></w:document>'
    data = {
        "docx": zipped({"word/document.xml": word.encode()}),
        "epub": epub([STORIES["en"]]).replace(b"zzz", b"zzz"),
        "feed": f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>{entity}</title><item><title>T</title><description>Hello {entity}</description></item></channel></rss>'.encode(),
        "html": f'{head}<html><head><base href="{address}"><link rel="stylesheet" href="{address}"><meta http-equiv="refresh" content="0;url={address}"></head><body><img src="{address}"><svg><use href="{address}"/></svg><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{secret}" parse="text"/><p>{STORIES["en"].paragraphs[0]} {entity}</p></body></html>'.encode(),
        "odt": zipped(
            {
                "content.xml": f'{head}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><text:p>Hello there {entity}</text:p></office:document-content>'.encode(),
                "META-INF/manifest.xml": f'{head}<m><file-entry full-path="/" media-type="application/vnd.oasis.opendocument.text"/>{entity}</m>'.encode(),
            }
        ),
        "xlsx": xlsx(
            {"S": []},
            extra={
                "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{SHEET}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Hello {entity}</t></is></c></row></sheetData></worksheet>'.encode(),
            },
        ),
        "ods": zipped(
            {
                "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": b"<m/>",
                "content.xml": f'{head}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">{entity}</office:document-content>'.encode(),
            }
        ),
        "eml": f'From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<base href="{address}"><img src="{address}"><p>Hello there</p>\n--x\nContent-Type: message/external-body; access-type=URL; URL="{address}"\n\nContent-Type: text/plain\n\n--x\nContent-Type: message/external-body; access-type=local-file; name="{secret}"\n\nContent-Type: text/plain\n\n--x--\n'.encode(),
    }[kind]
    if kind == "epub":
        data = zipped({
            "META-INF/container.xml": f'{head}<container><rootfiles><rootfile full-path="a.opf"/></rootfiles>{entity}</container>'.encode(),
            "a.opf": f'{head}<package xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{entity}</dc:title><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'.encode(),
            "a.xhtml": f"{head}<html><body><p>{' '.join(STORIES['en'].paragraphs)} {entity}</p></body></html>".encode(),
        })  # fmt: skip
    try:
        found = read_bytes(data, "a.bin")
    except ArticleError:
        found = []
    server.shutdown()
    assert asked == []
    assert "CANARY-IN-A-FILE" not in repr(found)
    assert "hahaha" not in repr(found)


HIDDEN = (
    "<html><body><!-- a comment that speaks --><script>scripted()</script><style>styled</style><template>templated</template>"
    "<noscript>enable it</noscript><div hidden>hidden one</div><div style='Display : none'>hidden two</div>"
    "<p aria-hidden='true'>hidden three</p><article><h1>Drones attack a base in Syria</h1><p>{}</p><p>unclosed &amp; &#x41;&#0;&#x1b;"
    " entity<p>{}</article><script>not closed"
)


def test_only_what_a_browser_shows_is_read_from_malformed_html() -> None:
    text = texts(HIDDEN.format(*STORIES["en"].paragraphs[:2]).encode(), "a.html")
    for unseen in (
        "comment",
        "scripted",
        "styled",
        "templated",
        "enable",
        "hidden",
        "not closed",
        "\x00",
        "\x1b",
    ):
        assert unseen not in text
    assert STORIES["en"].paragraphs[0] in text
    assert "unclosed & A" in text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>  </p>",
        "<script>app()</script><div id=root></div>",
        "<nav><a href=/>Home</a></nav>",
        "<img src=a.png>",
    ],
)
def test_a_page_without_an_article_is_an_error(body: str) -> None:
    with pytest.raises((EmptyArticle, UnreadableArticle)):
        texts(f"<html><body>{body}</body></html>".encode(), "a.html") and read_bytes(
            b"<html></html>", "a.html"
        )


# -- offices and mail programs ---------------------------------------------------------------------


def sheet(body: str) -> bytes:
    """A workbook whose one sheet is XML as given."""
    return xlsx(
        {"S": []},
        extra={"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}">{body}</worksheet>'.encode()},
    )


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(3_000)
)
LOCKED = (
    '<manifest><file-entry full-path="/" media-type="application/vnd.oasis.opendocument.text"/>'
    '<file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (odt(STORIES["en"], "<text:p>a</text:p>" * 12_000_000), "its members are 2"),
        (odt(STORIES["en"], "<text:section>" * 5_000), "nested deeper"),
        (odt(STORIES["en"], extra={"META-INF/manifest.xml": LOCKED.encode()}), "encrypted; save it without"),
        (odt(STORIES["en"], extra={"content.xml": b"<not closed"}), "XML is damaged"),
        (sheet("<sheetData>" + "<row/>" * 34_000_000), "its members are 2"),
        (sheet(f"<sheetData><row>{text_cell('A1', 'text')}</row><row>{text_cell('XFD1048576', 'x')}</row></sheetData>"), "memory"),
        (sheet("<sheetData>" + "".join(f"<row>{text_cell(f'A{at}', 'text')}</row>" for at in range(1, 10_003)) + "</sheetData>"), "more than 10000 rows"),
        (ole(["EncryptedPackage"]), "encrypted; save|encrypted, which"),
        (ole(["Workbook"]), "nothing|anything|damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40, "damaged"),
        (MAIL + NESTED, "nested too deep"),
        (MAIL + b"Content-Type: message/rfc822\r\n\r\nFrom: a\r\n" * 3_000, "nested too deep"),
        (MAIL + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\na\r\n" * 12_000, "more than 10000 parts"),
        (MAIL + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000, "nested too deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_hostile_documents_and_messages_are_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(ArticleError, match=said):
        read_bytes(data, "a.bin")
    assert read_bytes(GOOD, "a.html")


def test_what_a_sheet_declares_of_its_size_costs_nothing() -> None:
    data = sheet(
        f'<dimension ref="A1:XFD1048576"/><sheetData><row>{text_cell("A1", "text")}</row><row>{text_cell("A2", "Hello there")}</row></sheetData>'
    )
    assert texts(data) == "Hello there"


@pytest.mark.parametrize(
    "unit",
    [b"X: a\r\n", b"X: a\n", b"X:\r\n \r\n", b"<!--", b"<?xml", b"<!doctype[", b"<!doctype a [ ] ", b"{} \n", b"[ [", b"a,b\t;", b"\n\t\r", b"<\n"],
)  # fmt: skip
def test_no_first_bytes_keep_us_from_telling_the_format(unit: bytes) -> None:
    """The format is told in our own process, so that what takes long there stops everything."""
    sniff((unit * HEAD_BYTES)[:HEAD_BYTES], "a")


def test_headers_without_end_cost_little() -> None:
    for header in (
        b"From: " + b"((" * 1_000_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 500_000,
        b"X: a\r\n" * 200_000,
    ):
        assert "Hello there" in texts(header + b"\r\n" + MAIL + b"\r\nHello there", "a.eml")


@pytest.mark.parametrize("kind", ["bomb.docx", "liar.zip"])
def test_a_bomb_that_is_attached_costs_only_itself(kind: str) -> None:
    inflated = WORD + bytes(180_000_000) if kind == "bomb.docx" else b""
    bomb = zipped({"word/document.xml": inflated}) if inflated else zipped({"a.txt": b"a" * 6_000_000})
    found = read_bytes(eml(STORIES["en"], attached={kind: bomb, "good.html": GOOD}), "a.eml")
    assert [type(each) for each in found] == [Article, Added, Article]


# -- PDF -------------------------------------------------------------------------------------------

CYCLE = pdf_of(
    [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"]
)
ENCRYPTED = pdf_of(
    [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>",
     b"<< /Filter /Standard /V 1 /R 2 /O (" + b"o" * 32 + b") /U (" + b"u" * 32 + b") /P -4 >>"],
    b"/Encrypt 3 0 R /ID [<00> <00>]",
)  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [CYCLE, ENCRYPTED, b"%PDF-1.4\n", b"%PDF-1.7\n" + bytes(range(256)) * 40, CYCLE[: len(CYCLE) // 2]],
)
@pytest.mark.parametrize("reader", ["poppler", "pypdf"])
def test_damaged_cyclic_and_encrypted_pdfs_are_unreadable_or_empty(
    data: bytes, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reader == "pypdf":
        monkeypatch.setattr(pdfs, "_PATH", "/nowhere")
    elif not pdfs.tool():
        pytest.skip("pdftotext (poppler-utils) is not installed")
    with pytest.raises((UnreadableArticle, EmptyArticle)):
        pdfs.parse_pdf(data, "a.pdf")


# -- the child -------------------------------------------------------------------------------------


def sabotage(act: str, limits: Limits = SMALL, before: str = "pass") -> Worker:
    """A worker whose child does something terrible when it is given a file; `before`: and something when it starts."""

    class Sabotaged(Worker):
        code = (
            "import index.reading.parsers as parsers\n"
            f"def parse(data, name, columns):\n    {act}\n"
            f"parsers.parse = parse\n{before}\n{Worker.code}"
        )

    return Sabotaged(limits)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed .SIGSEGV"),
        ("import time; time.sleep(100)", "took more than 3 s"),
        ("while True: pass", "2 s of processor time"),
        ("kept = [bytearray(10_000_000) for _ in range(10_000)]", "more than 512 MB of memory"),
        ("import os; os._exit(3)", "crashed"),
        ("raise ValueError('what nobody expected')", "cannot be parsed .ValueError"),
        ("raise SystemExit", "crashed"),
        ("return parse(data, name, columns)", "nested too deep"),
        ("import os; os.fork() or open('/tmp/escaped', 'w').write('x' * 10)", "cannot be parsed"),
        ("from index.records import Article; return [Article(text='a' * 90_000_000)]", "MB of text"),
        ("print('noise'); import sys; sys.stderr.write('noise'); raise KeyError('k')", "KeyError"),
    ],
)  # fmt: skip
def test_whatever_a_parser_does_the_file_is_refused_and_the_next_is_read(act: str, said: str) -> None:
    broken = sabotage(act, Limits(wall_s=3.0) if "sleep" in act else SMALL)
    with pytest.raises((UnreadableArticle, ArticleTooLarge), match=said):
        broken.parse(b"<html>", "bad.html", {})
    broken.close()
    assert texts(GOOD, "good.html")


def test_the_child_sees_no_environment_and_writes_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_TOKEN", "a secret of the server")
    child = sabotage("import os; raise ValueError(dict(os.environ))")
    with pytest.raises(UnreadableArticle) as caught:
        child.parse(b"<html>", "a.html", {})
    child.close()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("size", [10, 2_000_000], ids=["small", "more than a pipe holds"])
@pytest.mark.parametrize("before", ["import time; time.sleep(100)", "import os; os.kill(os.getpid(), 19)"])
def test_a_child_that_hangs_when_it_starts_holds_up_no_file(before: str, size: int) -> None:
    hung = sabotage("return []", Limits(wall_s=0.5), before)
    with pytest.raises(UnreadableArticle, match=r"took more than 0.5 s"):
        hung.parse(b"<html>" * size, "a.html", {})
    assert not hung.alive


def test_one_child_serves_many_files_and_is_replaced_when_it_dies() -> None:
    close_all()
    worker = Worker(SMALL)
    first = worker.pid
    for _ in range(5):
        assert worker.parse(GOOD, "a.html", {})
    assert worker.pid == first
    os.kill(first, signal.SIGKILL)
    with pytest.raises(UnreadableArticle, match="crashed"):
        worker.parse(GOOD, "a.html", {})
    assert not worker.alive
    assert parse_apart(GOOD, "a.html", {})


def test_a_child_that_has_parsed_enough_says_so_before_it_ends() -> None:
    made = sabotage("return []", before="import index.reading.child as child; child._MAX_JOBS = 3")
    for _ in range(3):
        assert made.alive
        assert made.parse(b"<html>", "a.html", {}) == []
    assert not made.alive


def test_a_folder_with_a_bomb_in_the_middle_is_read_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for number, code in enumerate(("en", "ru", "tr", "es")):
        (folder / f"{number}.html").write_text(page(STORIES[code]))
    (folder / "1-deep.html").write_text("<div>" * 200_000)
    (folder / "2-bomb.docx").write_bytes(zipped({"word/document.xml": WORD + bytes(180_000_000)}))
    (folder / "3.docx").write_bytes(docx(STORIES["zh"]))
    os.mkfifo(folder / "pipe.html")
    (folder / "zero.html").symlink_to("/dev/zero")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    with Assistant(tmp_path / "home") as assistant:
        report = assistant.add(folder)
    assert len(report.added) == 5
    skipped = {item.name.rsplit("/", 1)[-1]: item.reason for item in report.skipped}
    assert set(skipped) == {"1-deep.html", "2-bomb.docx", "pipe.html", "zero.html", "passwd.txt"}
    assert "not a regular file" in skipped["pipe.html"]
    assert "a link" in skipped["zero.html"]
    assert "a link" in skipped["passwd.txt"]


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    """The race of check and use: the file is exchanged for a link a thousand times while it is read."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of another folder")
    path = tmp_path / "article.txt"
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            good, link = tmp_path / "good", tmp_path / "link"
            good.write_text("a good article")
            good.replace(path)
            link.unlink(missing_ok=True)
            link.symlink_to(secret)
            link.replace(path)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(1_000):
            try:
                assert "secret" not in "".join(each.text for each in read(path) if isinstance(each, Article))
            except ArticleError:
                continue
    finally:
        stop.set()
        thread.join()


def test_our_own_memory_stays_small_when_a_child_is_bombed() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ArticleError):
        read_bytes(zipped({"word/document.xml": WORD + bytes(150_000_000)}), "bomb.docx")
    # what the test itself makes is 150 MB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000
    assert LIMITS.memory_bytes == 512 << 20
