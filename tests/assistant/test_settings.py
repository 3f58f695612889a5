from __future__ import annotations

import pytest

from assistant.core.settings import SETTINGS, Settings, SettingsError, load
from assistant.options import parser


def test_the_command_line_is_before_the_environment_and_that_before_the_default() -> None:
    assert load({}, {}).port == 7860
    assert load({}, {"SANAD_PORT": "8001"}).port == 8001
    assert load({"port": "8002"}, {"SANAD_PORT": "8001"}).port == 8002
    assert load({"port": None}, {"SANAD_PORT": ""}).port == 7860


def test_every_setting_has_a_name_in_the_environment_and_a_sentence() -> None:
    for setting in SETTINGS:
        assert setting.variable == f"SANAD_{setting.name.upper()}"
        assert len(setting.help.split()) >= 3, setting.name
        assert hasattr(Settings(), setting.name)


def test_a_former_name_is_still_read() -> None:
    assert load({}, {"SANAD_AT_ONCE": "3"}).max_concurrent == 3
    assert load({}, {"SANAD_AT_ONCE": "3", "SANAD_MAX_CONCURRENT": "5"}).max_concurrent == 5
    assert vars(parser().parse_args(["serve", "--at-once", "7"]))["max_concurrent"] == "7"


@pytest.mark.parametrize(
    ("name", "near"),
    [("SANAD_PROT", "SANAD_PORT"), ("SANAD_HOEM", "SANAD_HOME"), ("SANAD_TOKENS", "SANAD_TOKEN")],
)
def test_an_unknown_name_is_an_error_that_names_the_nearest(name: str, near: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not a setting: did you mean {near}\\?"):
        load({}, {name: "x"})


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SANAD_PORT", "http", "whole number from 0 to 65535"),
        ("SANAD_PORT", "65536", "whole number from 0 to 65535"),
        ("SANAD_PORT", "-1", "whole number"),
        ("SANAD_READ_ONLY", "perhaps", "yes or no"),
        ("SANAD_TOKEN", "short", "at least 32"),
        ("SANAD_TOKEN", "with space " * 4, "without spaces"),
        ("SANAD_MAX_K", "0", "from 1 to 100"),
    ],
)
def test_a_bad_value_is_named_and_told_what_it_must_be(variable: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        load({}, {variable: value})
    assert variable in str(caught.value)


def test_a_bad_token_is_not_repeated_in_the_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, {"SANAD_TOKEN": "hunter2"})
    assert "hunter2" not in str(caught.value)
