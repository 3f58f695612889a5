"""Use any extractive question-answering model of transformers as a reader."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from index.errors import ModelError
from index.models.folders import check_parameters, first_line, found
from index.models.spans import Reading, best_span, whole_words

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

MAX_TOKENS = 384
"""Tokens that are read at once, as such models are trained; a longer passage is read in windows."""
MAX_QUESTION = 40
"""Words of a question that are read."""
INSTEAD = "use --reader bundled, the reader that ships with Sanad"


class PretrainedReader:
    """A model that scores start and end of the answer; the first token is "no answer" (as in SQuAD 2.0)."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:  # noqa: ANN401  # untyped library
        """Take a loaded model and its tokenizer."""
        self._name, self._model, self._tokenizer = name, model, tokenizer

    @classmethod
    def open(cls, model: str) -> Self:
        """Find a model in a folder, among those downloaded before, or on the hub; check and load it.

        Raises:
            ModelError: it is missing, is not to be trusted, cannot be loaded, or answers no questions.
        """
        name, folder, integers = found(model)
        loaded, tokenizer = _load(model, folder)
        check_parameters(model, loaded, integers)
        return cls(name, loaded, tokenizer)

    @property
    def name(self) -> str:
        """The name or folder it was opened by."""
        return self._name

    def read(self, question: str, passage: str) -> Reading | None:
        """Return the span of a passage that answers best; None if there is nothing to read.

        Raises:
            ModelError: the model cannot read the two.
        """
        import torch

        length = min(MAX_TOKENS, self._tokenizer.model_max_length)
        try:
            windows = self._tokenizer(
                " ".join(question.split()[:MAX_QUESTION]),
                passage,
                truncation="only_second",
                max_length=length,
                stride=length // 8,  # tokens that windows share
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
                return_tensors="pt",
                padding=True,
            )
            offsets = windows.pop("offset_mapping").tolist()
            windows.pop("overflow_to_sample_mapping", None)
            with torch.inference_mode():
                said = self._model(**windows)
        except Exception as error:  # from the tokenizer or the model, for a question that is too long
            raise ModelError(
                f"{self._name}: cannot read a passage ({first_line(error)}); {INSTEAD}"
            ) from error
        logits = torch.stack([said.start_logits, said.end_logits], dim=-1).float().numpy()
        spans = []
        for number, own in enumerate(logits):
            parts = windows.sequence_ids(number)
            places = [place for place, part in enumerate(parts) if part == 1]
            if not places:
                continue
            inside = [tuple(offsets[number][place]) for place in places]
            spans.append(best_span(own, places[0], inside))
        best = max(filter(None, spans), key=lambda span: span.score, default=None)
        if best is None:
            return None
        start, end = whole_words(passage, best.start, best.end)
        return Reading(start, end, best.score) if start < end else None


def _load(model: str, folder: Path) -> tuple[Any, Any]:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        loaded, told = AutoModelForQuestionAnswering.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_fast=True
        )
    except Exception as error:  # from any library that reads a part of the folder
        raise ModelError(f"{model}: cannot be loaded ({first_line(error)}); {INSTEAD}") from error
    if any("qa_outputs" in str(key) for key in told["missing_keys"]):
        raise ModelError(f"{model}: was not trained to answer questions; {INSTEAD}")
    if not tokenizer.is_fast:
        raise ModelError(f"{model}: its tokenizer does not tell where tokens stand; {INSTEAD}")
    return loaded.eval(), tokenizer
