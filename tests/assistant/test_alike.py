"""That an article is nearly the same as another is seen wherever articles are reported or listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant.cli import main
from tests.index.reading.making import STORIES

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    import pytest

TEXT = "\n\n".join(STORIES["ar"].paragraphs)
COPY = f"{TEXT}\n\nوكالات، أعيد نشره بإذن من الناشر."


def test_over_http(client: httpx.Client) -> None:
    client.post("/api/v1/articles", json={"id": "first", "text": TEXT})
    added = client.post("/api/v1/articles", json={"id": "copy", "text": COPY}).json()["added"]
    ((other,),) = [item["alike"] for item in added]
    assert other["id"] == "first"
    assert 0.65 <= other["overlap"] < 1
    listed = client.get("/api/v1/articles").json()["articles"]
    alike = {info["id"]: [one["id"] for one in info["alike"]] for info in listed}
    assert (alike["first"], alike["copy"]) == (["copy"], ["first"])


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("a", TEXT), ("b", COPY)):
        (tmp_path / f"{name}.txt").write_text(text)
    home = ["--home", str(tmp_path / "home")]
    main(["add", str(tmp_path / "a.txt"), *home])
    main(["add", str(tmp_path / "b.txt"), *home])
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith("1 added; 1 nearly the same as another article")
    )
    main(["list", *home])
    assert all("% like " in line for line in capsys.readouterr().out.splitlines())
    main(["list", "--json", *home])
    first, second = json.loads(capsys.readouterr().out)["articles"]
    assert [first["alike"][0]["id"], second["alike"][0]["id"]] == [second["id"], first["id"]]
