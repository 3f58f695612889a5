"""`sanad eval`: files read right, ranks counted in paragraphs, figures as by hand."""

from __future__ import annotations

import gzip
import json
import math
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.evaluation import (
    Outcome,
    Place,
    Pool,
    Question,
    QuestionSet,
    ask_all,
    auroc,
    evaluate,
    found,
    read_distractors,
    read_squad,
    run,
    separate,
    separated,
)
from assistant.evaluation.command import table
from assistant.options import parser
from index import SanadError, Span, UnreadableArticle

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

PARAGRAPHS = {
    "ar": [
        ["افتتحت البلدية جسر النهر الجديد في مارس. صممت الجسر المهندسة ليلى حداد. وبلغت كلفته تسعة ملايين دينار."],
        ["يعيش الفقمة الرمادية على ساحل الجزيرة. يصطاد الفقمة الأسماك ليلا. أحصى الباحثون منه ثمانين رأسا."],
    ],
    "en": [
        ["The town opened the new river bridge in March. Leila Haddad designed the bridge. It cost nine million."],
        ["The grey seal lives on the coast of the island. The seal hunts fish by night. Researchers counted eighty."],
    ],
}  # fmt: skip
QUESTIONS = {
    "ar": [[("من صممت الجسر؟", "ليلى حداد")], [("متى يصطاد الفقمة الأسماك؟", "ليلا")]],
    "en": [
        [("Who designed the bridge?", "Leila Haddad")],
        [("When does the seal hunt fish?", "by night")],
    ],
}


def squad(language: str) -> dict[str, object]:
    """Two articles of one paragraph and one question each, in SQuAD's format."""
    data = []
    for number, (text,) in enumerate(PARAGRAPHS[language]):
        asked = [
            {
                "id": f"q{number}",
                "question": question,
                "answers": [{"text": answer, "answer_start": text.index(answer)}],
            }
            for question, answer in QUESTIONS[language][number]
        ]
        data.append({"title": "", "paragraphs": [{"context": text, "qas": asked}]})
    return {"version": "1.1", "data": data}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {language: tmp_path / f"town.{language}.json" for language in PARAGRAPHS}
    for language, path in paths.items():
        path.write_text(json.dumps(squad(language), ensure_ascii=False), "utf-8")
    return paths


def outcome(rank: int | None, *, evidence: bool | None = None, language: str = "ar") -> Outcome:
    return Outcome(rank, language, evidence, 0.9, 2.0)


def test_a_file_is_read_with_places_and_exact_answers(files: dict[str, Path]) -> None:
    read = read_squad(files["ar"])
    assert read.name == "town.ar"
    assert read.articles == [0, 1]
    for question, answer in zip(read.questions, ["ليلى حداد", "ليلا"], strict=True):
        (span,) = question.answers
        assert read.paragraphs[question.place][span.start : span.end] == answer
    only = read.only([1])
    assert list(only.paragraphs) == [Place(1, 0)]
    assert [question.id for question in only.questions] == ["q1"]


def test_a_wrong_offset_is_mended_and_a_missing_answer_is_left_out(tmp_path: Path) -> None:
    text = "مئة كتاب في رف، ومئة كتاب في الصندوق."
    qas = [
        {"id": "a", "question": "كم؟", "answers": [{"text": "مئة كتاب", "answer_start": 14}]},
        {"id": "b", "question": "من؟", "answers": []},
        {"id": "c", "question": "أين؟", "answers": [{"text": "المكتبة", "answer_start": 0}]},
    ]
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": text, "qas": qas}]}]}), "utf-8")
    first, last = read_squad(path).questions
    assert first.answers == (Span(text.rindex("مئة كتاب"), text.rindex("مئة كتاب") + len("مئة كتاب")),)
    assert (last.id, last.answers) == ("c", ())


@pytest.mark.parametrize(
    "content", ["", "[]", '{"data": [{}]}', '{"data": 3}', '{"data": [{"paragraphs": [1]}]}']
)
def test_what_is_not_squad_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes.json"
    path.write_text(content, "utf-8")
    with pytest.raises(UnreadableArticle, match=r"notes\.json is not a SQuAD file"):
        read_squad(path)
    with pytest.raises(UnreadableArticle, match="cannot be read"):
        read_squad(tmp_path / "none.json")


def test_figures_are_the_arithmetic_of_their_definitions() -> None:
    ranks = [1, 2, 7, None]
    figures = found([outcome(rank, evidence=True if rank == 1 else None) for rank in ranks])
    assert figures.questions == 4
    assert figures.recall_1 == pytest.approx(1 / 4)
    assert figures.recall_5 == pytest.approx(2 / 4)
    assert figures.recall_10 == pytest.approx(3 / 4)
    assert figures.mrr_10 == pytest.approx((1 / 1 + 1 / 2 + 1 / 7 + 0) / 4)
    gains = [1 / math.log2(1 + 1), 1 / math.log2(2 + 1), 1 / math.log2(7 + 1), 0]
    assert figures.ndcg_10 == pytest.approx(sum(gains) / 4)
    assert figures.evidence == 1.0
    with pytest.raises(SanadError, match="no question"):
        found([])


def test_evidence_is_judged_where_the_paragraph_is_first_only() -> None:
    figures = found([outcome(1, evidence=True), outcome(1, evidence=False), outcome(3)])
    assert figures.evidence == pytest.approx(1 / 2)
    assert found([outcome(2)]).evidence is None


def test_first_languages_are_shares_largest_first() -> None:
    figures = found([outcome(1), outcome(1), outcome(None, language="en"), outcome(2)])
    assert list(figures.first_languages.items()) == [("ar", 3 / 4), ("en", 1 / 4)]


def test_auroc_counts_pairs_and_halves_ties() -> None:
    higher, lower = [0.9, 0.5, 0.5, 0.1], [0.5, 0.2]
    pairs = [(h > low) + 0.5 * (h == low) for h in higher for low in lower]
    assert auroc(higher, lower) == pytest.approx(sum(pairs) / len(pairs))
    assert auroc([1, 1], [0, 0]) == 1
    assert auroc([0, 0], [1, 1]) == 0
    figures = separated([0.9, 0.4], [0.6, 0.1, 0.2])
    assert figures is not None
    assert (figures.missed, figures.invented) == (pytest.approx(1 / 2), pytest.approx(1 / 3))
    assert separated([], [0.5]) is None


def test_questions_are_answered_and_judged(files: dict[str, Path]) -> None:
    result = evaluate([read_squad(files["ar"])], [read_squad(files["ar"])])
    assert result.passages == 2
    assert result.found.recall_1 == 1.0
    assert result.found.evidence == 1.0
    assert result.found.first_languages == {"ar": 1.0}
    assert result.separated is not None
    assert result.separated.answerable == result.separated.unanswerable == 2
    assert result.separated.auroc == 1.0


def test_evidence_that_misses_the_answer_is_wrong(files: dict[str, Path]) -> None:
    asked = read_squad(files["en"])
    question = asked.questions[0]
    start = asked.paragraphs[question.place].index("nine million")
    moved = Question(question.id, question.text, question.place, (Span(start, start + 4),))
    corpus = QuestionSet(asked.name, asked.paragraphs, (moved,))
    with Pool([corpus]) as pool:
        outcome = pool.ask(question)
    assert outcome.rank == 1
    assert outcome.evidence is False


def test_a_mixed_pool_takes_the_paragraph_in_any_language(files: dict[str, Path]) -> None:
    corpora = [read_squad(files["ar"]), read_squad(files["en"])]
    result = evaluate(corpora, [read_squad(files["en"])])
    assert result.passages == 4
    assert result.found.recall_1 == 1.0
    assert set(result.found.first_languages) <= {"ar", "en"}


def test_another_files_paragraph_at_the_same_place_is_not_right(files: dict[str, Path]) -> None:
    """Files of different questions make one pool too, as long as they share no question ids."""
    lake = "الصيادون يجمعون الشباك عند البحيرة كل صباح."
    asked = Question("other", "من يجمع الشباك؟", Place(0, 0), (Span(0, 9),))
    corpora = [read_squad(files["ar"]), QuestionSet("lake", {Place(0, 0): lake}, (asked,))]
    with Pool(corpora) as pool:
        assert pool.gold(asked) == {"c1-0-0": (Span(0, 9),)}
        assert list(pool.gold(corpora[0].questions[0])) == ["c0-0-0"]
        unknown = Question("new", "؟", Place(0, 0), ())
        assert pool.gold(unknown) == {"c0-0-0": (), "c1-0-0": ()}


def test_a_paragraph_in_several_passages_counts_once() -> None:
    sentence = (
        "The lighthouse keeper wrote {} pages about the lighthouse and its lamp in the winter of that year. "
    )
    long = "".join(sentence.format(number) for number in range(40))
    short = "A lamp was mended."
    question = Question("q", "lighthouse keeper lamp", Place(1, 0), (Span(0, 4),))
    corpus = QuestionSet("lights", {Place(0, 0): long.strip(), Place(1, 0): short}, (question,))
    with Pool([corpus]) as pool:
        hits = pool.collection.search(question.text, 10).hits
        assert len({hit.article.id for hit in hits[:-1]}) == 1
        assert len(hits) > 3, "the long paragraph must be in several passages"
        assert pool.ask(question).rank == 2


def test_halves_are_taken_out_and_put_back(files: dict[str, Path]) -> None:
    corpus = read_squad(files["ar"])
    with Pool([corpus], distractors=["انقطعت الكهرباء عن الحي القديم مساء أمس."]) as pool:
        before = sorted(str(info.id) for info in pool.collection.articles())
        result = separate(pool, corpus.questions)
        assert sorted(str(info.id) for info in pool.collection.articles()) == before
        assert len(before) == 3
        pool.take([0])
        assert [one.rank for one in ask_all(pool, corpus.questions)] == [None, 1]
    assert result is not None
    assert separate(pool, corpus.questions[:1]) is None


def test_distractors_are_read_packed_or_not(tmp_path: Path) -> None:
    lines = "فقرة أولى\n\n  \nفقرة ثانية\nفقرة ثالثة\n"
    (tmp_path / "plain.txt").write_text(lines, "utf-8")
    with gzip.open(tmp_path / "packed.txt.gz", "wt", encoding="utf-8") as file:
        file.write(lines)
    for name in ("plain.txt", "packed.txt.gz"):
        assert list(read_distractors(tmp_path / name)) == ["فقرة أولى", "فقرة ثانية", "فقرة ثالثة"]
        assert list(read_distractors(tmp_path / name, 2)) == ["فقرة أولى", "فقرة ثانية"]
    with pytest.raises(UnreadableArticle, match=r"none\.txt"):
        list(read_distractors(tmp_path / "none.txt"))


def options(*arguments: object) -> argparse.Namespace:
    return parser().parse_args(["eval", *map(str, arguments)])


def test_the_command_prints_json_or_a_table(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more.txt").write_text("انقطعت الكهرباء عن الحي القديم مساء أمس.\nسطر ثان هنا.\n", "utf-8")
    given = ["--corpus", files["ar"], "--questions", files["ar"], "--distractors", tmp_path / "more.txt"]
    assert run(options(*given, "--max-distractors", 1, "--json")) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["found"]["recall_1"] == 1.0
    assert printed["passages"] == 3
    assert run(options(*given)) == 0
    out = capsys.readouterr().out
    assert "recall@1                  1.000" in out
    assert "passages                  4" in out


def test_the_table_leaves_out_what_was_not_measured(files: dict[str, Path]) -> None:
    corpus = read_squad(files["ar"]).only([0])
    result = evaluate([corpus], [corpus])
    assert result.separated is None
    assert "AUROC" not in table(result)


def test_without_ir_measures_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(SanadError, match=r"sanad\[dev\]"):
        found([outcome(1)])
