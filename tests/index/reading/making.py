"""One article in every format: real files, made here."""

from __future__ import annotations

import io
import json
import zipfile
from html import escape
from typing import NamedTuple


class Story(NamedTuple):
    """What every format must give back."""

    language: str
    title: str
    date_shown: str
    paragraphs: tuple[str, ...]
    published: str = "2023-10-19"

    @property
    def heading(self) -> str:
        return f"# {self.title}"


STORIES = {
    story.language: story
    for story in (
        Story("ar", "طائرات مسيرة تهاجم قاعدة عسكرية في جنوب سوريا", "الخميس 4 ربيع الآخر 1445هـ - 19 أكتوبر 2023م", (
            "هاجمت طائرات مسيرة قاعدة عسكرية أمريكية في جنوب سوريا فجر الأربعاء، وأصيب جنديان بجروح طفيفة بحسب ما أعلنته وزارة الدفاع في بيان.",
            "وقال مسؤول في الوزارة إن الدفاعات الجوية أسقطت إحدى الطائرات قبل أن تصل إلى القاعدة، فيما سقطت الأخرى قرب السياج.",
            "ولم تعلن أي جهة مسؤوليتها عن الهجوم حتى الآن، وتقول الوزارة إن التحقيق ما زال جاريا في ظروف الحادث.",
        )),
        Story("fa", "حمله پهپادی به پایگاه نظامی در جنوب سوریه", "پنجشنبه ۲۷ مهر ۱۴۰۲", (
            "پهپادها چهارشنبه شب به یک پایگاه نظامی آمریکایی در جنوب سوریه حمله کردند و به گفته وزارت دفاع دو سرباز زخمی شدند.",
            "یک مقام وزارت دفاع گفت که پدافند هوایی یکی از پهپادها را پیش از رسیدن به پایگاه سرنگون کرد و دیگری در نزدیکی حصار سقوط کرد.",
            "هیچ گروهی هنوز مسئولیت این حمله را بر عهده نگرفته است و بررسی درباره چگونگی حادثه ادامه دارد.",
        )),
        Story("en", "Drones attack a military base in southern Syria", "Thursday, October 19, 2023", (
            "Drones attacked an American military base in southern Syria early on Wednesday, and two soldiers were slightly hurt, the defence ministry said in a statement.",
            "An official of the ministry said that air defences shot down one of the drones before it reached the base, while the other fell near the fence.",
            "No group has claimed the attack so far, and the ministry says that it is still looking into how it happened.",
        )),
        Story("ru", "Беспилотники атаковали военную базу на юге Сирии", "19 октября 2023", (
            "Беспилотники атаковали американскую военную базу на юге Сирии рано утром в среду, двое военнослужащих получили лёгкие ранения, сообщило министерство обороны.",
            "Представитель министерства заявил, что средства противовоздушной обороны сбили один из аппаратов до подлёта к базе, а второй упал у ограждения.",
            "Ответственность за нападение пока никто не взял, министерство продолжает выяснять обстоятельства случившегося.",
        )),
        Story("tr", "İnsansız hava araçları Suriye'nin güneyindeki üsse saldırdı", "19 Ekim 2023", (
            "Çarşamba sabahı erken saatlerde insansız hava araçları Suriye'nin güneyindeki Amerikan askeri üssüne saldırdı ve iki asker hafif yaralandı, savunma bakanlığı bir açıklamada söyledi.",
            "Bir bakanlık yetkilisi, hava savunmasının araçlardan birini üsse ulaşmadan düşürdüğünü, diğerinin ise çitin yakınına düştüğünü belirtti.",
            "Saldırıyı şimdiye kadar üstlenen olmadı ve bakanlık olayın nasıl meydana geldiğini araştırmayı sürdürüyor.",
        )),
        Story("hi", "दक्षिणी सीरिया में सैन्य अड्डे पर ड्रोन हमला", "19 अक्टूबर 2023", (
            "बुधवार तड़के दक्षिणी सीरिया में एक अमेरिकी सैन्य अड्डे पर ड्रोन ने हमला किया और दो सैनिकों को मामूली चोटें आईं, रक्षा मंत्रालय ने एक बयान में कहा।",
            "मंत्रालय के एक अधिकारी ने कहा कि वायु रक्षा ने एक ड्रोन को अड्डे तक पहुंचने से पहले मार गिराया, जबकि दूसरा बाड़ के पास गिरा।",
            "अब तक किसी समूह ने हमले की जिम्मेदारी नहीं ली है और मंत्रालय घटना की जांच कर रहा है।",
        )),
        Story("zh", "无人机袭击叙利亚南部军事基地", "2023年10月19日", (
            "周三凌晨，无人机袭击了叙利亚南部的一个美军基地，两名士兵受轻伤，国防部在一份声明中表示，目前没有更多人员伤亡的报告。",
            "国防部一名官员说，防空系统在其中一架无人机到达基地之前将其击落，另一架坠落在围栏附近，没有造成严重的损失。",
            "到目前为止，还没有任何组织声称对此次袭击负责，国防部表示仍在调查事件的经过以及无人机的来源。",
        )),
        Story("es", "Drones atacan una base militar en el sur de Siria", "19 de octubre de 2023", (
            "Varios drones atacaron una base militar estadounidense en el sur de Siria en la madrugada del miércoles y dos soldados resultaron levemente heridos, informó el Ministerio de Defensa.",
            "Un funcionario del ministerio dijo que las defensas antiaéreas derribaron uno de los aparatos antes de que llegara a la base, mientras que el otro cayó cerca de la valla.",
            "Ningún grupo ha reivindicado el ataque hasta ahora y el ministerio asegura que sigue investigando lo ocurrido.",
        )),
    )
}  # fmt: skip


def page(story: Story, *, metadata: str = "json-ld", charset: str = "utf-8") -> str:
    """A news page: menu, article, related links, cookie notice, footer; metadata in one of three ways."""
    linked = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title, "inLanguage": story.language,
        "datePublished": "2023-10-19", "author": [{"@type": "Person", "name": "Rana Haddad"}],
        "publisher": {"@type": "Organization", "name": "Example News"}, "mainEntityOfPage": "https://news.example/1",
    }  # fmt: skip
    heads = {
        "json-ld": f'<script type="application/ld+json">{json.dumps(linked)}</script>',
        "og": (
            f'<meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="Example News">'
            '<meta property="article:published_time" content="2023-10-19"><meta name="author" content="Rana Haddad">'
            '<link rel="canonical" href="https://news.example/1">'
        ),
        "shown": "",
    }
    body = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
    menu = "".join(
        f'<li><a href="/{at}">{word}</a></li>' for at, word in enumerate(("Home", "World", "Sport", "About"))
    )
    return (
        f'<!DOCTYPE html><html lang="{story.language}"><head><meta charset="{charset}">'
        f"<title>{escape(story.title)} | Example News</title>{heads[metadata]}<style>p {{color: red}}</style></head>"
        f"<body><header><nav><ul>{menu}</ul></nav></header><main><article><h1>{escape(story.title)}</h1>"
        f'<div class="byline"><span>Rana Haddad</span> <span>{story.date_shown}</span></div>{body}</article>'
        '<aside class="related"><h3>More</h3><ul><li><a href="/9">Ceasefire talks resume in Geneva after a pause</a></li>'
        '<li><a href="/8">Oil prices fall for the third day in a row</a></li></ul></aside></main>'
        '<div class="cookie-banner">We use cookies. <button>Accept</button></div><footer>© 2024 Example News</footer></body></html>'
    )


def docx(story: Story, *, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word file: the title in the style Heading 1 (as its id a number, as in localised Word)."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def paragraph(text: str, style: str = "") -> str:
        mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        half = len(text) // 2
        runs = "".join(
            f'<w:r><w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
            for piece in (text[:half], text[half:])
        )
        return f"<w:p>{mark}{runs}</w:p>"

    body = paragraph(story.title, "1") + "".join(map(paragraph, story.paragraphs))
    files = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document {space}><w:body>{body}</w:body></w:document>'.encode(),
        "word/styles.xml": f'<w:styles {space}><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>'.encode(),
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(story.title)}</dc:title>'
            "<dc:creator>Rana Haddad</dc:creator></cp:coreProperties>"
        ).encode(),
    }
    return zipped(files | (extra or {}))


def epub(stories: list[Story]) -> bytes:
    """A book whose chapters are the stories, with a cover page."""
    items = "".join(
        f'<item id="c{at}" href="text/c{at}.xhtml" media-type="application/xhtml+xml"/>'
        for at, _ in enumerate(stories)
    )
    spine = "".join(f'<itemref idref="c{at}"/>' for at, _ in enumerate(stories))
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": (
            b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            b'<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
        ),
        "OPS/book.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            "<dc:title>The Week</dc:title><dc:creator>Rana Haddad</dc:creator><dc:date>2023-10-19</dc:date></metadata>"
            f'<manifest><item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>{items}</manifest>'
            f'<spine><itemref idref="cover"/>{spine}</spine></package>'
        ).encode(),
        "OPS/cover.xhtml": b"<html><body><h1>The Week</h1></body></html>",
    }
    for at, story in enumerate(stories):
        body = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
        page_ = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{escape(story.title)}</h1>{body}</body></html>'
        files[f"OPS/text/c{at}.xhtml"] = page_.encode()
    return zipped(files)


def pdf(lines: list[str]) -> bytes:
    """A one-page PDF of Latin-1 lines in Helvetica."""
    shown = "".join(
        f"({line}) Tj T* " for line in (text.replace("(", "\\(").replace(")", "\\)") for text in lines)
    )
    stream = f"BT /F1 10 Tf 14 TL 40 800 Td {shown}ET".encode("latin-1")
    return pdf_of([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ])  # fmt: skip


def pdf_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, the first of which is its catalogue."""
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows))
    out.write(
        b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, trailer, start)
    )
    return out.getvalue()


def feed(stories: list[Story]) -> str:
    """RSS 2.0 with the whole texts as escaped HTML."""
    entries = "".join(
        f"<item><title>{escape(story.title)}</title><link>https://news.example/{story.language}</link>"
        f'<guid isPermaLink="false">story-{story.language}</guid><author>Rana Haddad</author>'
        "<pubDate>Thu, 19 Oct 2023 10:15:00 +0000</pubDate><description>"
        f"{escape(''.join(f'<p>{escape(text)}</p>' for text in story.paragraphs))}</description></item>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Example News</title>'
        f"<link>https://news.example/</link><description>All</description>{entries}</channel></rss>"
    )


def row(story: Story) -> dict[str, str]:
    """A story as a row of a table."""
    return {
        "id": f"story-{story.language}",
        "headline": story.title,
        "body": "\n\n".join(story.paragraphs),
        "publisher": "Example News",
        "date": story.date_shown,
        "byline": "Rana Haddad",
        "link": "https://news.example/1",
    }


def mhtml(text: str) -> bytes:
    """A page as Chrome saves it in one file."""
    import quopri

    body = quopri.encodestring(text.encode()).decode()
    return (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://news.example/saved\r\nSubject: x\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----b"\r\n\r\n'
        "------b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: https://news.example/saved\r\n\r\n{body}\r\n------b--\r\n"
    ).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def unzipped(data: bytes, member: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(member)
