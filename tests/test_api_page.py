from __future__ import annotations

import inspect

import pytest

import assistant
import index
from tests.api_page import PAGE, page


def test_the_page_is_what_the_docstrings_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.api_page"


@pytest.mark.parametrize("module", [assistant, index], ids=lambda module: module.__name__)
def test_every_argument_and_attribute_is_told(module: object) -> None:
    for name in module.__all__:  # type: ignore[attr-defined]
        thing = getattr(module, name)
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            for member, function in inspect.getmembers(thing, inspect.isfunction):
                if not member.startswith("_"):
                    assert inspect.getdoc(function), f"{name}.{member}"
    assert f"## `{module.__name__}`" in PAGE.read_text("utf-8")  # type: ignore[attr-defined]
