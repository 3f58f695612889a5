"""How long the fault tests go on: seconds in every run, minutes with `--nightly`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="the long rounds of the fault tests")


@pytest.fixture(scope="session")
def nightly(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--nightly", default=False))
