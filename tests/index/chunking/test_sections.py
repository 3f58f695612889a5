"""What of an article is prose, heading and furniture: decided by structure, in any language."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.chunking.sections import Kind, blocks, heading_text

SEEDS = Path(__file__).parents[3] / "seeds"

ARABIC = (
    "هاجمت طائرات مسيرة قاعدة عسكرية في شرق البلاد فجر الأربعاء، وأصيب جنديان بجروح طفيفة "
    "بحسب ما أعلنته وزارة الدفاع في بيان نشرته على موقعها."
)
ENGLISH = (
    "Drones attacked a military base in the east of the country early on Wednesday, and two "
    "soldiers were slightly hurt, the defence ministry said in a statement on its site."
)
RUSSIAN = (
    "Беспилотники атаковали военную базу на востоке страны рано утром в среду, двое "
    "военнослужащих получили лёгкие ранения, сообщило министерство обороны."
)
HINDI = (
    "बुधवार तड़के देश के पूर्व में एक सैन्य अड्डे पर ड्रोन ने हमला किया और दो सैनिकों को मामूली चोटें "
    "आईं, रक्षा मंत्रालय ने एक बयान में कहा।"
)
CHINESE = (
    "周三凌晨，无人机袭击了该国东部的一个军事基地，两名士兵受轻伤，国防部在其网站上发表的一份声明中表示。"
)


def kinds(text: str) -> dict[str, Kind]:
    return {text[b.start : b.end]: b.kind for b in blocks(text)}


def of(text: str, kind: Kind) -> list[str]:
    return [line for line, is_kind in kinds(text).items() if is_kind is kind]


def read(name: str) -> str:
    return (SEEDS / name).read_bytes().decode()


def test_the_dateline_of_the_first_seed_is_no_prose_and_the_rest_is() -> None:
    found = blocks(read("000_0b13c771559c9fd4.txt"))
    assert [b.kind for b in found] == [Kind.FURNITURE] + [Kind.PROSE] * 13


def test_the_second_seed_keeps_the_pasted_article_and_drops_tags_and_links() -> None:
    text = read("003_f716241c5a834c6c.txt")
    furniture = of(text, Kind.FURNITURE)
    assert [line[:12] for line in furniture[:4]] == [
        "المصدر: عربي",
        "كلمات دلالية",
        "إقرأ أيضاً:",
        "مقالات مشابه",
    ]
    assert len(furniture) == 4 + 10
    assert all(line.startswith("•") for line in furniture[4:])
    assert [line[:9] for line in of(text, Kind.HEADING)] == [
        "ارتدادات ",
        "إشغال الج",
        "تحريك الأ",
        "سلطان عُم",
    ]
    assert len(of(text, Kind.PROSE)) == (7 + 5 + 4 + 2) + 11


@pytest.mark.parametrize(
    "tail",
    [
        "وسوم: سوريا، العراق، إيران، أمريكا",
        "Tags: Syria, Iraq, Iran, United States",
        "Теги: Сирия, Ирак, Иран, США",
        "الكلمات المفتاحية: سوريا العراق إيران أمريكا القواعد الأمريكية المسيرات الصواريخ المليشيات البادية",
        "سياسة اقتصاد رياضة سياسة اقتصاد رياضة سياسة اقتصاد رياضة سياسة اقتصاد رياضة",
        "Home | News | Sport | Contact",
        "Facebook Twitter WhatsApp Telegram Email",
        "#Syria #Iraq #Iran",
        "Share\nFacebook\nTwitter\nWhatsApp\nSubscribe to our newsletter",
        "[Syria](https://example.org/s) [Iraq](https://example.org/i)",
        "https://example.org/2023/10/attack",
        "Source: Example Agency",
        "Related articles\n• Talks to resume in the capital next week\n• Army sends more soldiers east",
        "مواضيع ذات صلة\n- الجيش يرسل تعزيزات إلى الشرق\n- استئناف المحادثات الأسبوع المقبل",
        "Читайте также\n• Армия отправила подкрепление\n• Переговоры продолжатся на неделе",
        (
            "Voir aussi\n\nLes pourparlers reprendront la semaine prochaine dans la capitale\n\n"
            "L'armée envoie des renforts dans l'est du pays\n\nLe ministre se rend à la frontière"
        ),
    ],
)
@pytest.mark.parametrize("article", [ARABIC, ENGLISH, RUSSIAN])
def test_tags_links_and_labels_after_an_article_are_furniture(article: str, tail: str) -> None:
    assert of(f"{article}\n\n{article[::-1]}.\n\n{tail}\n", Kind.PROSE) == [
        article,
        article[::-1] + ".",
    ]


@pytest.mark.parametrize(
    "content",
    [
        # steps, full sentences, at the end
        "1. Mix the flour with the eggs.\n2. Add the milk slowly.\n3. Bake for 20 minutes.",
        "1. اخلط الدقيق مع البيض\n2. أضف الحليب ببطء\n3. اخبز لمدة عشرين دقيقة",
        "- Der Grenzübergang wird geschlossen.\n- Die Truppen ziehen ab.",
        # a list that a sentence introduces
        (
            "The committee made these recommendations to the government:\n- close the border crossing\n"
            "- bring the soldiers home\n- pay the families"
        ),
        "وأوصت اللجنة الحكومة بما يأتي:\n- إغلاق المعبر\n- إعادة الجنود\n- تعويض العائلات",
        # a table of facts
        "Population: 5 million\nArea: 185 180 km²\nCapital: Damascus\nCurrency: pound",
        "• Killed: 12\n• Wounded: 40\n• Missing: 3",
        "| Base | Attacks |\n| Tower 22 | 3 |\n| Ain al-Asad | 9 |",
        "السكان: 5 ملايين\nالمساحة: 185 ألف كم\nالعاصمة: دمشق\nالعملة: الليرة",
        # verse
        (
            "على قدر أهل العزم تأتي العزائم\nوتأتي على قدر الكرام المكارم\n"
            "وتعظم في عين الصغير صغارها\nوتصغر في عين العظيم العظائم"
        ),
        (
            "Я помню чудное мгновенье:\nПередо мной явилась ты,\nКак мимолётное виденье,\n"
            "Как гений чистой красоты."
        ),
        (
            "Two roads diverged in a yellow wood,\nAnd sorry I could not travel both\n"
            "And be one traveler, long I stood\nAnd looked down one as far as I could"
        ),
        # an interview
        "Q: Who ordered the attack?\nA: We do not know.\nQ: When will you know?\nA: Soon, I hope.",
        "س: من أمر بالهجوم؟\nج: لا نعلم بعد.",
        # a quotation, and paragraphs without a full stop
        "> We shall not leave the base",
        "قال المتحدث إن القوات لن تغادر القاعدة قبل نهاية العام المقبل",
        "The spokesman said that the forces would not leave before the end of next year",
    ],
)
@pytest.mark.parametrize("article", [ARABIC, ENGLISH, HINDI, CHINESE])
def test_lists_tables_verse_and_talk_are_content(article: str, content: str) -> None:
    for text in (f"{article}\n\n{content}\n", f"{article}\n\n{content}\n\n{article[::-1]}."):
        prose = of(text, Kind.PROSE)
        assert [line for line in content.split("\n") if line not in prose] == []


@pytest.mark.parametrize(
    ("heading", "article"),
    [
        ("ردود الفعل", ARABIC),
        ("Reactions", ENGLISH),
        ("## Reactions", ENGLISH),
        ("**Reactions**", ENGLISH),
        ("What the ministry says", ENGLISH),
        ("Реакция", RUSSIAN),
        ("प्रतिक्रिया", HINDI),
        ("各方反应", CHINESE),
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n\r\n"])
def test_a_short_line_between_paragraphs_heads_what_follows(heading: str, article: str, between: str) -> None:
    text = f"{article}\n\n{heading}{between}{article[::-1]}."
    assert of(text, Kind.HEADING) == [heading]


def test_a_title_and_a_byline_are_headings() -> None:
    text = f"Two soldiers hurt in drone attack on eastern base\nBy Samir Haddad\n\n{ENGLISH}"
    assert of(text, Kind.PROSE) == [ENGLISH]


@pytest.mark.parametrize(
    "text",
    [
        "هجوم على قاعدة التنف",
        "Attack on the base",
        "كلمة",
        "Tags: Syria, Iraq, Iran, United States",
        "• Attack on the base\n• Two soldiers hurt",
        "Attack on the base\n\nTwo soldiers hurt\n\nMinister resigns",
        "# Attack on the base",
        "https://example.org/attack",
        "سياسة اقتصاد رياضة سياسة اقتصاد رياضة سياسة اقتصاد رياضة سياسة اقتصاد رياضة",
    ],
)
def test_when_nothing_else_is_left_every_line_with_letters_is_prose(text: str) -> None:
    assert of(text, Kind.PROSE) == [line for line in text.split("\n") if line]


@pytest.mark.parametrize("text", ["", " \n\t\n", "😀 😀", "12\n—\n34", "...\r\n!!"])
def test_what_has_no_letters_is_never_prose(text: str) -> None:
    assert of(text, Kind.PROSE) == []


def test_long_prose_and_a_transcript_without_stops_are_not_tags() -> None:
    long = " ".join([ENGLISH] * 1 + [RUSSIAN] * 1 + [ENGLISH.lower()] * 1) * 3
    transcript = ENGLISH.replace(",", "").replace(".", "")
    assert of(long, Kind.PROSE) == [long]
    assert of(f"{ENGLISH}\n{transcript}", Kind.PROSE) == [ENGLISH, transcript]


def test_a_paragraph_wrapped_by_an_editor_is_one_block() -> None:
    wrapped = (
        "Drones attacked a military base in the east of the country early on\n"
        "Wednesday, and two soldiers were slightly hurt, the defence ministry\n"
        "said in a statement on its site."
    )
    assert of(f"Title of the piece\n\n{wrapped}\n", Kind.PROSE) == [wrapped]


def test_front_matter_is_furniture_of_no_block() -> None:
    text = f"---\ntitle: Attack\ndate: 2023-10-19\n---\n{ENGLISH}\n"
    assert [text[b.start : b.end] for b in blocks(text)] == [ENGLISH]


def test_heading_text_has_no_marks() -> None:
    assert heading_text("## **Who  attacked?** ##") == "Who attacked?"
    assert heading_text("ردود الفعل:") == "ردود الفعل"
