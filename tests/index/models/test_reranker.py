"""Any cross-encoder of sentence-transformers orders the first passages, before they are read."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from assistant.cli import main
from index import Article, ModelError
from index.models import open_reranker
from index.ranking.parameters import RERANKED

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "bridge", "lantern", "opened", "the", "."]
HINT = "--reranker"


def save(folder: Path, n_labels: int = 1, *, broken: bool = False) -> Path:
    """Save a BERT of one layer that knows five words; a pair scores high where "lantern" is in it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=len(WORDS),
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=n_labels,
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        for name, values in model.named_parameters():
            if "LayerNorm.weight" not in name:
                values.zero_()
        # a word is its own direction; the layer gives the first token the mean of all, and "lantern" is what counts
        size = len(WORDS)
        model.bert.embeddings.word_embeddings.weight.copy_(torch.eye(size) * 10)
        attention = model.bert.encoder.layer[0].attention
        attention.self.value.weight.copy_(torch.eye(size))
        attention.output.dense.weight.copy_(torch.eye(size) * 10)
        model.bert.pooler.dense.weight.copy_(torch.eye(size))
        model.classifier.bias.fill_(10.0)
        model.classifier.weight[:, WORDS.index("lantern")] = float("nan") if broken else 20.0
    model.save_pretrained(folder)
    tokens = {word: number for number, word in enumerate(WORDS)}
    BertTokenizerFast(vocab=tokens, model_max_length=64).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a cross-encoder that finds only what has to do with lanterns."""
    return save(tmp_path_factory.mktemp("reranker"))


@pytest.fixture
def filled(home: Path) -> Path:
    """A home where the words lead to one article, and the reranker to another."""
    with Assistant(home) as assistant:
        assistant.add(
            [
                Article(id="bridge", text="The mayor opened the bridge of the old town.", language="en"),
                Article(id="lantern", text="The keeper opened a lantern.", language="en"),
            ]
        )
        assistant.settle()
    return home


def test_it_scores_a_passage_with_its_question(tiny_reranker: Path) -> None:
    reranker = open_reranker(str(tiny_reranker))
    bridge, lantern = reranker.score("Who opened the bridge?", ["the bridge .", "the lantern ."])
    assert lantern > bridge
    assert reranker.name == str(tiny_reranker)
    assert reranker.score("Who?", ["", "\ud800", "bridge " * 1000])[0] < lantern


def test_it_orders_what_was_found_before_it_is_read(filled: Path, tiny_reranker: Path) -> None:
    question = "Who opened the bridge of the old town?"
    with Assistant(filled) as assistant:
        plain = assistant.search(question)
        assert [hit.article.id for hit in plain] == ["bridge", "lantern"]
        assert assistant.health()["reranker"] is None
    with Assistant(filled, reranker=str(tiny_reranker)) as assistant:
        assert assistant.health()["reranker"] == str(tiny_reranker)
        ranking = assistant.search(question)
        assert [(hit.rank, hit.article.id) for hit in ranking] == [(1, "lantern"), (2, "bridge")]
        assert [hit.score for hit in ranking] == sorted((hit.score for hit in ranking), reverse=True)
        assert ranking.signs == plain.signs
        assert len(assistant.search(question, k=1)) == 1
        found, read = assistant.answering(question, k=1)
        assert [hit.article.id for hit in found.shown] == ["bridge"]  # at once, as found
        assert [hit.article.id for hit in read.shown] == ["lantern"]
        assert read.n_read == 2


def test_only_the_first_hits_are_reranked(home: Path, tiny_reranker: Path) -> None:
    with Assistant(home, reranker=str(tiny_reranker)) as assistant:
        assistant.add(
            Article(
                id=str(n), text=f"The bridge number {n} was opened in the year {1900 + n}.", language="en"
            )
            for n in range(30)
        )
        assistant.add(Article(id="lantern", text="A lantern, a bridge.", language="en"))
        deep = assistant.search("bridge number opened year", k=31)
    assert len(deep) > RERANKED
    assert [hit.rank for hit in deep] == list(range(1, len(deep) + 1))
    assert [hit.score for hit in deep] == sorted((hit.score for hit in deep), reverse=True)


def test_what_is_no_cross_encoder_is_refused_in_one_line(tmp_path: Path, tiny_model: Path) -> None:
    refused = {
        "no such folder, and no hub model": tmp_path / "nowhere" / "at" / "all",
        "is no cross-encoder": tiny_model,
        "gives 3 values for a pair of texts": save(tmp_path / "three", 3),
        "NaN": save(tmp_path / "broken", broken=True),
    }
    for reason, folder in refused.items():
        with pytest.raises(ModelError, match=reason) as told:
            open_reranker(str(folder))
        assert "\n" not in str(told.value)
        assert HINT in str(told.value)


def test_a_model_that_gives_no_number_later_is_refused(tmp_path: Path, tiny_reranker: Path) -> None:
    """Its weights are numbers, but what it computes of them is too large."""
    import torch
    from transformers import BertForSequenceClassification

    folder = shutil.copytree(tiny_reranker, tmp_path / "large")
    model = BertForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        model.classifier.weight.fill_(3e38)
    model.save_pretrained(folder)
    with pytest.raises(ModelError, match="what is no score"):
        open_reranker(str(folder))


def test_a_model_with_code_is_refused(tmp_path: Path, tiny_reranker: Path) -> None:
    folder = shutil.copytree(tiny_reranker, tmp_path / "code")
    (folder / "modeling.py").write_text("raise SystemExit")
    with pytest.raises(ModelError, match="could run code"):
        open_reranker(str(folder))


def test_the_command_line_and_the_environment_name_it(
    filled: Path, tiny_reranker: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    question = ("search", "Who opened the bridge?", "--json", "--home", str(filled))
    assert main([*question, "--reranker", str(tiny_reranker)]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["article"]["id"] == "lantern"
    monkeypatch.setenv("SANAD_RERANKER", str(filled))
    assert main([*question]) == 69
    assert len(capsys.readouterr().err.splitlines()) == 1
