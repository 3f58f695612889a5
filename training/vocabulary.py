"""Which words and pieces of words the model knows, and which of them share a vector.

A word known as a whole is one token; another is cut greedily into the longest known beginning and
the pieces that follow it (WordPiece). Inflections of a word are different tokens with one row:
what is learned for one holds for all, and a row costs more than a token.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import Stemmer

from training.wordpiece import INNER, UNKNOWN, is_unspaced, normalizer, splitter

if TYPE_CHECKING:
    from collections.abc import Iterable

ABJADS = frozenset({"ar", "fa", "he", "ur"})  # scripts without vowels: three letters say much
LEAST = 2  # what is met once says nothing
COMMON_NUMBER = 40  # a number met as often is known in Arabic and Persian digits too
ARABIC_ZEROS = (0x660, 0x6F0)
STEMMERS = {
    "ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french",
    "hi": "hindi", "id": "indonesian", "ru": "russian", "tr": "turkish",
}  # fmt: skip


class Vocabulary(NamedTuple):
    """Tokens, and the row each one has.

    Attributes:
        tokens: token texts; the first is the unknown token. The position is the token's number.
        row_of: for each token its row; row 0 is the unknown token's, and stays zero.
        counts: for each row, how often its tokens are met in the texts.
        languages: for each row, the language it is most at home in ("" for pieces).
    """

    tokens: list[str]
    row_of: list[int]
    counts: list[float]
    languages: list[str]


def count_words(texts: Iterable[tuple[str, float]]) -> Counter[str]:
    """Count folded words; each text comes with the weight it counts with."""
    chunks: Counter[str] = Counter()
    for text, weight in texts:
        for chunk in text.split():
            chunks[chunk] += weight  # type: ignore[assignment]
    fold, split = normalizer(), splitter()
    counts: Counter[str] = Counter()
    for chunk, count in chunks.items():
        for word, _ in split.pre_tokenize_str(fold.normalize_str(chunk)):
            counts[word] += count
    return counts


def cut_runs(counts: Counter[str], *, least: float = 6, bond: float = 1.5) -> Counter[str]:
    """Find the words of a script without spaces: sequences of two to four characters that cling.

    Args:
        counts: runs and how often each is met.
        least: rarer sequences are left out.
        bond: least pointwise mutual information of the weakest cut of a sequence.
    """
    pieces: Counter[str] = Counter()
    for run, count in counts.items():
        for size in range(1, 5):
            for start in range(len(run) - size + 1):
                pieces[run[start : start + size]] += count
    total = sum(count for piece, count in pieces.items() if len(piece) == 1)
    words: Counter[str] = Counter()
    for piece, count in pieces.items():
        cuts = [(pieces[piece[:i]], pieces[piece[i:]]) for i in range(1, len(piece))]
        if count >= least and all(math.log(count * total / (a * b)) > bond for a, b in cuts):
            words[piece] = count
    return words


def build(by_language: dict[str, Counter[str]], sizes: dict[str, int], pieces: int) -> Vocabulary:
    """Choose tokens and rows.

    Args:
        by_language: folded words of each language with their counts.
        sizes: for each language how many of its words get a token, the most frequent first.
        pieces: how many inner pieces are kept.
    """
    homes = _homes(by_language, sizes)
    made = _Builder()
    for word, (language, count) in homes.items():
        made.add_word(word, language, count)
    made.add_stems()
    for piece, count in _inner_pieces(by_language, homes, pieces).items():
        made.add_piece(piece, count)
    return Vocabulary(made.tokens, made.row_of, made.counts, made.languages)


class _Builder:
    """A vocabulary being made; a row is known by its language and stem."""

    def __init__(self) -> None:
        self.tokens, self.row_of = [UNKNOWN], [0]
        self.counts, self.languages = [0.0], [""]
        self._rows: dict[tuple[str, str], int] = {("", UNKNOWN): 0}
        self._known: set[str] = set()
        self._stemmers = {code: Stemmer.Stemmer(name) for code, name in STEMMERS.items()}

    def _add(self, token: str, key: tuple[str, str], count: float) -> None:
        row = self._rows.setdefault(key, len(self._rows))
        if row == len(self.counts):
            self.counts.append(0.0)
            self.languages.append(key[0])
        self.counts[row] += count
        self.tokens.append(token)
        self.row_of.append(row)
        self._known.add(token)

    def add_word(self, word: str, language: str, count: float) -> None:
        stemmer = self._stemmers.get(language)
        key = (language, stemmer.stemWord(word) if stemmer else word)
        self._add(word, key, count)
        if is_unspaced(word):
            self._add(INNER + word, key, 0)
        if word.isascii() and word.isdigit() and len(word) <= 4 and count >= COMMON_NUMBER:
            for zero in ARABIC_ZEROS:
                self._add("".join(chr(zero + int(digit)) for digit in word), key, 0)

    def add_stems(self) -> None:
        """Add the stems themselves: an inflection never met is cut into a known word and an ending."""
        for language, stem in list(self._rows):
            shortest = 3 if language in ABJADS else 4
            if language in self._stemmers and len(stem) >= shortest and stem not in self._known:
                self._add(stem, (language, stem), 0)

    def add_piece(self, piece: str, count: float) -> None:
        forms = (INNER + piece, piece) if len(piece) == 1 else (INNER + piece,)
        for token in forms:
            if token not in self._known:
                self._add(token, ("", INNER + piece), count)


def _homes(by_language: dict[str, Counter[str]], sizes: dict[str, int]) -> dict[str, tuple[str, float]]:
    """Give each word to keep the language where it is relatively most frequent, and its count."""
    best: dict[str, tuple[float, str]] = {}
    sums: dict[str, float] = defaultdict(float)
    kept: set[str] = set()
    for language, counts in by_language.items():
        total = sum(counts.values())
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        kept.update(word for word, count in ranked[: sizes[language]] if count >= LEAST)
        for word, count in counts.items():
            sums[word] += count
            share = (count / total, language)
            best[word] = max(best.get(word, share), share)
    return {word: (best[word][1], sums[word]) for word in sorted(kept)}


def _inner_pieces(
    by_language: dict[str, Counter[str]], homes: dict[str, tuple[str, float]], number: int
) -> Counter[str]:
    """Give every letter met, and the endings (1 to 5 characters) that follow a known word most."""
    endings: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for counts in by_language.values():
        for word, count in counts.items():
            letters.update(dict.fromkeys(word, count))
            if word in homes or is_unspaced(word):
                continue
            for size in range(1, min(6, len(word))):
                if word[:-size] in homes or size > 2:
                    endings[word[-size:]] += 1
    chosen = Counter(dict(endings.most_common(number)))
    for letter, count in letters.items():
        if count >= 50:
            chosen[letter] += count
    return chosen
