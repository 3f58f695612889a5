"""Ask a language model by the protocol of OpenAI's chat completions.

Only this module imports the `openai` package, which the extra `sanad[llm]` installs, when something is first written.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from index import ModelError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence

    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

T = TypeVar("T")
Message = dict[str, str]

FIRST_S = 60.0
"""Seconds until the first token: a model on the processor reads three passages in half a minute."""
WHOLE_S = 180.0
"""Seconds until the last: an answer has a few sentences, and slow models write five tokens a second."""
CONNECT_S = 5.0
"""Seconds until the server takes the connection."""
MAX_CHARS = 12_000
"""Characters that are read; a model that repeats itself writes without end."""

Trouble = Literal["unreachable", "refused", "limited", "missing", "failed", "slow", "cut", "garbled", "busy"]
"""Why nothing, or not all, was written; `LINES` says it in words."""

LINES: dict[Trouble, str] = {
    "unreachable": "the language model's server cannot be reached",
    "refused": "the language model's server does not accept the key",
    "limited": "the language model's server takes no more requests now",
    "missing": "the language model's server has no such model or address",
    "failed": "the language model's server reports an error",
    "slow": "the language model took too long",
    "cut": "the language model stopped halfway",
    "garbled": "the language model's server sent something else than an answer",
    "busy": "too many answers and translations are being written at once",
}


class ModelTrouble(Exception):
    """The language model gave no answer, or not all of it. What its server said is not repeated: it may hold the key.

    Attributes:
        trouble: what happened.
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(LINES[trouble])
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model behind an address.

    Attributes:
        url: address of its server, up to and including `/v1`.
        name: name of the model, as the server knows it.
        key: sent to the server only; None: no key is sent.
    """

    url: str
    name: str
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check that the client is installed.

        Raises:
            ModelError: it is not.
        """
        if find_spec("openai") is None:
            raise ModelError("a language model needs the openai package: pip install 'sanad[llm]'")

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str]:
        """Yield what the model writes, piece by piece; leaving the loop ends the request.

        Raises:
            ModelTrouble: the server cannot be reached, refuses, is too slow, or sends no whole answer.
        """
        ends = time.monotonic() + FIRST_S
        wait = _Wait(ends)
        async with self._client() as client:
            try:
                answer = await wait.until(self._asked(client, messages))
                async with aclosing(_pieces(answer, wait)) as pieces:
                    async for piece in pieces:
                        yield piece
            except Exception as error:
                log.warning("%s: %s", self, type(error).__name__)  # not what it says: that may hold the key
                raise _translated(error, has_begun=wait.has_begun) from error

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AsyncOpenAI]:
        """Open a client of its own for one request, since connections belong to an event loop."""
        openai = await asyncio.to_thread(_library)
        timeout = openai.Timeout(WHOLE_S, connect=CONNECT_S)
        # a server that sends the passages on to another one is not the one that was named
        http = openai.DefaultAsyncHttpxClient(follow_redirects=False, timeout=timeout)
        async with openai.AsyncOpenAI(
            api_key=self.key or "none",
            base_url=self.url,
            max_retries=0,
            timeout=timeout,
            http_client=http,
        ) as client:
            yield client

    async def _asked(self, client: AsyncOpenAI, messages: Sequence[Message]) -> Any:  # noqa: ANN401  # a stream
        """Send the request, as sober as the model lets itself be asked."""
        openai = _library()
        nothing = openai.Omit()
        request: dict[str, Any] = {
            "model": self.name,
            "messages": list(messages),
            "stream": True,
            "extra_headers": {  # otherwise the library takes them from the environment
                "Authorization": f"Bearer {self.key}" if self.key else nothing,
                "OpenAI-Organization": nothing,
                "OpenAI-Project": nothing,
            },
        }
        try:
            return await client.chat.completions.create(**request, temperature=0)
        except openai.BadRequestError:  # models that reason take no temperature
            return await client.chat.completions.create(**request)


class _Wait:
    """Waits for one thing after the other until a time is over, which the first piece extends."""

    def __init__(self, ends: float) -> None:
        self._ends = ends
        self.has_begun = False

    async def until(self, work: Awaitable[T]) -> T:
        """Return the result.

        Raises:
            TimeoutError: it did not come in time.
        """
        # not `wait_for`, which before Python 3.12 may lose a cancellation
        async with asyncio.timeout(max(0.0, self._ends - time.monotonic())):
            return await work

    def begun(self) -> None:
        """Note that the model writes."""
        if not self.has_begun:
            self.has_begun = True
            self._ends += WHOLE_S - FIRST_S


def _library() -> Any:  # noqa: ANN401  # the module
    import openai

    return openai


async def _pieces(answer: Any, wait: _Wait) -> AsyncGenerator[str]:  # noqa: ANN401  # a stream
    """Yield the texts of a stream.

    Raises:
        ModelTrouble: it ended before the model had, or does not end.
    """
    reason, written = None, 0
    chunks = aiter(answer)
    while True:
        try:
            chunk = await wait.until(anext(chunks))
        except StopAsyncIteration:
            break
        for choice in (chunk.choices or [])[:1]:
            text = choice.delta.content if choice.delta else None
            reason = choice.finish_reason or reason
            if text is not None and not isinstance(text, str):
                raise ModelTrouble("garbled")
            if text:
                wait.begun()
                written += len(text)
                yield text
        if written > MAX_CHARS:
            break
    if reason != "stop" or written > MAX_CHARS:
        raise ModelTrouble("cut" if written else "garbled")


def _translated(error: Exception, *, has_begun: bool) -> ModelTrouble:
    """Return what an error of the client means; whatever else it raises comes from what the server sent."""
    openai = _library()
    if isinstance(error, ModelTrouble):
        return error
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return ModelTrouble("slow")
    if isinstance(error, openai.APIConnectionError):
        return ModelTrouble("cut" if has_begun else "unreachable")
    if isinstance(error, openai.APIStatusError):
        kinds: dict[int, Trouble] = {401: "refused", 403: "refused", 404: "missing", 429: "limited"}
        return ModelTrouble(kinds.get(error.status_code, "failed"))
    return ModelTrouble("failed" if type(error) is openai.APIError else "garbled")
