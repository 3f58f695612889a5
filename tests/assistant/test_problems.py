from __future__ import annotations

import os

import pytest

import assistant.server  # noqa: F401  # its errors are subclasses too
import index
from assistant.core import problems
from assistant.core.settings import SettingsError
from index import ModelError, NotFound, QuestionError, SanadError, StoreError, StoreUnavailable


def _subclasses(kind: type[SanadError]) -> set[type[SanadError]]:
    return {kind}.union(*(_subclasses(sub) for sub in kind.__subclasses__()))


def test_every_error_of_ours_has_a_row_of_its_own() -> None:
    for name in index.__all__:
        getattr(index, name)  # so that all classes are defined
    assert _subclasses(SanadError) == set(problems.OUTCOMES)


def test_slugs_are_unique_and_codes_are_those_of_sysexits() -> None:
    rows = problems.OUTCOMES.values()
    assert len({row.slug for row in rows}) == len(rows)
    assert all(os.EX_USAGE <= row.exit_code <= os.EX_CONFIG for row in rows)
    assert all(400 <= row.status <= 599 for row in rows)


def test_an_error_without_a_row_takes_that_of_its_base() -> None:
    class StoreHaunted(StoreError):
        pass

    assert problems.outcome(StoreHaunted("boo")) == problems.OUTCOMES[StoreError]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (QuestionError("empty"), 422, 64),
        (NotFound("no article 'x'"), 404, 66),
        (StoreUnavailable("locked"), 503, 74),
        (ModelError("no such model"), 503, 69),
        (SettingsError("--port"), 500, 78),
    ],
)
def test_status_and_exit_code(error: SanadError, status: int, code: int) -> None:
    assert problems.outcome(error)[:2] == (status, code)


def test_a_stranger_is_told_what_to_mend_but_not_what_this_machine_looks_like() -> None:
    assert problems.problem(QuestionError("empty"))["detail"] == "empty"
    told = problems.problem(StoreUnavailable("/home/amal/var is not writable"))
    assert "amal" not in str(told)
    assert "in the server's log" in told["detail"]
