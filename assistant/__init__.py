"""Answers questions from ranked passages, over chat, HTTP, the command line and Python.

`from assistant import Assistant` is all a program needs; names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.core.answer import Answer
    from assistant.core.assistant import Assistant
    from assistant.serving.async_assistant import AsyncAssistant
    from assistant.writing.client import LanguageModel

_HOME_OF = {
    "Answer": "assistant.core.answer",
    "Assistant": "assistant.core.assistant",
    "AsyncAssistant": "assistant.serving.async_assistant",
    "LanguageModel": "assistant.writing.client",
}

__all__ = ["Answer", "Assistant", "AsyncAssistant", "LanguageModel"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # any public name
    if name not in _HOME_OF:
        raise AttributeError(f"module 'assistant' has no name {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
