"""Hash terms to 64-bit numbers for storage and look-up, the same in every process."""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from index.analysis.terms import word_terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.analysis.terms import WordTerms


@lru_cache(maxsize=200_000)
def term_hash(term: str) -> int:
    """Return the 64-bit number of a term, the same in every process; 0 is reserved for "no term"."""
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def term_hashes(stemmer: str, word: str) -> list[int]:
    """Return a word's term hashes: its stem, its name key or 0, its 4-grams."""
    stem, grams, name = _word_terms()(word, stemmer)
    return [term_hash(stem), term_hash(name) if name else 0, *map(term_hash, grams)]


@cache
def _word_terms() -> Callable[[str, str], WordTerms]:
    """Return `word_terms` without its cache, since a word enters the vocabulary only once."""
    found: Callable[[str, str], WordTerms] = word_terms.__wrapped__
    return found
