"""Hold the sentences that Sanad says around an answer, in the languages that it speaks."""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """The sentences around an answer, in one language."""

    language: str
    found: str
    not_found: str
    nearest: str
    empty: str
    no_match: str
    confidence: tuple[str, str, str]
    undated: str
    read_at: str
    also_in: str
    searching: str
    match: tuple[str, str, str]
    matched: str
    read: str
    only: str
    carried: str
    related: str
    about: str
    absent: str
    unread: str
    reading: str
    answer: str
    corrected: str
    word_by_word: str


_TABLE = (
    Phrases(
        "en",
        "The articles say:",
        "No passage in the articles answers this.",
        "The nearest passages. They do not answer the question:",
        "The collection holds no article yet: add one, then ask again.",
        "No article matches what you narrowed the question to.",
        ("Confidence: high", "Confidence: medium", "Confidence: low"),
        "no date",
        "Read it at",
        "Also in",
        "Searching the articles…",
        ("Best match", "Close match", "Weaker match"),
        "Words",
        "Read in the article",
        "Only",
        "Carried over",
        "No passage answers this. These are about it:",
        "Passages about this:",
        "No passage mentions {}.",
        "Too many ask at once, so the passages were not read.",
        "Reading the passages…",
        "Answer",
        "Showing results for",
        "word by word",
    ),
    Phrases(
        "ar",
        "تقول المقالات:",
        "لا يوجد في المقالات مقطع يجيب عن هذا السؤال.",
        "أقرب المقاطع، وهي لا تجيب عن السؤال:",
        "لا توجد مقالات بعد: أضف مقالة ثم اسأل من جديد.",
        "لا توجد مقالة تطابق ما حددته.",
        ("درجة الثقة: عالية", "درجة الثقة: متوسطة", "درجة الثقة: منخفضة"),
        "بلا تاريخ",
        "المقالة في",
        "ورد أيضًا في",
        "جارٍ البحث في المقالات…",
        ("الأقرب", "قريب", "أبعد"),
        "الكلمات",
        "اقرأ في المقالة",
        "ضمن",
        "من السؤال السابق",
        "لا يوجد مقطع يجيب عن هذا. هذه المقاطع تتناول الموضوع:",
        "مقاطع تتناول هذا الموضوع:",
        "لا يذكر أي مقطع {}.",
        "يسأل كثيرون الآن، فلم تُقرأ المقاطع.",
        "جارٍ قراءة المقاطع…",
        "الجواب",
        "نتائج البحث عن",
        "كلمة بكلمة",
    ),
    Phrases(
        "fr",
        "Les articles disent :",
        "Aucun passage des articles ne répond à cette question.",
        "Les passages les plus proches. Ils ne répondent pas à la question :",
        "La collection ne contient encore aucun article : ajoutez-en un, puis reposez la question.",
        "Aucun article ne correspond à votre sélection.",
        ("Confiance : élevée", "Confiance : moyenne", "Confiance : faible"),
        "sans date",
        "À lire sur",
        "Aussi dans",
        "Recherche dans les articles…",
        ("Le plus proche", "Proche", "Moins proche"),
        "Mots",
        "Lire dans l’article",
        "Seulement",
        "Repris de la question précédente",
        "Aucun passage n’y répond. Ceux-ci en parlent :",
        "Passages à ce sujet :",
        "Aucun passage ne mentionne {}.",
        "Trop de questions à la fois : les passages n’ont pas été lus.",
        "Lecture des passages…",
        "Réponse",
        "Résultats pour",
        "mot à mot",
    ),
    Phrases(
        "de",
        "Die Artikel sagen:",
        "Kein Absatz der Artikel beantwortet diese Frage.",
        "Die nächstliegenden Absätze. Sie beantworten die Frage nicht:",
        "Die Sammlung enthält noch keinen Artikel: Fügen Sie einen hinzu und fragen Sie erneut.",
        "Kein Artikel entspricht Ihrer Auswahl.",
        ("Sicherheit: hoch", "Sicherheit: mittel", "Sicherheit: gering"),
        "ohne Datum",
        "Zu lesen bei",
        "Auch in",
        "Die Artikel werden durchsucht…",
        ("Beste Stelle", "Nahe Stelle", "Fernere Stelle"),
        "Wörter",
        "Im Artikel lesen",
        "Nur",
        "Aus der Frage davor",
        "Kein Absatz beantwortet das. Diese handeln davon:",
        "Absätze dazu:",
        "Kein Absatz erwähnt {}.",
        "Zu viele fragen gleichzeitig: Die Absätze wurden nicht gelesen.",
        "Die Absätze werden gelesen…",
        "Antwort",
        "Ergebnisse für",
        "Wort für Wort",
    ),
    Phrases(
        "es",
        "Los artículos dicen:",
        "Ningún pasaje de los artículos responde a esta pregunta.",
        "Los pasajes más cercanos. No responden a la pregunta:",
        "La colección aún no tiene artículos: añada uno y vuelva a preguntar.",
        "Ningún artículo coincide con su selección.",
        ("Confianza: alta", "Confianza: media", "Confianza: baja"),
        "sin fecha",
        "Léalo en",
        "También en",
        "Buscando en los artículos…",
        ("El más cercano", "Cercano", "Menos cercano"),
        "Palabras",
        "Leer en el artículo",
        "Solo",
        "De la pregunta anterior",
        "Ningún pasaje lo responde. Estos tratan de ello:",
        "Pasajes sobre esto:",
        "Ningún pasaje menciona {}.",
        "Demasiadas preguntas a la vez: los pasajes no se leyeron.",
        "Leyendo los pasajes…",
        "Respuesta",
        "Resultados de",
        "palabra por palabra",
    ),
    Phrases(
        "ru",
        "В статьях сказано:",
        "Ни один отрывок из статей не отвечает на этот вопрос.",
        "Ближайшие отрывки. Они не отвечают на вопрос:",
        "В собрании ещё нет статей: добавьте статью и спросите снова.",
        "Нет статей, которые подходят под ваш выбор.",
        ("Уверенность: высокая", "Уверенность: средняя", "Уверенность: низкая"),
        "без даты",
        "Читать на",
        "Также в",
        "Поиск по статьям…",
        ("Ближе всего", "Близко", "Дальше"),
        "Слова",
        "Читать в статье",
        "Только",
        "Из предыдущего вопроса",
        "Ни один отрывок на это не отвечает. Эти — по теме:",
        "Отрывки об этом:",
        "Ни в одном отрывке не упоминается: {}.",
        "Слишком много вопросов сразу: отрывки не прочитаны.",
        "Отрывки читаются…",
        "Ответ",
        "Показаны результаты по запросу",
        "слово за словом",
    ),
    Phrases(
        "tr",
        "Makaleler şunu söylüyor:",
        "Makalelerdeki hiçbir bölüm bu soruyu yanıtlamıyor.",
        "En yakın bölümler. Soruyu yanıtlamıyorlar:",
        "Koleksiyonda henüz makale yok: bir makale ekleyip yeniden sorun.",
        "Seçiminize uyan makale yok.",
        ("Güven: yüksek", "Güven: orta", "Güven: düşük"),
        "tarihsiz",
        "Kaynağı:",
        "Şurada da var:",
        "Makalelerde aranıyor…",
        ("En yakın", "Yakın", "Daha uzak"),
        "Sözcükler",
        "Makalede oku",
        "Yalnızca",
        "Önceki sorudan",
        "Hiçbir bölüm bunu yanıtlamıyor. Bunlar konuyla ilgili:",
        "Bununla ilgili bölümler:",
        "Hiçbir bölümde {} geçmiyor.",
        "Aynı anda çok soru var: bölümler okunmadı.",
        "Bölümler okunuyor…",
        "Yanıt",
        "Şunun sonuçları gösteriliyor",
        "sözcük sözcük",
    ),
    Phrases(
        "fa",
        "مقاله‌ها می‌گویند:",
        "هیچ بخشی از مقاله‌ها به این پرسش پاسخ نمی‌دهد.",
        "نزدیک‌ترین بخش‌ها، که به پرسش پاسخ نمی‌دهند:",
        "مجموعه هنوز مقاله‌ای ندارد: مقاله‌ای بیفزایید و دوباره بپرسید.",
        "هیچ مقاله‌ای با گزینش شما همخوان نیست.",
        ("اطمینان: بالا", "اطمینان: متوسط", "اطمینان: پایین"),
        "بدون تاریخ",
        "متن کامل در",
        "همچنین در",
        "جست‌وجو در مقاله‌ها…",
        ("نزدیک‌ترین", "نزدیک", "دورتر"),
        "واژه‌ها",
        "در مقاله بخوانید",
        "تنها",
        "از پرسش پیشین",
        "هیچ بخشی به این پاسخ نمی‌دهد. این‌ها درباره آن هستند:",
        "بخش‌هایی درباره این موضوع:",
        "هیچ بخشی از {} نام نمی‌برد.",
        "پرسش‌های هم‌زمان زیاد است و بخش‌ها خوانده نشدند.",
        "در حال خواندن بخش‌ها…",
        "پاسخ",
        "نمایش نتایج برای",
        "واژه به واژه",
    ),
)
PHRASES: dict[str, Phrases] = {row.language: row for row in _TABLE}

_HIGH, _MEDIUM = 0.8, 0.5
_CLOSE = 0.8


def phrases(language: str) -> Phrases:
    """Return the sentences in that language (ISO 639-1), or in English."""
    return PHRASES.get(language, PHRASES["en"])


def match_words(share: float, language: str) -> str:
    """Return in words how near a passage comes to the best one.

    Args:
        share: its score divided by the first passage's; 1 for the first itself.
        language: of the words.
    """
    best, close, weaker = phrases(language).match
    if share >= 1:
        return best
    return close if share >= _CLOSE else weaker


def confidence_words(confidence: float, language: str) -> str:
    """Return a probability in words: high from 0.8, medium from 0.5, else low."""
    high, medium, low = phrases(language).confidence
    if confidence >= _HIGH:
        return high
    return medium if confidence >= _MEDIUM else low


class Reading(NamedTuple):
    """The words around an article, in one of the two languages of the interface."""

    language: str
    original: str
    previous: str
    following: str
    passage: str
    copy: str
    copy_markdown: str
    copied: str
    ask_here: str
    gone: str
    home: str
    about: str


_READING = (
    Reading(
        "en",
        "Original at",
        "Previous passage",
        "Next passage",
        "Passage",
        "Copy citation",
        "Copy as Markdown",
        "Copied",
        "Ask in this article",
        "This article is not in the collection, or no longer.",
        "Ask the articles",
        "Tell me about “{}”",
    ),
    Reading(
        "ar",
        "الأصل في",
        "المقطع السابق",
        "المقطع التالي",
        "المقطع",
        "انسخ الاقتباس",
        "انسخ بصيغة Markdown",
        "نُسخ",
        "اسأل في هذه المقالة",
        "هذه المقالة ليست في المجموعة، أو لم تعد فيها.",
        "اسأل المقالات",
        "حدثني عن «{}»",
    ),
)
READING: dict[str, Reading] = {row.language: row for row in _READING}


def reading(preferred: str) -> Reading:
    """Return the interface's words in the first supported language of an Accept-Language header.

    Args:
        preferred: the header's value, or one code; order counts, and quality values are ignored.
    """
    for part in preferred.split(","):
        code = part.split(";")[0].split("-")[0].strip().lower()
        if code in READING:
            return READING[code]
    return READING["en"]
