"""Measure what the cosines of a model mean, on sentences that say the same in many languages.

Some models put all cosines between .7 and .9; some prefer the question's own language; some read one language only.
No model states this. `bundled/parallel.tsv` holds statements in many languages, each with a question that it answers.
How far the statement that answers stands out from the others shows whether a model can be trusted with two languages.
The statements also show what cosines a question has with unrelated text, before a collection holds any.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.models.encoder import Encoder

FILE = Path(__file__).parent.parent / "bundled" / "parallel.tsv"
SHIPPED = Path(__file__).parent.parent / "bundled" / "calibration.npz"
# mean number of standard deviations by which the answers of a language pair stand out: by chance or by names that two
# languages share; and what every pair reaches that a model was trained for (docs/lab/sweeps.md, "Vectors")
CHANCE, TRUSTED = 1.0, 3.0


class Parallel(NamedTuple):
    """The sentences of a language: statements, and for each the question that it answers."""

    statements: tuple[str, ...]
    questions: tuple[str, ...]


@cache
def parallel() -> dict[str, Parallel]:
    """Return the sentences by ISO 639-1 code; the same in every language, in the same order."""
    found: dict[str, list[list[str]]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            language, *sentences = line.split("\t")
            found.setdefault(language, []).append(sentences)
    return {language: Parallel(*zip(*rows, strict=True)) for language, rows in found.items()}


class Calibration:
    """The cosines of one model, measured on first use; shared by threads.

    Those of the shipped model were measured when it was made (`python -m training.trust`).
    """

    def __init__(self, encoder: Encoder, *, measured: bool = True) -> None:
        """Take the model and, if `measured`, the saved measurements of the shipped model."""
        self._encoder = encoder
        self._statements: dict[str, NDArray[np.float32]] = {}
        self._questions: dict[str, NDArray[np.float32]] = {}
        self._trust: dict[tuple[str, str], float] = {}
        if measured:
            self._statements, self._trust = _shipped(encoder.fingerprint)

    def statements(self, language: str) -> NDArray[np.float32]:
        """Return the vectors of the statements in a language, (n, d); n = 0 if the model cannot read one of them."""
        if language not in self._statements:
            texts = parallel()[language].statements if language in parallel() else ()
            vectors = self._encoder.encode_passages(texts)
            self._statements[language] = vectors if vectors.any(axis=1).all() else vectors[:0]
        return self._statements[language]

    def trust(self, question: str, passage: str) -> float:
        """Return how far the model can be trusted with a question and passages in these languages, 0 to 1.

        A language without sentences counts as English: a bare Latin name, or a rare language.
        """
        pair = question, passage
        if pair not in self._trust:
            known = [language if language in parallel() else "en" for language in pair]
            stands_out = _stands_out(self._asked(known[0]), self.statements(known[1]))
            self._trust[pair] = float(np.clip((stands_out - CHANCE) / (TRUSTED - CHANCE), 0.0, 1.0))
        return self._trust[pair]

    def _asked(self, language: str) -> NDArray[np.float32]:
        if language not in self._questions:
            vectors = [self._encoder.encode_question(text) for text in parallel()[language].questions]
            self._questions[language] = np.array(vectors)
        return self._questions[language]


def save(encoder: Encoder, path: Path) -> None:
    """Measure a model in all languages, and save the result."""
    calibration = Calibration(encoder, measured=False)
    languages = sorted(parallel())
    trust = [[calibration.trust(question, passage) for passage in languages] for question in languages]
    measured: dict[str, Any] = {
        "fingerprint": np.array(encoder.fingerprint),
        "languages": np.array(languages),
        "trust": np.array(trust, dtype=np.float32),
    }
    measured |= {language: calibration.statements(language).astype(np.float16) for language in languages}
    np.savez_compressed(path, **measured)


def _shipped(fingerprint: str) -> tuple[dict[str, NDArray[np.float32]], dict[tuple[str, str], float]]:
    """Return the saved statements and trust of the shipped model; empty for any other."""
    with np.load(SHIPPED) as saved:
        if str(saved["fingerprint"]) != fingerprint:
            return {}, {}
        languages = saved["languages"].tolist()
        trust = zip(product(languages, repeat=2), saved["trust"].ravel().tolist(), strict=True)
        return {language: saved[language].astype(np.float32) for language in languages}, dict(trust)


def _stands_out(questions: NDArray[np.float32], statements: NDArray[np.float32]) -> float:
    """Return by how many standard deviations an answer is above the mean of the others, averaged over questions."""
    if not len(statements):
        return 0.0
    cosines = (questions @ statements.T).astype(np.float64)
    others = cosines[~np.eye(len(cosines), dtype=bool)].reshape(len(cosines), -1)
    deviations = np.maximum(others.std(axis=1), 1e-6)
    return float(((np.diag(cosines) - others.mean(axis=1)) / deviations).mean())
