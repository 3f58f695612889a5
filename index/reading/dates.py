"""Parse dates as articles write them; Jalali dates are converted, Hijri dates ignored."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from index.analysis.languages import languages_in
from index.analysis.scripts import script_of
from index.chunking.text_lines import ends_sentence

_MAX_CHARS = 120
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

# fmt: off
_MONTHS = {
    1: "يناير|كانون الثاني|جانفي|january|jan|января|янв|ocak|janvier|enero|januar|जनवरी|ژانویه|جنوری",
    2: "فبراير|شباط|فيفري|february|feb|февраля|фев|şubat|février|febrero|februar|फ़रवरी|फरवरी|فوریه|فروری",
    3: "مارس|آذار|march|mar|марта|мар|mart|mars|marzo|märz|मार्च|مارچ",
    4: "أبريل|ابريل|إبريل|نيسان|أفريل|april|apr|апреля|апр|nisan|avril|abril|अप्रैल|آوریل|اپریل",
    5: "مايو|أيار|ايار|ماي|may|мая|mayıs|mai|mayo|मई|مه|مئی",
    6: "يونيو|يونيه|حزيران|جوان|june|jun|июня|июн|haziran|juin|junio|juni|जून|ژوئن|جون",
    7: "يوليو|يوليه|تموز|جويلية|july|jul|июля|июл|temmuz|juillet|julio|juli|जुलाई|ژوئیه|جولائی",
    8: "أغسطس|اغسطس|آب|أوت|august|aug|августа|авг|ağustos|août|agosto|अगस्त|اوت|اگست",
    9: "سبتمبر|أيلول|ايلول|september|sept|sep|сентября|сен|eylül|septembre|septiembre|सितंबर|सितम्बर|سپتامبر|ستمبر",
    10: "أكتوبر|اكتوبر|تشرين الأول|تشرين الاول|october|oct|октября|окт|ekim|octobre"
    "|octubre|oktober|अक्टूबर|اکتبر|اکتوبر",
    11: "نوفمبر|تشرين الثاني|november|nov|ноября|ноя|kasım|novembre|noviembre|नवंबर|नवम्बर|نوامبر|نومبر",
    12: "ديسمبر|كانون الأول|كانون الاول|december|dec|декабря|дек|aralık|décembre|diciembre"
    "|dezember|दिसंबर|दिसम्बर|دسامبر|دسمبر",
}
_JALALI = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
# fmt: on
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split("|")}
_NAMES = "|".join(sorted(map(re.escape, _MONTH_OF), key=len, reverse=True))
_JALALI_DATE = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s*({'|'.join(_JALALI)})(?:\s*ماه)?\s*[،,]?\s*(1[34]\d\d)(?!\d)"
)
_JALALI_FIGURES = re.compile(r"(?<!\d)(1[34]\d\d)[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_HIJRI = re.compile(r"\d{1,2}\s*(?:[^\W\d]+\s*){1,3},?\s*1[34]\d\d\s*(?:ه[ـ]*|هجري(?:ة)?|AH)(?!\w)")
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º)?[.\s]*(?:de\s+|of\s+)?[\s/-]*({_NAMES})\b[.\u0640]*(?:\s*/\s*(?:{_NAMES}))?"
    r"[\s,،./-]*(?:de\s+|del\s+)?(\d{4})(?!\d)", re.IGNORECASE,
)  # fmt: skip
_MONTH_FIRST = re.compile(
    rf"\b({_NAMES})\b[.\s]*(?:/\s*(?:{_NAMES})\s*)?(\d{{1,2}})(?:st|nd|rd|th)?[\s,،]+(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_YEAR_FIRST = re.compile(r"(?<![\d.])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d|[-/.]\d)")
_FIGURES = re.compile(r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d|[-/.]\d)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_LINE_WORDS = 12
_YEAR_DIGITS = re.compile(r"\d{4}")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20)\d\d(?!\d)")


def parse(value: str, *, day_first: bool | None = None) -> str | None:
    """Return the day that a text names, as ISO 8601 (with the time if it is ISO 8601, RFC 2822 or epoch time).

    A Hijri date beside a Gregorian one is ignored; a Jalali date is converted.

    Args:
        value: a metadata value or a line of a page; text around the date is ignored.
        day_first: how `3/4/2023` is meant; None: unknown, so that it gives None.

    Returns:
        None if the text has no full date: day, month and year.
    """
    plain = _ascii_digits(" ".join(value[: _MAX_CHARS * 2].split()))[:_MAX_CHARS]
    for reading in (_exact, _named, _in_figures):
        found = reading(plain)
        if found is not None:
            return found
    return _ambiguous(plain, day_first=day_first) if _YEAR.search(plain) else None


def of_line(line: str) -> str | None:
    """Return the date of a line that holds little else (a dateline, byline or stamp); never that of a sentence."""
    if not _YEAR_DIGITS.search(line) or len(line) > _MAX_CHARS or len(line.split()) > _LINE_WORDS:
        return None
    return None if ends_sentence(line) else parse(line)


def parse_any(value: str) -> str | None:
    """Return the result of `parse`, else that of dateparser if the text names day, month and year."""
    found = parse(value)
    plain = _ascii_digits(value)
    if found is not None or len(value) > _MAX_CHARS or not (_YEAR.search(plain) and _DAY.search(plain)):
        return found
    if _FIGURES.search(plain):
        return None  # 3/4/2023 is ambiguous
    import dateparser
    from dateparser.data.languages_info import language_order

    # only languages of the value's scripts: dateparser otherwise loads two hundred, which takes a second
    scripts = {script_of(char) for char in value}
    codes = {one.code for script in scripts for one in languages_in(script)}
    languages = sorted(codes.intersection(language_order))
    if not languages:
        return None
    told = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}
    made = dateparser.parse(value, languages=languages, settings=told)
    return _checked(made.year, made.month, made.day) if made else None


def _exact(text: str) -> str | None:
    """Parse ISO 8601, RFC 2822 and seconds or milliseconds since 1970."""
    try:
        if len(text) <= 10 and (not text.isdigit() or len(text) == 8):
            day = date.fromisoformat(text)
            return _checked(day.year, day.month, day.day)
        if len(text) > 10 and text[4:5] == "-":
            moment = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", text))
            return _moment(moment)
    except ValueError:
        pass
    if _EPOCH.fullmatch(text):
        seconds = float(text)
        return _moment(datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC))
    if re.match(r"(?:\w{3},\s*)?\d{1,2} \w{3} \d{4} \d\d:", text):
        try:
            return _moment(parsedate_to_datetime(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return None


def _moment(found: datetime) -> str | None:
    return found.isoformat() if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _named(text: str) -> str | None:
    """Parse dates whose month is a word."""
    if found := _JALALI_DATE.search(text):
        return _from_jalali(int(found[3]), _JALALI.index(found[2]) + 1, int(found[1]))
    text = _HIJRI.sub(" ", text)
    if found := _DAY_FIRST.search(text):
        return _checked(int(found[3]), _MONTH_OF[found[2].lower()], int(found[1]))
    if found := _MONTH_FIRST.search(text):
        return _checked(int(found[3]), _MONTH_OF[found[1].lower()], int(found[2]))
    if found := _CJK.search(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    return None


def _in_figures(text: str) -> str | None:
    """Parse numeric dates that have one possible order."""
    if found := _JALALI_FIGURES.search(text):
        return _from_jalali(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_FIRST.search(text):
        return _checked(int(found[1]), int(found[3]), int(found[4]))
    return None


def _ambiguous(text: str, *, day_first: bool | None) -> str | None:
    found = _FIGURES.search(text)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if first == second or first > 12 or found[2] == ".":
        return _checked(year, second, first)
    if second > 12:
        return _checked(year, first, second)
    if day_first is None:
        return None
    return _checked(year, second, first) if day_first else _checked(year, first, second)


def _checked(year: int, month: int, day: int) -> str | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _from_jalali(year: int, month: int, day: int) -> str | None:
    """Convert a Jalali date by the 33-year cycle (exact for 1206 to 1497)."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    years = year - 979
    days = 365 * years + years // 33 * 8 + (years % 33 + 3) // 4
    days += sum(31 if at <= 6 else 30 for at in range(1, month)) + day - 1
    # 1 Farvardin 979 was 20 March 1600
    made = date.fromordinal(date(1600, 3, 20).toordinal() + days)
    return made.isoformat()


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char, char)) if char > "\x7f" else char for char in text)
