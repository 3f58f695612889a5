"""Files of several articles read again: what is new comes, what changed is replaced, what is gone goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant import Assistant
from tests.index.reading.making import STORIES, page, row, zipped

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path, *codes: str) -> None:
    path.write_text("\n".join(json.dumps(row(STORIES[code])) for code in codes))


def states(report: object) -> list[tuple[str, str]]:
    return [(item.state, item.name.rsplit("/", 1)[-1]) for item in report.items]  # type: ignore[attr-defined]


def test_a_row_that_is_gone_from_its_file_is_gone_from_the_collection(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.html").write_text(page(STORIES["tr"]))
    rows(folder / "week.jsonl", "en", "ru")
    with Assistant(tmp_path / "home") as assistant:
        first = assistant.add(folder)
        assert [item.state for item in first.items] == ["added"] * 3
        rows(folder / "week.jsonl", "ru", "es")
        assert states(assistant.add(folder)) == [
            ("unchanged", "one.html"),
            ("unchanged", "week.jsonl#story-ru"),
            ("added", "week.jsonl#story-es"),
            ("removed", "week.jsonl#story-en"),
        ]
        assert {info.language for info in assistant.articles()} == {"tr", "ru", "es"}
        assert [item.state for item in assistant.sync(folder).items] == ["unchanged"] * 3


def test_a_file_that_is_gone_takes_its_parts_with_it_and_a_damaged_one_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    rows(folder / "week.jsonl", "en", "ru")
    (folder / "all.zip").write_bytes(zipped({"a/b.html": page(STORIES["tr"]).encode()}))
    with Assistant(tmp_path / "home") as assistant:
        assistant.add(folder)
        (folder / "all.zip").write_bytes(b"PK\x03\x04 damaged")
        assert [item.state for item in assistant.sync(folder).items] == ["skipped", "unchanged", "unchanged"]
        assert len(assistant.articles()) == 3
        (folder / "week.jsonl").unlink()
        report = assistant.sync(folder)
        assert sorted(name for state, name in states(report) if state == "removed") == [
            "week.jsonl#story-en", "week.jsonl#story-ru",
        ]  # fmt: skip
        assert {info.language for info in assistant.articles()} == {"tr"}


def test_a_file_name_with_a_mark_in_it_is_not_taken_for_a_part(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    rows(folder / "a.jsonl", "en")
    (folder / "a.jsonl#story-x.txt").write_text("\n\n".join(STORIES["ru"].paragraphs))
    with Assistant(tmp_path / "home") as assistant:
        assistant.sync(folder)
        assert {info.language for info in assistant.articles()} == {"en", "ru"}
        assert [item.state for item in assistant.sync(folder).items] == ["unchanged", "unchanged"]
