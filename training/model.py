"""Makes the shipped model, with one command, on two CPU cores.

`python -m training.model --data DIR --out index/bundled/model`

Words of all languages get a row in one table. English rows start as the teacher's vectors of the
words, the others as the mean of their English translations, each weighed by how rare it is; then
all learn together to bring questions to their passages, within and across languages, and texts as
near to each other as the teacher finds them in English.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from training import corpus, lessons, pack, ragged, start, teacher, translations, vocabulary, wordpiece
from training.bitext import Bitext, gather
from training.contrast import Student, contrast, likeness
from training.draw import Bags

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from tokenizers import Tokenizer

    from training.vocabulary import Vocabulary

SEED = 7
DIMENSION = 320  # what fits in 30 MB beside the rows; not swept, but fewer cost recall (256 -> 192: 4 points)
WORDS = {
    "ar": 29_000, "de": 8_000, "en": 29_000, "es": 8_000, "fa": 4_700, "fr": 8_000, "he": 2_400,
    "hi": 5_500, "id": 4_200, "ru": 13_000, "tr": 9_500, "ur": 3_200, "zh": 4_800,
}  # fmt: skip
PIECES = 2_500
STEPS = 2_000
BATCH = 1_024
TAUGHT_BATCH = 512
RATES = (1e-3, 5e-3)  # of vectors and of weights, falling to 0
Floats = NDArray[np.float32]


def choose_words(data: Path) -> tuple[Vocabulary, Counter[str]]:
    """Count the words of all texts and choose the model's; give the English counts beside it."""
    texts: dict[str, dict[str, float]] = defaultdict(dict)
    for pair in corpus.pairs(data, {**corpus.SENTENCES, **corpus.TERMS}):
        rare = pair.source in corpus.TERMS and pair.weight <= corpus.NAMES
        for language, text in (pair[0], pair[2]), (pair[1], pair[3]):
            texts[language][text] = max(0.2 if rare else 1.0, texts[language].get(text, 0.0))
    texts["en"].update(dict.fromkeys(corpus.paragraphs(data), 1.0))
    counts = {code: vocabulary.count_words(texts[code].items()) for code in WORDS}
    runs = counts["zh"]
    spaced = Counter({w: c for w, c in runs.items() if not wordpiece.is_unspaced(w)})
    counts["zh"] = vocabulary.cut_runs(runs) + spaced
    return vocabulary.build(counts, WORDS, PIECES), counts["en"]


def learn_translations(bitext: Bitext, rows: int) -> list[csr_matrix]:
    """Learn the translations into English of the words of each language."""
    tables = []
    for language in sorted(set(bitext.sides) & set(WORDS) - {"en"}):
        side = bitext.sides[language]
        words, lengths = bitext.sides["en"].texts.take(side.english)
        english = ragged.Ragged(words, np.append(0, np.cumsum(lengths)))
        weights = np.maximum(side.weights, 0.3)
        tables.append(translations.learn(side.texts, english, rows, weights))
    return tables


class Taught:
    """Texts the teacher has seen, in every language they are translated into."""

    def __init__(self, data: Path, bitext: Bitext, cache: Path, encode: ragged.Encode) -> None:
        """Ask the teacher, or read what it said before."""
        sentences, reading = lessons.to_teach(data)
        asked = [teacher.embed(texts, cache) for texts in (sentences, reading)]
        self._vectors = np.concatenate(asked).astype(np.float32)
        self._sides = bitext.sides
        self._reading = encode(reading)
        self._offset = len(sentences)
        number = {text: place for place, text in enumerate(sentences)}
        self._place = np.asarray([number.get(text, -1) for text in bitext.english])

    def draw(self, number: int, rng: np.random.Generator) -> tuple[Bags, Bags, torch.Tensor]:
        """Draw texts, the same texts in the same or another language, and the teacher's vectors."""
        language = str(rng.choice(["en", "ar", "ar", "reading", rng.choice(lessons.OTHERS)]))
        if language == "reading":
            chosen = rng.integers(0, len(self._reading.starts) - 1, number)
            bags = Bags(*self._reading.take(chosen))
            return bags, bags, torch.from_numpy(self._vectors[self._offset + chosen])
        side = self._sides[language]
        known = np.flatnonzero((self._place[side.english] >= 0) & (side.texts.lengths > 0))
        chosen = rng.choice(known, number)
        left = Bags(*side.texts.take(chosen))
        english = Bags(*self._sides["en"].texts.take(side.english[chosen]))
        right = left if rng.random() < 0.4 else english
        return left, right, torch.from_numpy(self._vectors[self._place[side.english[chosen]]])


def train(student: Student, bitext: Bitext, reading: lessons.Reading, taught: Taught, steps: int) -> None:
    """Teach the student; every other step holds a lesson in likeness as well."""
    rng = np.random.default_rng(SEED)
    began = time.monotonic()
    for step, (examples, wrong) in enumerate(lessons.draw(bitext, reading, BATCH, rng)):
        if step == steps:
            return
        bags = [examples.questions, examples.passages]
        bags += [wrong] if wrong else []
        lesson = taught.draw(TAUGHT_BATCH, rng) if step % 2 == 0 else None
        bags += lesson[:2] if lesson else ()
        vectors = student.encode(*bags)
        candidates = torch.cat(vectors[1:3]) if wrong else vectors[1]
        loss = contrast(vectors[0], candidates, torch.from_numpy(examples.english))
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.3f} {time.monotonic() - began:.0f} s", flush=True)
        if lesson:
            loss = loss + 2 * likeness(vectors[-2], vectors[-1], lesson[2])
        left = 1 - step / steps
        student.step(loss, (RATES[0] * left, RATES[1] * left))


def make(data: Path, out: Path, cache: Path, steps: int) -> None:
    """Make the model and write it to a folder."""
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:.0f} s: {what}", flush=True)

    rng = np.random.default_rng(SEED)
    words, english_counts = choose_words(data)
    rows, row_of = len(words.counts), np.asarray(words.row_of, dtype=np.int32)
    say(f"{len(words.tokens)} tokens, {rows} rows")
    tokenizer: Tokenizer = wordpiece.tokenizer(words.tokens)
    bitext = gather(corpus.pairs(data, {**corpus.SENTENCES, **corpus.TERMS}), tokenizer, row_of)
    say("parallel text read")
    tables = learn_translations(bitext, rows)
    say("translations learned")
    homely = [word for word in words.tokens if english_counts[word] >= 12]
    counts = np.asarray([english_counts[word] for word in homely], dtype=np.float32)
    encoded = ragged.encode(tokenizer, row_of, homely)
    vectors = teacher.embed(homely, cache).astype(np.float32)
    from_teacher = start.english_vectors(encoded, vectors, counts, rows, DIMENSION)
    importance = start.weights(words.counts, words.languages)
    first = start.first_vectors(from_teacher, tables, importance, words.languages, rng)
    student = Student(first, np.maximum(importance, 1e-3) / importance.mean())
    taught = Taught(data, bitext, cache, lambda texts: ragged.encode(tokenizer, row_of, texts))
    reading = lessons.read(data, tokenizer, row_of)
    say("first vectors made, the teacher asked")
    train(student, bitext, reading, taught, steps)
    pack.write(out, words, start.centre(student.vectors(), words.counts, words.languages))
    say(f"written to {out}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make the embedding model that ships with Sanad.")
    parser.add_argument("--data", type=Path, required=True, help="holds parallel/, mono/ and qa/")
    parser.add_argument("--out", type=Path, required=True, help="the model's folder")
    parser.add_argument("--cache", type=Path, default=Path("var/training"), help="teacher's vectors")
    parser.add_argument("--steps", type=int, default=STEPS)
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    make(arguments.data, arguments.out, arguments.cache, arguments.steps)


if __name__ == "__main__":
    main()
