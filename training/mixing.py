"""Mixes languages: words of a text are exchanged for their translations, as the lexicon of the search gives them.

The lexicon translates stems. The word written for a stem is the one that stands most often in the corpora.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from index.analysis import is_stopword, stemmer_of, word_terms, words
from training.pieces import lines, questions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from index.models.lexicon import Lexicon

OF_A_FILE = 12_000
"""Lines of each file of the corpora that words are counted in: more take minutes and add rare words only."""
LEAST = 0.08
"""Probability that a translation has at least."""
UNSPACED = frozenset({"zh", "ja", "th"})
FUNCTION = {
    # English function words, which the lexicon leaves out, and how they are written
    "ar": "what=ما who=من whom=من when=متى where=أين why=لماذا how=كيف which=أي many=عدد much=مقدار the= a= an= did="
    " do= does= is= are= was=كان were=كانت of= in=في on=على from=من to=إلى and=و with=مع by=بواسطة for=ل about=عن"
    " after=بعد before=قبل between=بين during=خلال than=من it=هو he=هو she=هي they=هم that=الذي not=لا",
    "fa": "what=چه who=چه‌کسی when=کی where=کجا why=چرا how=چگونه which=کدام many=تعداد the= a= an= did= do= does= of="
    " in=در on=بر from=از to=به and=و with=با by=توسط for=برای",
    "he": "what=מה who=מי when=מתי where=איפה why=למה how=איך which=איזה many=כמה the= a= an= did= do= does= of=של in=ב"
    " on=על from=מ to=ל and=ו with=עם by=על־ידי",
    "fr": "what=quoi who=qui when=quand where=où why=pourquoi how=comment which=quel the=le a=un an=un of=de in=dans"
    " and=et to=à from=de by=par with=avec did= do= does=",
    "de": "what=was who=wer when=wann where=wo why=warum how=wie which=welche many=viele the=die a=ein an=ein of=von"
    " in=in and=und to=zu from=aus by=durch with=mit did= do= does=",
    "es": "what=qué who=quién when=cuándo where=dónde why=por how=cómo which=cuál the=el a=un an=un of=de in=en and=y"
    " to=a from=de by=por with=con did= do= does=",
    "ru": "what=что who=кто when=когда where=где why=почему how=как which=какой many=много the= a= an= of= in=в and=и"
    " to=к from=из by= with=с did= do= does= is= are=",
    "tr": "what=ne who=kim when=ne where=nerede why=neden how=nasıl which=hangi many=kaç the= a=bir an=bir of= in="
    " and=ve to= from= did= do= does= is=",
    "zh": "what=什么 who=谁 when=什么时候 where=哪里 why=为什么 how=如何 which=哪个 many=多少 the= a= an= of=的 in=在"
    " and=和 did= do= does= is=是 was=是",
}
_FUNCTION = {
    language: dict(pair.split("=") for pair in pairs.split()) for language, pairs in FUNCTION.items()
}


class Mixer:
    """Exchanges words for translations."""

    def __init__(self, lexicon: Lexicon, data: Path) -> None:
        """Take the lexicon, and the corpora that say how words are written."""
        self.languages = frozenset(lexicon.languages)
        self._lexicon = lexicon
        self._data = data

    @cached_property
    def _written(self) -> dict[tuple[str, str], str]:
        """How a stem of a language is written most often."""
        counts: dict[str, Counter[str]] = {language: Counter() for language in self.languages}
        for language, text in self._texts():
            if language in counts:
                counts[language].update(_spaced(text))
        found: dict[tuple[str, str], str] = {}
        for language, counted in counts.items():
            for surface, _ in counted.most_common():
                for word in words(surface)[:1]:
                    found.setdefault((language, _stem(word.folded, language)), surface)
        return found

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Give texts of the corpora, each with its language."""
        for path in sorted((self._data / "parallel").glob("*.tsv.gz")):
            for line in islice(lines(path), OF_A_FILE):
                one, other, *texts = line.split("\t")[:4]
                yield from zip((one, other), texts, strict=False)
        for path in sorted((self._data / "qa-train").glob("*.jsonl.gz")):
            yield from islice(questions(path), OF_A_FILE)

    def mix(self, text: str, source: str, target: str, share: float, random: Random) -> str:
        """Exchange about this share of the content words for words of another language."""
        parts, end = [], 0
        for word in words(text):
            if word.start < end or random.random() > share:
                continue
            function = _FUNCTION.get(target, {}).get(word.folded) if source == "en" else None
            if function is None and is_stopword(word.folded, source):
                continue
            translated = (
                self._translation(word.folded, source, target, random) if function is None else function
            )
            if translated is not None:
                parts += [text[end : word.start], translated]
                end = word.end
        return "".join([*parts, text[end:]])

    def _translation(self, folded: str, source: str, target: str, random: Random) -> str | None:
        """Choose one of a word's translations by their probabilities."""
        choices = [
            (stem, p)
            for stem, p in self._lexicon.translate(_stem(folded, source), source, target)
            if p >= LEAST
        ]
        if not choices:
            return None
        (stem,) = random.choices([stem for stem, _ in choices], [p for _, p in choices])
        return stem if target in UNSPACED else self._written.get((target, stem))


def _spaced(text: str) -> list[str]:
    """Give the words of a text as they are written, without the signs around them."""
    return [word.strip(".,:;!?؟،؛\"'()[]«»“”„*_-–—…") for word in text.lower().split()]


def _stem(folded: str, language: str) -> str:
    return word_terms(folded, stemmer_of(folded, language)).stem
