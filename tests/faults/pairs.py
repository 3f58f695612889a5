"""The articles of the kill tests: pairs in two scripts, whose parts say which version they are of."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from index import Article

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENGLISH = """tower shore keeper harbour bridge market school river festival railway forest winter museum budget
 hospital library factory orchard concert border airport pilgrim storm lantern quarry"""
_ARABIC = """ميناء برج حارس جسر سوق مدرسة نهر مهرجان قطار غابة شتاء متحف ميزانية مستشفى مكتبة مصنع بستان حفل مطار
 عاصفة فانوس مقلع رسالة مساء جزيرة قرية"""
WORDS = (_ENGLISH.split(), _ARABIC.split())


def pair(number: int, text: int, version: int) -> list[Article]:
    """Give both articles of a pair; `text`: the version in which the text changed last."""
    made = []
    for side, words in enumerate(WORDS):
        chosen = random.Random(f"{number} {text} {side}").sample(words, 9)
        made.append(
            Article(
                id=f"p{number}-{side}", text=f"{' '.join(chosen)} pair{number}q text{text}q.", source=f"pair{number}",
                title=f"version {version}", language="en" if side == 0 else "ar",
            )
        )  # fmt: skip
    return made


def versions(articles: Iterable[Article]) -> set[tuple[int, int]]:
    """Give which (version, text) these articles of one pair are of; more than one: they do not fit."""
    return {
        (int((article.title or "").split()[1]), int(re.findall(r"text(\d+)q", article.text)[0]))
        for article in articles
    }
