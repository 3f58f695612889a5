"""The figures that are pinned in floor.json, and the file itself: read, compared, written."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.evaluation import Pool, ask_all, found, read_squad, separate

if TYPE_CHECKING:
    from assistant import Assistant
    from index import Hit

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "seeds"
QUESTIONS = HERE / "seeds.jsonl"
FLOOR = HERE / "floor.json"
DATA = HERE.parents[2] / "shared" / "data" / "eval"
ONE = {"seeds": 1 / 15, "eval": 1 / 153, "read": 1 / 32}
"""How far a figure may lie below the pinned one: by one question, of those over the seeds, of the development sets, and
of these those that are read and have the right passage first (ARCD: 32). Processors without instructions for integers
(VNNI) round products otherwise, which was seen to change the first passage of one question in 15, and the evidence of
one of ARCD's: .875 and .844 by the same program."""
EPSILON = 1e-4
EVERY = 4
"""The floor test asks every fourth question, so that it takes seconds; `sanad eval` asks all."""
READ_EVERY = 4
"""Of these every fourth is read too."""
READ = ("evidence", "first after reading", "F1")
"""Figures of these."""
PAIRS = {
    "ar-ar": ("xquad-dev.ar", "xquad-dev.ar"),
    "en-en": ("xquad-dev.en", "xquad-dev.en"),
    "en-ar": ("xquad-dev.ar", "xquad-dev.en"),
    "ar-en": ("xquad-dev.en", "xquad-dev.ar"),
    "arcd": ("arcd-dev.ar", "arcd-dev.ar"),
}

Figures = dict[str, float]


def questions() -> list[dict[str, Any]]:
    """The questions over the seed articles."""
    return [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]


def seed_articles() -> list[Path]:
    """The articles of the seeds folder, without the note on where they are from."""
    return sorted(SEEDS.glob("*.txt"))


def show(title: str, figures: Figures) -> None:
    """Print figures (`pytest -s`, or with a failure)."""
    lines = [f"  {name:26}{value:.3f}" for name, value in figures.items()]
    sys.stdout.write("\n".join(["", f"{title}:", *lines, ""]))


def is_right(hit: Hit, expected: list[str]) -> bool:
    """Whether a passage holds an expected excerpt, or more than half of one."""
    text = hit.article.text
    for excerpt in expected:
        start = text.find(excerpt)
        while start >= 0:
            shared = min(hit.end, start + len(excerpt)) - max(hit.start, start)
            if shared > len(excerpt) / 2:
                return True
            start = text.find(excerpt, start + 1)
    return False


def seeds_figures(assistant: Assistant) -> Figures:
    """Recall by language, and how answerable and unanswerable questions are told apart."""
    first: dict[str, list[bool]] = defaultdict(list)
    third: dict[str, list[bool]] = defaultdict(list)
    sure: dict[bool, list[bool]] = {True: [], False: []}
    for row in questions():
        answer = assistant.ask(row["question"], read_s=60)
        sure[row["answerable"]].append(answer.answered)
        if row["answerable"]:
            right = [is_right(hit, row["expected"]) for hit in answer.shown]
            first[row["language"]].append(any(right[:1]))
            third[row["language"]].append(any(right))
    figures = {f"{language} recall@3": _share(third[language]) for language in sorted(third)}
    figures |= {f"{language} recall@1": _share(first[language]) for language in ("ar", "en")}
    others = [one for language in first if language not in {"ar", "en"} for one in first[language]]
    return {
        **figures,
        "others recall@1": _share(others),
        "answerable answered": _share(sure[True]),
        "unanswerable refused": 1 - _share(sure[False]),
    }


def eval_figures() -> Figures:
    """Recall, evidence and confidence on a sample of the development questions."""
    figures: Figures = {}
    pools: dict[str, Pool] = {}
    try:
        for name, (corpus, asked) in PAIRS.items():
            if corpus not in pools:
                pools[corpus] = Pool([read_squad(DATA / f"{corpus}.json")])
            sample = read_squad(DATA / f"{asked}.json").questions[::EVERY]
            search = pools[corpus].collection.search
            good = found(ask_all(pools[corpus], sample, search))
            read = found(ask_all(pools[corpus], sample[::READ_EVERY]))
            figures |= {
                f"{name} recall@1": good.recall_1,
                f"{name} recall@10": good.recall_10,
                f"{name} evidence": read.evidence or 0.0,
                f"{name} first after reading": read.first,
                f"{name} F1": read.f1 or 0.0,
            }
            if name in {"ar-ar", "en-ar"}:
                sure = separate(pools[corpus], sample, search=search)
                figures[f"{name} AUROC"] = sure.auroc if sure else 0.0
    finally:
        for pool in pools.values():
            pool.close()
    return figures


def _share(values: list[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def digest(paths: list[Path]) -> str:
    """SHA-256 over files: figures over other questions cannot be compared."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def seeds_digest() -> str:
    """Digest of the questions and the articles they are asked over."""
    return digest([QUESTIONS, *seed_articles()])


def eval_digest() -> str:
    """Digest of the development sets that the floor is measured on."""
    return digest([DATA / f"{name}.json" for name in {name for pair in PAIRS.values() for name in pair}])


def pinned(part: str) -> dict[str, Any]:
    """One part of the floor file: its digest and figures; empty before it was first pinned."""
    if not FLOOR.exists():
        return {"digest": None, "figures": {}}
    found_part: dict[str, Any] = json.loads(FLOOR.read_text("utf-8")).get(part)
    return found_part or {"digest": None, "figures": {}}


def lower(part: str, old: Figures, new: Figures) -> list[str]:
    """Each figure that fell below its pinned value by more than one question, or is gone."""
    return [
        f"{name}: {new.get(name, 0.0):.4f}, pinned {value:.4f}"
        for name, value in old.items()
        if new.get(name, 0.0) < value - ONE["read" if name.endswith(READ) else part] - EPSILON
    ]


def pin(part: str, digest_: str, figures: Figures) -> None:
    """Write one part of the floor file; all of it or nothing."""
    whole = json.loads(FLOOR.read_text("utf-8")) if FLOOR.exists() else {}
    rounded = {name: round(value, 4) for name, value in sorted(figures.items())}
    whole[part] = {"digest": digest_, "figures": rounded}
    fresh = FLOOR.with_suffix(".tmp")
    fresh.write_text(json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    os.replace(fresh, FLOOR)  # noqa: PTH105  # the name says what it is for
