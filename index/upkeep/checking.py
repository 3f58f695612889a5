"""Check that what is stored is what was added: texts by their digests, passages and words by the texts."""

from __future__ import annotations

from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING

import numpy as np

from index.analysis import word_keys
from index.chunking.sentences import sentences
from index.ingest.preparing import text_digest
from index.store.blobs import (
    are_hashes,
    hashes_blob,
    is_vector,
    sentences_blob,
    sentences_of,
    vectors_of,
    words_of,
)
from index.store.checked import (
    checked_articles,
    checked_passages,
    checked_vectors,
    checked_words,
    without_vectors,
)
from index.store.origins import origins_of
from index.store.passages import texts_of
from index.store.vectors import n_vectors
from index.upkeep.compatibility import SMALLEST_COSINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from index.models.encoder import Encoder
    from index.store.checked import CheckedArticle, CheckedPassage, CheckedVector
    from index.store.reader import Reader

UNIT = 1e-3
"""By how much the squared length of a vector may differ from one."""
SAMPLE = 200
"""Number of vectors that are computed again and compared."""


def unsound(reader: Reader, *, analysed: bool = False) -> list[str]:
    """Compare every text with its digest, every passage and its words with the text.

    Memory holds one article at a time, and a byte for each word of the vocabulary.

    Args:
        reader: of one transaction.
        analysed: whether sentences and terms are computed again and compared.

    Returns:
        One line for each article or word that is not sound; that of an article has its id and all its faults.
    """
    found = [] if reader.canaries() else ["the canary sentences are gone: another model would not be noticed"]
    known, strange = _vocabulary(reader, analysed=analysed)
    found += [f"vocabulary: the terms of {word!r} are not its own; run `sanad rebuild`" for word in strange]
    for article in checked_articles(reader):
        faults = [*_faults(reader, article, known, analysed=analysed)]
        if faults:
            found.append(f"article {article.id}: {'; '.join(faults)}; add it again, or restore a backup")
    return found


def _vocabulary(reader: Reader, *, analysed: bool) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which numbers are words, and the words whose terms are not those that the analyser gives."""
    from index.analysis.hashing import term_hashes

    # words are numbered from 1, and none is ever removed
    known, strange = np.zeros(reader.counts()["words"] + 1, dtype=bool), list[str]()
    for number, stemmer, word, terms in checked_words(reader):
        if 0 < number < len(known):
            known[number] = True
        if not are_hashes(terms) or (analysed and hashes_blob(term_hashes(stemmer, word)) != terms):
            strange.append(word)
    return known, strange


def _faults(
    reader: Reader, article: CheckedArticle, known: NDArray[np.bool_], *, analysed: bool
) -> Iterator[str]:
    passages = checked_passages(reader, article.number)
    if not _is_what_was_added(reader, article):
        yield "its text is not the one that was added"
    if len(passages) != article.n_passages or [p.ordinal for p in passages] != [*range(1, len(passages) + 1)]:
        yield f"{len(passages)} passages of {article.n_passages}"
    if wrong := [p.ordinal for p in passages if not _are_words(p, known)]:
        yield f"words that are not in the vocabulary: passages {_some(wrong)}"
    try:
        text = article.text.decode()
    except UnicodeDecodeError:
        return
    if not all(0 <= p.start < p.end <= len(text) for p in passages):
        yield "passages that do not fit its text"
    elif analysed:
        yield from _misread(article.language or "und", text, passages)


def _misread(language: str, text: str, passages: Sequence[CheckedPassage]) -> Iterator[str]:
    """Analyse the passages again, and report stored sentences that differ."""
    strange = []
    for p in passages:
        own = text[p.start : p.end]
        cut = sentences(own)
        n_words = [len(keys) for keys in word_keys(own, cut, language)]
        if p.sentences != sentences_blob(cut, n_words):
            strange.append(p.ordinal)
    if strange:
        yield f"sentences that are not of their text: passages {_some(strange)}"


def unsound_vectors(reader: Reader, encoder: Encoder) -> dict[int, str]:
    """Find the vectors that cannot be those of their passages; they can be computed again.

    Every vector must be finite, of the model's dimension, and of length one or zero. SAMPLE of them, evenly spread,
    are compared with what the model gives now.

    Returns:
        The fault of each passage, by its number; a passage that has no vector and is not queued for one is included.
    """
    found = dict.fromkeys(without_vectors(reader), "a passage has lost its vector")
    kept = max(1, n_vectors(reader) // SAMPLE)
    sample: list[CheckedVector] = []
    for place, one in enumerate(checked_vectors(reader)):
        if not is_vector(one.vector, encoder.dimension) or not _is_unit(one.vector, encoder.dimension):
            found[one.passage] = f"article {one.article}: the vector of passage {one.ordinal} is damaged"
        elif place % kept == 0:
            sample.append(one)
    texts = texts_of(reader, [one.passage for one in sample])
    vectors = encoder.encode_passages([texts[one.passage] for one in sample])
    stored = vectors_of([one.vector for one in sample], encoder.dimension)
    for one, was, vector in zip(sample, stored, vectors, strict=True):
        if not was @ vector >= SMALLEST_COSINE * (vector @ vector):
            found[one.passage] = (
                f"article {one.article}: the vector of passage {one.ordinal} is not of its text"
            )
    return found


def _is_unit(blob: bytes, dimension: int) -> bool:
    vector = vectors_of([blob], dimension)[0].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # a value that is not finite fails the comparison
        square = float(vector @ vector)
    return abs(square - 1) <= UNIT or square == 0


def _is_what_was_added(reader: Reader, article: CheckedArticle) -> bool:
    if text_digest(article.language, article.text) == article.text_digest:
        return True
    if not origins_of(reader, article.number):
        return False
    # an article whose language was edited keeps its file's digest, which must fit some language
    codes = ("".join(letters) for n in (2, 3) for letters in product(ascii_lowercase, repeat=n))
    return any(text_digest(code, article.text) == article.text_digest for code in codes)


def _are_words(passage: CheckedPassage, known: NDArray[np.bool_]) -> bool:
    try:
        numbers, n_words = words_of([passage.words]), sentences_of(passage.sentences)[:, 2]
    except ValueError:
        return False
    inside = (numbers >= 0) & (numbers < len(known))
    return bool(inside.all() and known[numbers].all() and n_words.sum(dtype=np.int64) == len(numbers))


def _some(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (" …" if len(numbers) > 5 else "")
