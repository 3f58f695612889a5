"""What several tests share: small articles in eight scripts, and a home for a collection."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index import Article

# one machine is slower than another: examples are counted, never timed
settings.register_profile("sanad", deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
settings.load_profile("sanad")

TEXTS = {
    "ar": "أعلنت وزارة الصحة افتتاح مستشفى جديد في مدينة الميناء يوم الاثنين. وقال الوزير إن المستشفى يضم مئتي سرير.",
    "en": "The harbour authority closed the old bridge on Friday. Engineers found cracks in two of its pillars.",
    "ru": "Городской совет утвердил бюджет на ремонт дорог. Работы начнутся в мае.",
    "el": "Το μουσείο άνοιξε ξανά μετά από δύο χρόνια. Οι επισκέπτες περίμεναν ώρες.",
    "hi": "किसानों ने बारिश के बाद गेहूं की बुवाई शुरू की। मंडी में दाम स्थिर रहे।",
    "zh": "科学家在湖中发现了一种新的鱼类。研究结果发表在星期三的期刊上。",
    "he": "הרכבת החדשה תחבר בין שתי הערים בתוך חצי שעה. הקו ייפתח בקיץ.",
    "th": "นักวิจัยพบพืชชนิดใหม่ในป่าทางเหนือ พวกเขาจะศึกษาต่อในปีหน้า",
}

SLOW = ("benchmarks", "browser", "faults", "quality")
"""Folders of tests with a browser, killed processes or whole collections: all of them are slow."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="the long rounds of the fault tests and fuzzers")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def nightly(request: pytest.FixtureRequest) -> bool:
    """How long fault tests and fuzzers go on: seconds in every run, minutes with `--nightly`."""
    return bool(request.config.getoption("--nightly"))


@pytest.fixture
def articles() -> list[Article]:
    """One short article in each of eight scripts; its id is its language."""
    return [Article(id=language, text=text, language=language) for language, text in TEXTS.items()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for a collection, not yet made."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a two-layer BERT that knows five words, with prompts."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "base", "attacked", "oil", "query", "text"]
    torch.manual_seed(1)
    root = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(root / "bert")
    vocabulary = {word: number for number, word in enumerate(words)}
    BertTokenizerFast(vocab=vocabulary).save_pretrained(root / "bert")
    module = Transformer(str(root / "bert"), max_seq_length=32)
    pooling = Pooling(16, pooling_mode="mean")
    prompts = {"query": "query ", "document": "text "}
    SentenceTransformer(modules=[module, pooling], prompts=prompts, device="cpu").save(str(root / "model"))
    return root / "model"
