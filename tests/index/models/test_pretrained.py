"""Any extractive question-answering model of transformers reads in the place of the shipped one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from index import Article, ModelError
from index.models import open_reader

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "opened", "the", "bridge", "mayor", "."]


@pytest.fixture(scope="session")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of one layer that knows six words; its answer always begins with "mayor" and ends there."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=len(WORDS) + 1,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    model = BertForQuestionAnswering(config)
    with torch.no_grad():
        for name, values in model.named_parameters():
            if "LayerNorm.weight" not in name:
                values.zero_()
        # a word is its own direction, which the layer passes on, and one of them begins and ends answers
        model.bert.embeddings.word_embeddings.weight.copy_(torch.eye(len(WORDS), len(WORDS) + 1) * 10)
        model.qa_outputs.weight[:, WORDS.index("mayor")] = 5.0
    folder = tmp_path_factory.mktemp("reader")
    model.save_pretrained(folder)
    BertTokenizerFast(
        vocab={word: number for number, word in enumerate(WORDS)}, model_max_length=64
    ).save_pretrained(folder)
    return folder


def test_it_gives_the_span_that_the_model_marks(tiny_reader: Path) -> None:
    passage = "The bridge opened. The mayor opened the bridge."
    reading = open_reader(str(tiny_reader)).read("Who opened the bridge?", passage)
    assert reading is not None
    assert passage[reading.start : reading.end] == "mayor"
    assert reading.score > 0


def test_what_comes_late_in_a_passage_is_read_too(tiny_reader: Path) -> None:
    passage = "the bridge . " * 60 + "the mayor ."
    reading = open_reader(str(tiny_reader)).read("who", passage)
    assert reading is not None
    assert passage[reading.start : reading.end] == "mayor"


def test_the_assistant_reads_with_it(home: Path, tiny_reader: Path) -> None:
    with Assistant(home, reader=str(tiny_reader)) as assistant:
        assistant.add(Article(id="a", text="The mayor opened the bridge.", language="en"))
        assistant.settle()
        answer = assistant.ask("Who opened the bridge?")
    assert answer.n_read == 1
    hit = answer.shown[0]
    assert [hit.article.text[span.start : span.end] for span in hit.evidence] == [
        "The mayor opened the bridge."
    ]


def test_a_question_longer_than_the_model_takes_is_told(tiny_reader: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read a passage.*--reader bundled"):
        open_reader(str(tiny_reader)).read("谁" * 200, "the mayor .")


def test_a_folder_that_could_run_code_is_refused(tiny_reader: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_reader, tmp_path / "reader")
    (folder / "modeling.py").write_text("raise SystemExit")
    with pytest.raises(ModelError, match=r"modeling\.py could run code"):
        open_reader(str(folder))


def test_a_model_that_answers_no_questions_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="not trained to answer questions"):
        open_reader(str(tiny_model))


def test_a_name_that_is_nothing_is_told() -> None:
    with pytest.raises(ModelError, match="--reader bundled"):
        open_reader("/no/such/folder")
