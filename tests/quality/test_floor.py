"""Retrieval, evidence and confidence on the development sets stay above the pinned floor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.quality import measure, pin

if TYPE_CHECKING:
    from pathlib import Path

needs_data = pytest.mark.skipif(not measure.DATA.is_dir(), reason=f"no evaluation data in {measure.DATA}")


@needs_data
@pytest.mark.quality
@pytest.mark.timeout(900)
def test_no_figure_is_below_its_floor() -> None:
    floor = measure.pinned("eval")
    assert floor["digest"] == measure.eval_digest(), "run: python -m tests.quality.pin --only eval"
    figures = measure.eval_figures()
    measure.show("development sets, a sample of the questions", figures)
    assert not measure.lower("eval", floor["figures"], figures)


def test_a_floor_is_lowered_only_when_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure, "FLOOR", tmp_path / "floor.json")
    monkeypatch.setattr(measure, "seeds_figures", lambda _: {"recall": 0.5})
    measure.pin("seeds", "0" * 64, {"recall": 0.75})
    assert pin.main(["--only", "seeds"]) == 1
    assert "recall: 0.5000, pinned 0.7500" in capsys.readouterr().err
    assert measure.pinned("seeds")["figures"] == {"recall": 0.75}
    assert pin.main(["--only", "seeds", "--allow-regression"]) == 0
    assert measure.pinned("seeds") == {"digest": measure.seeds_digest(), "figures": {"recall": 0.5}}
    assert json.loads(measure.FLOOR.read_text("utf-8")).keys() == {"seeds"}
