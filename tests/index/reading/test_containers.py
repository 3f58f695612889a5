"""What is inside a container says what it is: read by a parser of its own, or refused by its name."""

from __future__ import annotations

import email
import email.policy
import zipfile
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import EmptyArticle, UnreadableArticle, UnsupportedFormat
from index.reading.files import read, read_bytes
from index.reading.formats import Format, sniff
from index.records import Added, Article
from tests.index.reading.making import STORIES, docx, epub, pdf, row, zipped
from tests.index.reading.office import eml, odt, ole, xlsx

STORY = STORIES["en"]
MIME = "application/vnd.oasis.opendocument."


def one(data: bytes, name: str = "file") -> Article:
    (article,) = read_bytes(data, name)
    assert isinstance(article, Article)
    return article


def parts(data: bytes, name: str = "file", **columns: str) -> dict[str | None, str]:
    """What became of each part: its text, or why it was not taken."""
    return {
        each.name if isinstance(each, Added) else each.origin: each.reason
        if isinstance(each, Added)
        else each.text
        for each in read_bytes(data, name, columns=columns)
    }


# -- told by content -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped({"mimetype": f"{MIME}presentation".encode(), "content.xml": b"<a/>"}), r"\(ODP\).* PDF"),
        (zipped({"mimetype": f"{MIME}graphics".encode(), "content.xml": b"<a/>"}), r"\(ODG\)"),
        (zipped({"mimetype": b"application/vnd.sun.xml.writer", "content.xml": b"<a/>"}), "OpenOffice 1 .* ODT"),
        (zipped({"mimetype": b"image/openraster", "stack.xml": b"<image/>"}), "of the type image/openraster"),
        (zipped({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<a/>"}), r"\(PPTX\).* PDF"),
        (zipped({"ppt/presentation.xml": b"<a/>"}), r"\(PPTX\).* PDF"),
        (zipped({"[Content_Types].xml": b"<Types/>", "visio/document.xml": b"<a/>"}), "VSDX"),
        (zipped({"[Content_Types].xml": b"<Types/>", "FixedDocSeq.fdseq": b"<a/>"}), "XPS"),
        (zipped({"Index/Document.iwa": b"x", "Metadata/BuildVersionHistory.plist": b"<plist/>"}), "Pages.* export"),
        (zipped({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"\xca\xfe"}), "JAR"),
        (zipped({"doc.kml": b"<kml/>"}), "KMZ"),
        (ole(["WordDocument", "1Table"]), r"\(DOC\).* DOCX or PDF"),
        (ole(["PowerPoint Document", "Current User"]), r"\(PPT\).* PDF"),
        (ole(["__properties_version1.0", "__nameid_version1.0"]), r"\(MSG\).* EML"),
        (ole(["EncryptedPackage", "EncryptionInfo"]), "encrypted.* without a password"),
        (ole(["VisioDocument"]), r"\(VSD\)"),
        (ole(["\x05HwpSummaryInformation", "FileHeader"]), r"\(HWP\)"),
        (ole(["Something"]), "old Office file of another kind"),
        (b"{\\rtf1\\ansi Hello}", "RTF.* save it as DOCX or PDF"),
        (b"Rar!\x1a\x07\x00" + bytes(50), "RAR.* unpack"),
        (b'<?xml version="1.0"?><office:document xmlns:office="x"><office:body/></office:document>', "one XML file"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>', "one XML file"),
        (b"From a@b Thu Oct 19 10:15:00 2023\n" + eml(STORY) + b"\n\nFrom c@d Thu Oct 19 10:15:00 2023\nTo: x\n\ny", "mbox.* EML"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.bin", "a.txt", "a.odt"])
def test_what_no_parser_reads_is_refused_by_its_name(data: bytes, said: str, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=rf"^{name}: .*{said}"):
        read_bytes(data, name)


def test_a_container_is_told_without_what_usually_names_it() -> None:
    def without(data: bytes, member: str) -> bytes:
        with zipfile.ZipFile(BytesIO(data)) as old:
            return zipped({name: old.read(name) for name in old.namelist() if name != member})

    assert STORY.paragraphs[0] in one(without(odt(STORY), "mimetype")).text
    assert STORY.paragraphs[0] in one(without(docx(STORY), "[Content_Types].xml")).text
    assert STORY.paragraphs[0] in one(without(epub([STORY]), "mimetype")).text
    rows = {"A": [[*row(STORY)], [*row(STORY).values()]]}
    assert STORY.paragraphs[0] in one(without(xlsx(rows), "[Content_Types].xml")).text


def test_a_word_file_whose_parts_are_numbered() -> None:
    with zipfile.ZipFile(BytesIO(docx(STORY))) as old:
        files = {
            name.replace("t.xml", "t2.xml").replace("s.xml", "s2.xml"): old.read(name)
            for name in old.namelist()
        }
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    files["[Content_Types].xml"] = (
        f'<Types><Override PartName="/word/document2.xml" ContentType="{word}.document.main+xml"/>'
        f'<Override PartName="/word/styles2.xml" ContentType="{word}.styles+xml"/></Types>'
    ).encode()
    assert one(zipped(files)).text.startswith(f"# {STORY.title}\n\n{STORY.paragraphs[0]}")


def test_documents_inside_a_zip_are_read_each_as_what_it_is() -> None:
    found = parts(zipped({
        "a.odt": odt(STORY), "b.xlsx": xlsx({"S": [["id", "text"], [7, "Some text"]]}), "c.eml": eml(STORY),
        "d.pptx": zipped({"ppt/presentation.xml": b"<a/>"}), "e.doc": ole(["WordDocument"]),
    }))  # fmt: skip
    assert list(found) == ["!a.odt", "!b.xlsx!S#7", "!c.eml", "!d.pptx", "!e.doc"]
    assert "(PPTX)" in found["!d.pptx"]
    assert "(DOC)" in found["!e.doc"]


# -- LibreOffice text ------------------------------------------------------------------------------


def test_a_libreoffice_text_gives_what_a_reader_of_it_sees() -> None:
    body = (
        '<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted words</text:p></text:deletion></text:changed-region></text:tracked-changes>'
        '<text:table-of-content><text:index-body><text:p>The harbour 1</text:p></text:index-body></text:table-of-content>'
        '<text:p text:style-name="P2">The harbour</text:p>'
        '<text:h text:outline-level="2">Opened<text:s text:c="2"/>again</text:h>'
        '<text:p>One<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note> two'
        '<office:annotation><text:p>a comment</text:p></office:annotation> three<text:line-break/>four<text:tab/>five'
        '<draw:frame><svg:desc>a picture</svg:desc><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame> six.</text:p>'
        '<text:list><text:list-item><text:p>First item</text:p><text:list><text:list-item><text:p>Inner item</text:p></text:list-item></text:list></text:list-item></text:list>'
        '<table:table><table:table-row><table:table-cell><text:p>a</text:p><text:p>b</text:p></table:table-cell><table:table-cell>'
        '<table:table><table:table-row><table:table-cell><text:p>c</text:p></table:table-cell></table:table-row></table:table></table:table-cell></table:table-row></table:table>'
        '<text:section text:display="none"><text:p>a hidden section</text:p></text:section>'
        '<text:p>The end.</text:p>'
    )  # fmt: skip
    article = one(odt(STORY, body))
    assert article.text.split("\n\n") == [
        "# The harbour", "## Opened again", "In a box.", "One two three\nfour five six.", "- First item", "- Inner item",
        "a | b | c", "The end.", "A note.",
    ]  # fmt: skip
    assert (article.title, article.author, article.published) == (STORY.title, "Rana Haddad", None)


def test_a_table_inside_a_word_table_loses_no_cell() -> None:
    def cell(body: str) -> str:
        return f"<w:tc>{body}</w:tc>"

    def text(word: str) -> str:
        return f"<w:p><w:r><w:t>{word}</w:t></w:r></w:p>"

    inner = f"<w:tbl><w:tr>{cell(text('inner'))}</w:tr></w:tbl>"
    table = f"<w:tbl><w:tr>{cell(text('before'))}{cell(inner + text('after'))}</w:tr></w:tbl>"
    word = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{table}</w:body></w:document>'
    assert one(zipped({"word/document.xml": word.encode()})).text == "before | inner | after"


def test_a_text_box_of_a_word_file_is_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    word = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body><w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:t>Around it.</w:t></w:r></w:p></w:body></w:document>"
    )
    assert one(zipped({"word/document.xml": word.encode()})).text == "In a box.\n\nAround it."


# -- spreadsheets ----------------------------------------------------------------------------------


def test_each_sheet_is_a_table_and_a_row_an_article() -> None:
    sheets: dict[str, list[list[str | int | float]]] = {
        "الأخبار": [["Our articles of the week"], [], ["id", "title", "text", "date", "source"], [7, "T", "Body one", "2023-10-19", "Herald"], [], [8.0, "", "Body two"], [9, "No text"]],
        "Figures": [["year", "tons"], [2023, 4.5]],
        "Old": [["text", "title"], ["hidden words", "x"]],
        "Empty": [],
    }  # fmt: skip
    data = xlsx(sheets, hidden="Old")
    found = read_bytes(data, "a.xlsx")
    articles = {each.origin: each for each in found if isinstance(each, Article)}
    assert list(articles) == ["!الأخبار#7", "!الأخبار#8"]
    first = articles["!الأخبار#7"]
    assert (first.text, first.title, first.source, first.published) == (
        "Body one",
        "T",
        "Herald",
        "2023-10-19",
    )
    skipped = {each.name: each.reason for each in found if isinstance(each, Added)}
    assert list(skipped) == ["!الأخبار#3", "!Figures"]
    assert "no column is known to hold the text (there are: year, tons)" in skipped["!Figures"]
    assert "hidden words" not in repr(found)


def test_columns_of_a_spreadsheet_can_be_named_and_an_unknown_one_says_what_there_is() -> None:
    data = xlsx({"S": [["Worte", "Kopf"], ["Some words", "A title"]]})
    with pytest.raises(UnreadableArticle, match=r"a.xlsx!S: no column .*Worte, Kopf.* --column text=NAME"):
        read_bytes(data, "a.xlsx")
    assert parts(data, "a.xlsx", text="worte") == {"!S#1": "Some words"}
    with pytest.raises(EmptyArticle, match="no sheet with anything in it"):
        read_bytes(xlsx({"S": []}), "a.xlsx")


def test_of_a_formula_the_saved_value_is_read_and_never_the_formula() -> None:
    data = xlsx({"S": [["text", "title"], ['<c t="str"><f>WEBSERVICE("http://x.example")</f><v>what it gave</v></c>', '<c t="str"><f>1+1</f></c>']]})  # fmt: skip
    (article,) = read_bytes(data, "a.xlsx")
    assert isinstance(article, Article)
    assert article.text == "what it gave"
    assert "WEBSERVICE" not in repr(article)


def test_old_excel_is_read() -> None:
    """A file that LibreOffice wrote."""
    (first, second) = read(Path(__file__).parent / "files" / "table.xls")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.text, first.title, first.published) == ("Body one, long", "First", "2023-10-19")
    assert (second.text, second.published) == ("Body two\nwith newline", "2023-10-20")


# -- messages --------------------------------------------------------------------------------------


def test_a_message_says_who_wrote_it_when_and_about_what() -> None:
    article = one(eml(STORY))
    assert article.text == f"# {STORY.title}\n\n" + "\n\n".join(STORY.paragraphs)
    assert (article.title, article.author) == (STORY.title, "Rana Haddad")
    assert article.published == "2023-10-19T10:15:00+03:00"
    assert "hidden words" not in one(eml(STORY, html=True, plain=False)).text


def test_what_is_attached_is_read_as_the_members_of_a_zip_are() -> None:
    attached = {
        "report.pdf": pdf(["Drones attacked the base."]), "word.docx": docx(STORIES["tr"]), "logo.bin": bytes(range(256)),
        "../../etc/passwd": b"Some words of a text file", "all.zip": zipped({"a.txt": b"Inside a ZIP"}),
    }  # fmt: skip
    found = parts(eml(STORY, attached=attached), "mail.eml")
    assert list(found) == [
        None,
        "!report.pdf",
        "!word.docx",
        "!logo.bin",
        "!../../etc/passwd",
        "!all.zip!a.txt",
    ]
    assert "Drones attacked the base." in found["!report.pdf"]
    assert "binary" in found["!logo.bin"]


def test_a_forwarded_message_is_a_part_and_not_more_than_three_deep() -> None:
    data = eml(STORIES["ru"])
    for code in ("en", "tr", "es", "zh"):
        outer = EmailMessage()
        outer["From"] = f"{code} <{code}@news.example>"
        outer["Message-ID"] = f"<{code}-outer@news.example>"
        outer.set_content(STORIES[code].paragraphs[0])
        outer.add_attachment(email.message_from_bytes(data, policy=email.policy.default))
        data = outer.as_bytes()
    found = read_bytes(data, "a.eml")
    assert [type(each) for each in found] == [Article, Article, Article, Added]
    assert "too many others" in found[-1].reason  # type: ignore[union-attr]


def message(*lines: str) -> bytes:
    head = "From: a@b.example\r\nMIME-Version: 1.0\r\nMessage-ID: <1@b>\r\n"
    return (head + "\r\n".join(lines)).encode("latin-1")


MIXED = message(
    "Subject: =?utf-8?q?A_name?=", 'Content-Type: multipart/mixed; boundary="x"', "",
    "--x", "Content-Type: text/plain", "", "Before the picture.",
    "--x", 'Content-Type: image/png; name="a.png"', "Content-ID: <a>", "Content-Disposition: inline", "", "\x89PNG",
    "--x", "Content-Type: text/plain; charset=windows-1251", "Content-Transfer-Encoding: 8bit", "", "\xcf\xee\xf1\xeb\xe5 \xea\xe0\xf0\xf2\xe8\xed\xea\xe8.",
    "--x", "Content-Type: application/pgp-signature", "", "-----BEGIN PGP SIGNATURE-----",
    "--x", "Content-Type: text/calendar", "", "BEGIN:VCALENDAR", "--x--", "",
)  # fmt: skip
ALTERNATIVE = message(
    "Content-Type: multipart/alternative; boundary=x", "",
    "--x", "Content-Type: text/plain", "", "Open this in a browser.",
    "--x", "Content-Type: text/html", "", f"<p>{STORY.paragraphs[0]}</p><p>{STORY.paragraphs[1]}</p>", "--x--", "",
)  # fmt: skip


def test_the_text_of_a_message_is_all_its_parts_but_pictures_and_seals() -> None:
    article = one(MIXED)
    assert article.text == "# A name\n\nBefore the picture.\n\nПосле картинки."


def test_plain_text_that_only_points_to_the_page_gives_way_to_it() -> None:
    assert one(ALTERNATIVE).text == f"{STORY.paragraphs[0]}\n\n{STORY.paragraphs[1]}"


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: \xf0\xe1\xe2\r\nDate: soon\r\nFrom: ,,<>(\r\nReceived: x\r\n\r\nThe text of the message.",
        b"Subject: =?no-such-charset?b?!!!?= =?utf-8?q?ok\r\nMessage-ID: 1\r\nReceived: x\r\n\r\nThe text of the message.",
        b'From: =?utf-7?q?+2AA-?= <a@b>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="no such"\r\n\r\nThe text of the message.',
        b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\nThe text of the message.",
        b"From: a\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain; charset=punycode\r\n\r\nVGhlIHRleHQgb2YgdGhlIG1lc3NhZ2Uu",
    ],
)  # fmt: skip
def test_malformed_messages_still_give_their_text(head: bytes) -> None:
    assert "The text of the message" in one(head, "a.eml").text


@pytest.mark.parametrize(
    "data",
    [
        message('Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x', "", "--x", "", "a", "--x--"),
        message("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "", "MIIB"),
        message("", "-----BEGIN PGP MESSAGE-----", "", "hQEMA"),
    ],
)  # fmt: skip
def test_an_encrypted_message_is_refused_as_such(data: bytes) -> None:
    with pytest.raises(UnreadableArticle, match="encrypted; save it decrypted"):
        read_bytes(data, "a.eml")


def test_a_message_with_nothing_in_it_says_so() -> None:
    with pytest.raises(EmptyArticle, match="message with nothing in it"):
        read_bytes(message("Subject: Only a subject", "", ""), "a.eml")


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (eml(STORY), "a.txt", Format.MAIL),
        (b"Received: from x\n\tby y\nDKIM-Signature: " + b"a" * 9_000, "a", Format.MAIL),
        (b"From a@b Thu Oct 19 10:15:00 2023\nReceived: x\nFrom: a\n\nHello", "a", Format.MAIL),
        (b"Subject: A draft\nX-Unsent: 1\n\nHello", "a.eml", Format.MAIL),
        (b"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", "a", Format.MHTML),
        (b"From: a\nTo: b\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", "a", Format.MAIL),
        (b"From: the desk\nTo: all\nSubject: The harbour\n\nThe harbour is closed.", "a.txt", Format.TEXT),
        (b"Damascus: the harbour is closed.\n\nNote: it opens again.", "a.txt", Format.TEXT),
    ],
)  # fmt: skip
def test_a_message_is_told_by_headers_that_programs_write(head: bytes, name: str, kind: Format) -> None:
    assert sniff(head[:8_192], name) is kind
