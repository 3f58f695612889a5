"""How text becomes tokens: folded, cut into words, and these into known pieces.

All of it is in the model's `tokenizer.json`, so any program that loads the model does the same.
"""

from __future__ import annotations

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

UNKNOWN = "[UNK]"
INNER = "##"
MAX_WORD = 64  # characters; longer words are unknown
MAX_RUN = 24  # characters of a script without spaces that are cut up together
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"


def normalizer() -> normalizers.Normalizer:
    """Fold what readers take for the same word: case, accents, marks, letter forms, the article."""
    marks = (
        "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
        "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u200b\u200d-\u200f\u2060\ufeff]"
    )
    letter = "[\u0621-\u064a\u0671-\u06d3]"
    return normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Replace(Regex(marks), ""),
            normalizers.Lowercase(),
            normalizers.Replace(Regex("[\u0649\u06cc\u06d0\u06d2]"), "\u064a"),
            normalizers.Replace(Regex("[\u06a9\u06aa]"), "\u0643"),
            normalizers.Replace(Regex("[\u0629\u06be\u06c1\u06c3\u06d5]"), "\u0647"),
            normalizers.Replace("\u0671", "\u0627"),
            normalizers.Replace("\u0131", "i"),
            normalizers.Replace("ß", "ss"),
            # و ف ب ك + ال, and لل: the article and what is written onto it
            normalizers.Replace(
                Regex(
                    f"(?<!{letter})[\u0648\u0641]?(?:[\u0628\u0643]?\u0627\u0644|\u0644\u0644)(?={letter}{{3}})"
                ),
                "",
            ),
            normalizers.NFC(),
        ]
    )


def splitter() -> pre_tokenizers.PreTokenizer:
    """Cut text into words: runs of letters, marks and digits; short runs in unspaced scripts."""
    word = f"[{UNSPACED}]{{1,{MAX_RUN}}}|(?:(?![{UNSPACED}])[\\p{{L}}\\p{{M}}\\p{{N}}])+"
    return pre_tokenizers.Split(Regex(word), behavior="removed", invert=True)


def is_unspaced(word: str) -> bool:
    """Tell whether a word is a run of a script written without spaces (its first letter says)."""
    first = ord(word[0])
    return 0x0E00 <= first < 0x1100 or 0x1780 <= first < 0x1800 or 0x2E80 <= first < 0xA000


def tokenizer(tokens: list[str]) -> Tokenizer:
    """Make the tokenizer of a vocabulary."""
    numbers = {token: number for number, token in enumerate(tokens)}
    model = models.WordPiece(numbers, unk_token=UNKNOWN, max_input_chars_per_word=MAX_WORD)
    made = Tokenizer(model)
    made.normalizer = normalizer()
    made.pre_tokenizer = splitter()
    return made
