"""Compute exact match and F1 of a short answer, as SQuAD and its multilingual sets do.

Source: Rajpurkar et al., EMNLP 2016, https://doi.org/10.18653/v1/D16-1264; without articles and punctuation, and
character by character in scripts without spaces as in MLQA, Lewis et al., ACL 2020.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ARTICLES = frozenset({"a", "an", "the", "der", "die", "das", "el", "la", "los", "las", "le", "les"})
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")


def tokens(text: str) -> list[str]:
    """Return the tokens of an answer that count: folded, without punctuation, marks and articles."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        character if character.isalnum() else "" if unicodedata.category(character) == "Mn" else " "
        for character in folded
    )
    found = [token for token in _UNSPACED.sub(r" \1 ", kept).split() if token not in _ARTICLES]
    return [token[2:] if token.startswith("ال") and len(token) > 4 else token for token in found]


def exact(said: str, marked: Iterable[str]) -> float:
    """Return 1 if an answer equals one of the marked answers, else 0."""
    own = tokens(said)
    return max((float(own == tokens(one)) for one in marked), default=0.0)


def f1(said: str, marked: Iterable[str]) -> float:
    """Return the harmonic mean of precision and recall of an answer's tokens, against the nearest marked answer."""
    return max((_f1(tokens(said), tokens(one)) for one in marked), default=0.0)


def _f1(own: list[str], right: list[str]) -> float:
    shared = (Counter(own) & Counter(right)).total()
    return 2 * shared / (len(own) + len(right)) if shared else 0.0
