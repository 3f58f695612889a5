"""Whether what is stored is what was added: texts by their digests, passages, vectors and words by the texts."""

from __future__ import annotations

from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.analysis import word_keys
from index.embedding import light
from index.preparing import sentences_blob, text_digest
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from index.embedding import Encoder, LightEncoder
    from index.reader import CheckedArticle, CheckedPassage, Reader

# Vectors made on two machines differ by rounding; one bit that moves a value by less changes no ranking.
TOLERANCE = 1e-4
UNIT = 1e-3


def unsound(reader: Reader, encoder: Encoder | None = None) -> list[str]:
    """Compare every text with its digest, every passage, its vector and its words with the text.

    One article at a time is in memory, and a byte for each word of the vocabulary.

    Args:
        reader: of one transaction.
        encoder: that of the collection: a light one makes each vector again; of another, and without one, a vector
            must be finite and of length one or zero. None: nothing is analysed again either.

    Returns:
        One line for each article or word that is not sound, an article by its id with everything found in it.
    """
    found = [] if reader.canaries() else ["the canary sentences are gone: another model would not be noticed"]
    known, strange = _vocabulary(reader, analysed=encoder is not None)
    found += [f"vocabulary: the terms of {word!r} are not its own; run `sanad rebuild`" for word in strange]
    dimension = int(reader.settings().get("dimension", 0))
    for article in reader.checked_articles():
        faults = [*_faults(reader, article, _Rules(dimension, known, encoder))]
        if faults:
            found.append(f"article {article.id}: {'; '.join(faults)}; add it again, or restore a backup")
    return found


class _Rules(NamedTuple):
    """What passages must agree with: length of vectors, which numbers are words, what makes vectors."""

    dimension: int
    known: NDArray[np.bool_]
    encoder: Encoder | None


def _vocabulary(reader: Reader, *, analysed: bool) -> tuple[NDArray[np.bool_], list[str]]:
    """Give which numbers are words, and the words whose terms are not what the analyser gives."""
    from index.vocabulary import term_hashes

    # words are numbered from 1, and none is ever taken away
    known, strange = np.zeros(reader.counts()["words"] + 1, dtype=bool), list[str]()
    for number, stemmer, word, terms in reader.vocabulary():
        if 0 < number < len(known):
            known[number] = True
        if len(terms) < 16 or len(terms) % 8 or (analysed and term_hashes(word, stemmer) != terms):
            strange.append(word)
    return known, strange


def _faults(reader: Reader, article: CheckedArticle, rules: _Rules) -> Iterator[str]:
    passages = reader.checked_passages(article.number)
    if not _is_what_was_added(reader, article):
        yield "its text is not the one that was added"
    if len(passages) != article.n_passages or [p.ordinal for p in passages] != [*range(1, len(passages) + 1)]:
        yield f"{len(passages)} passages of {article.n_passages}"
    if wrong := [p.ordinal for p in passages if not _are_words(p, rules.known)]:
        yield f"words that are not in the vocabulary: passages {_some(wrong)}"
    try:
        text = article.text.decode()
    except UnicodeDecodeError:
        return
    if all(0 <= p.start < p.end <= len(text) for p in passages):
        yield from _misfits(article, text, passages, rules)
    else:
        yield "passages that do not fit its text"


def _misfits(
    article: CheckedArticle, text: str, passages: Sequence[CheckedPassage], rules: _Rules
) -> Iterator[str]:
    if wrong := [p.ordinal for p in passages if len(p.vector) != 4 * rules.dimension]:
        yield f"vectors of another size: passages {_some(wrong)}"
    elif wrong := [p.ordinal for p in passages if not _is_unit(p.vector)]:
        yield f"vectors that are not of their text: passages {_some(wrong)}"
    elif rules.encoder:
        yield from _misread(article.language or "und", text, passages, rules.encoder)


def _misread(language: str, text: str, passages: Sequence[CheckedPassage], encoder: Encoder) -> Iterator[str]:
    """Read the passages again, and say what was stored that is something else."""
    texts = [text[p.start : p.end] for p in passages]
    spans = [sentences(own) for own in texts]
    model = light(encoder)
    strange: list[int] = []
    if model:
        cuts = [[own[first:last] for first, last in cut] for own, cut in zip(texts, spans, strict=True)]
        vectors, sketches = model.encode_sentences(cuts)
        pairs = list(zip(passages, vectors, strict=True))
        if wrong := [p.ordinal for p, vector in pairs if np.abs(_vector(p) - vector).max() > TOLERANCE]:
            yield f"vectors that are not of their text: passages {_some(wrong)}"
            return
        pairs_of_sketches = zip(passages, sketches, strict=True)
        strange = [p.ordinal for p, sketch in pairs_of_sketches if not _says_the_same(p, sketch, model)]
    for p, own, cut in zip(passages, texts, spans, strict=True):
        n_words = [len(keys) for keys in word_keys(own, cut, language)]
        if p.sentences != sentences_blob(cut, n_words):
            strange.append(p.ordinal)
    if strange:
        yield f"sentences that are not of their text: passages {_some(sorted({*strange}))}"


def _says_the_same(passage: CheckedPassage, sketch: bytes, model: LightEncoder) -> bool:
    """Whether the stored sketch compares as a new one does: its floats may differ by rounding."""
    vector = _vector(passage)
    try:
        (stored,), (fresh,) = (model.cosines([each], vector) for each in (passage.sketch, sketch))
    except (ValueError, IndexError):
        return False
    pairs = zip(stored, fresh, strict=False)
    return len(stored) == len(fresh) and all(abs(one - other) <= TOLERANCE for one, other in pairs)


def _is_unit(blob: bytes) -> bool:
    vector = np.frombuffer(blob, dtype=np.float32).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is not near anything
        square = float(vector @ vector)
    return abs(square - 1) <= UNIT or square == 0


def _vector(passage: CheckedPassage) -> NDArray[np.float32]:
    return np.frombuffer(passage.vector, dtype=np.float32)


def _is_what_was_added(reader: Reader, article: CheckedArticle) -> bool:
    if text_digest(article.language, article.text) == article.text_digest:
        return True
    if not reader.origins(article.number):
        return False
    # whose language was edited keeps the digest that its file gave it: under some language it must fit
    codes = ("".join(letters) for n in (2, 3) for letters in product(ascii_lowercase, repeat=n))
    return any(text_digest(code, article.text) == article.text_digest for code in codes)


def _are_words(passage: CheckedPassage, known: NDArray[np.bool_]) -> bool:
    if len(passage.words) % 4 or len(passage.sentences) % 12:
        return False
    numbers = np.frombuffer(passage.words, dtype=np.int32)
    n_words = np.frombuffer(passage.sentences, dtype=np.int32)[2::3]
    inside = (numbers >= 0) & (numbers < len(known))
    return bool(inside.all() and known[numbers].all() and n_words.sum(dtype=np.int64) == len(numbers))


def _some(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (" …" if len(numbers) > 5 else "")
