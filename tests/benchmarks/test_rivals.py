"""What the comparison with other programs computes and writes; the other programs themselves are not run here."""

from __future__ import annotations

import mmap
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks import processes
from benchmarks.document import put
from benchmarks.processes import StolenTime
from benchmarks.rivals import material
from benchmarks.rivals.child import INSIDE, Child, Limits, TooMuch, warm
from benchmarks.rivals.figures import figures_of, groups, percentile, ratios_of
from benchmarks.rivals.rivals import BY_NAME, OURS, RIVALS
from benchmarks.rivals.rounds import BUILDS, Course, Plan, measure
from benchmarks.rivals.table import page_of, rounded, table_of
from benchmarks.rivals.texts import passages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OUR_RECORD = {
    "stopped": {},
    "build": [2.0, 4.0, 3.0],
    "disk_mb": 10.0,
    "building_mb": 200.0,
    "serving_mb": 100.0,
    "open": [0.5],
    "ask_1": [[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]],
    "cpu_1": [3.0, 5.0],
    "read_kb_1": [0.0, 24.0],
    "ask_4": [[2.0], [4.0]],
    "add": [0.050],
    "finds": 1.0,
    "recall": 0.996,
}
THEIRS = {
    "stopped": {"add": "over 1800 s"},
    "build": [4.0, 4.0, 9.0],
    "disk_mb": 5.0,
    "building_mb": 400.0,
    "serving_mb": 100.0,
    "open": [1.5, 2.5],
    "ask_1": [[2.0, 4.0, 6.0], [4.0, 15.0, 90.0]],
    "finds": 0.5,
    "recall": 0.47,
}


def test_percentile_is_the_nearest_rank() -> None:
    hundred = [float(i) for i in range(100, 0, -1)]
    assert percentile(hundred, 0.95) == 95.0
    assert percentile(hundred, 1.0) == 100.0
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([1.0, 2.0], 0.5) == 1.0


def test_figures_are_medians_of_rounds_and_p95_of_all_questions() -> None:
    figures = figures_of(OUR_RECORD)
    assert figures["build"] == 3.0
    assert figures["ask_1_p50"] == (2.0 + 5.0) / 2
    assert figures["ask_1_p95"] == 9.0
    assert figures["read_kb_1"] == 24 / 2
    assert "remove" not in figures


def test_ratios_pair_rounds_where_both_have_as_many() -> None:
    ratios = ratios_of(THEIRS, OUR_RECORD)
    assert ratios["build"] == 2.0  # the middle of 4/2, 4/4, 9/3; of the medians it would be 4/3
    assert ratios["ask_1_p50"] == (4.0 / 2.0 + 15.0 / 5.0) / 2
    assert ratios["open"] == 2.0 / 0.5
    assert ratios["disk_mb"] == 0.5
    assert "add" not in ratios


def test_ratios_are_to_what_ours_did_in_the_same_rounds() -> None:
    beside = {"ask_1": [[4.0], [15.0]], "add": [9.0], "serving_mb": 0.0}
    ratios = ratios_of({**THEIRS, "beside": beside}, OUR_RECORD)
    assert ratios["ask_1_p50"] == 1.0
    assert ratios["serving_mb"] == 1.0


def test_stolen_time_is_a_share_of_what_was_not_idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = tmp_path / "stat"
    monkeypatch.setattr(processes, "_STAT", stat)
    stat.write_text("cpu  100 1 20 9000 50 2 3 40 0 0\ncpu0 50 0 10 4500 25 1 1 20 0 0\n", "ascii")
    stolen = StolenTime()
    assert stolen.share() == 0.0  # nothing was busy since
    stat.write_text("cpu  160 1 30 9900 80 4 5 66 0 0\ncpu0 80 0 15 4950 40 2 2 33 0 0\n", "ascii")
    assert stolen.share() == 26 / (60 + 10 + 2 + 2 + 26)


def test_groups_fit_into_memory_and_all_hold_the_first() -> None:
    needed = {"ours": 2.0, "a": 3.0, "b": 4.0, "huge": 50.0, "c": 5.0}
    assert groups(needed, 10.0) == [["ours", "a", "b"], ["ours", "huge"], ["ours", "c"]]
    assert groups({"ours": 2.0}, 10.0) == [["ours"]]
    assert sorted(name for group in groups(needed, 1.0) for name in group[1:]) == ["a", "b", "c", "huge"]


def test_the_table_gives_ratios_and_reasons() -> None:
    theirs = {**THEIRS, "update": [0.002], "wrong": ["update"]}
    ours, other = table_of({OURS: OUR_RECORD, "txtai": theirs}).splitlines()[2:]
    assert ours == (
        "| Sanad | 3.0 | 10 | 200 | 100 | 0.5 | 3.5 / 9.0 | 4.0 | 12 | 3.0 / 4.0 | 50 | – | – "
        "| 1.000 | 0.996 |"
    )
    assert other == (
        "| txtai hybrid | 4.0 (×2.0) | 5.0 (×0.5) | 400 (×2.0) | 100 (×1.0) | 2.0 (×4.0) | 9.5 / 90 (×2.5) | – | – | – "
        "| over 1800 s | 2.0 † | – | 0.500 | 0.470 |"
    )


def test_a_verb_stopped_in_a_later_round_says_both() -> None:
    record = {"stopped": {"add": "Error: a | b"}, "add": [0.1]}
    assert "| 100 (×2.0); then Error: a / b |" in table_of({OURS: OUR_RECORD, "milvus": record})


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0471, "0.047"), (0.5, "0.5"), (0.996, "1.0"), (9.94, "9.9"), (9.96, "10"), (12345.6, "12,346")],
)
def test_rounded(value: float, text: str) -> None:
    assert rounded(value) == text


def test_the_page_has_all_sizes_in_order_and_names_what_was_used() -> None:
    size = {
        "command": "the command",
        "machine": "2 cores",
        "date": "2026-11-20",
        "load": [0.04, 2.13],
        "stolen": 0.1234,
        "plan": {"patience_s": 60, "limit_s": 1800, "limit_gb": 14.2},
        "programs": {OURS: OUR_RECORD, "txtai": THEIRS},
    }
    page = page_of({"sizes": {"100000": size, "9000": size}})
    assert page.index("### 9,000 passages") < page.index("### 100,000 passages")
    assert "load average 0.0 before, 2.1 after; 12.3% of the processors' time went to other machines." in page
    assert "txtai==" in page
    assert "milvus" not in page
    assert "1,800 s and 14 GB" in " ".join(page.split())


def test_a_part_of_a_page_is_replaced_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    put(page, "speed", "# Speed\n\none")
    put(page, "rivals", "two")
    put(page, "speed", "# Speed\n\nthree")
    assert page.read_text("utf-8") == (
        "<!-- speed:begin -->\n# Speed\n\nthree\n<!-- speed:end -->\n\n"
        "<!-- rivals:begin -->\ntwo\n<!-- rivals:end -->\n"
    )


def test_a_part_without_its_end_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- speed:begin -->\nwritten by hand\n", "utf-8")
    with pytest.raises(ValueError, match="without <!-- speed:end -->"):
        put(page, "speed", "new")
    assert "written by hand" in page.read_text("utf-8")


def test_passages_are_the_same_at_every_size() -> None:
    few, many = list(passages(3)), list(passages(1_500))
    assert many[:3] == few
    assert len({passage.id for passage in many}) == len({passage.text for passage in many}) == 1_500
    assert {len(passage.text.split()) for passage in many} == {80}
    assert [passage.language for passage in few] == ["en", "ar", "en"]
    assert all(p.question[:-1] in p.text.lower() or p.question[0].upper() in p.text for p in many)


def test_the_nearest_are_those_of_an_exact_scan(tmp_path: Path) -> None:
    material.make(tmp_path / "material", 60)
    vectors, asked, rows = (
        np.load(tmp_path / "material" / f"{name}.npy") for name in ("passages", "questions", "nearest")
    )
    cosines = asked @ vectors.T
    nearest = -np.sort(-cosines, axis=1)[:, :10]
    # of two that are equally near up to rounding, either may be first
    assert np.allclose(np.take_along_axis(cosines, rows, axis=1), nearest, atol=1e-6)
    assert all(len(set(row)) == 10 for row in rows.tolist())


def test_as_many_nearest_are_known_as_hits_are_asked_for() -> None:
    # the adapters run in environments that lack what `material` needs, so the number is written twice
    assert f"K = {material.NEAREST}" in (INSIDE / "adapter.py").read_text("utf-8").splitlines()


def test_words_are_as_frequent_as_in_language() -> None:
    words = [word.strip(".").lower() for passage in passages(2_000) for word in passage.text.split()]
    counts = np.sort(np.unique(words, return_counts=True)[1])[::-1]
    # two scripts by turns: places 18 and 19 are the tenth word of each, drawn as often as 1 / (9 + 2.7)
    assert counts[18] / counts[0] == pytest.approx((0 + 2.7) / (9 + 2.7), rel=0.1)
    assert (counts == 1).sum() > 0.2 * len(counts)


@pytest.mark.timeout(400)  # it builds several collections, and embeds each
def test_our_own_adapter_goes_all_the_way(tmp_path: Path) -> None:
    made = tmp_path / "material"
    material.make(made, 60)
    plan = Plan(1, 60, 8, Limits(100, 10_000), 10_000)
    course = Course(BY_NAME[OURS], sys.executable, made, tmp_path / "homes", plan)
    record = measure([course], plan)[OURS]
    assert record["stopped"] == {}
    assert "wrong" not in record
    assert record["finds"] == 1.0
    assert record["recall"] == 1.0
    assert len(record["read_kb_1"]) == plan.rounds
    assert [len(record[verb]) for verb in ("build", "open", "add", "update", "remove")] == [BUILDS] * 5


def test_a_home_read_once_is_not_fetched_again(tmp_path: Path) -> None:
    file = tmp_path / "home" / "part"
    file.parent.mkdir()
    file.write_bytes(os.urandom(4_000_000))
    from_disk = _fetched_kb(file)
    if not from_disk:
        pytest.skip("this file system does not count what is fetched")
    assert from_disk >= 4_000
    assert _fetched_kb(file, first=lambda: warm(file.parent)) == 0


def _fetched_kb(file: Path, first: Callable[[], None] = lambda: None) -> float:
    """Drive a file from the system's cache, do something, and count what touching its mapped pages fetches."""
    with file.open("r+b") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        first()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_inblock
        with mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as mapped:
            assert len(bytes(mapped)) == 4_000_000
        return (resource.getrusage(resource.RUSAGE_SELF).ru_inblock - before) * 512 / 1000


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    made, home = tmp_path / "material", tmp_path / "home"
    material.make(made, 20)
    home.mkdir()
    with (
        Child(BY_NAME[OURS], sys.executable, made, home, Limits(0, 10_000)) as child,
        pytest.raises(TooMuch, match="over 0 s"),
    ):
        child.do("build")
    assert child._process.poll() is not None


def test_an_error_inside_is_a_reason(tmp_path: Path) -> None:
    made, home = tmp_path / "material", tmp_path / "home"
    material.make(made, 20)
    home.mkdir()
    with Child(BY_NAME[OURS], sys.executable, made, home, Limits(60, 10_000)) as child:
        child.do("open")
        with pytest.raises(TooMuch, match="NotFound"):
            child.do("remove", number=0)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_each_rival_has_its_adapter_and_exact_versions(rival: object) -> None:
    name, packages = rival.name, rival.packages  # type: ignore[attr-defined]
    code = (
        f"import ast, pathlib; ast.parse(pathlib.Path('benchmarks/rivals/inside/with_{name}.py').read_text())"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert all("==" in package for package in packages)
