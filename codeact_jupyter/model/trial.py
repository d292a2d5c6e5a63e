"""“Test”: what a model can do, found out by asking it over the same connection that runs use.

Three short requests and the server's own lists: some 500 tokens (models that think aloud may take more), each bounded in time.
Imported at first use, like `stream`.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

from codeact_jupyter.errors import ModelError
from codeact_jupyter.model import discover, faults, probes
from codeact_jupyter.model.discover import Listed, NoList
from codeact_jupyter.model.faults import Asked, Fault
from codeact_jupyter.model.stream import Connection
from codeact_jupyter.ports import Reply

Result = Literal["yes", "no", "unknown"]

_FIRST_SECONDS = 120.0
"""For the first reply: a local server may have to load the model."""
_SECONDS = 60.0
_LONGEST_PAUSE = 5.0
"""Before a request that failed in passing is sent once more."""
_ENOUGH = 1500
"""Characters after which a reply that does not end is closed."""
_APART = 0.02
"""Seconds between first and last piece from which on a reply has streamed."""
_SMALL = 16_384
"""Tokens below which a run of many steps has to forget early."""


@dataclass(frozen=True)
class Target:
    """What is tried."""

    kind: str
    base_url: str
    model: str
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Check:
    """What was found of one thing."""

    check: Literal["reachable", "answers", "streams", "usage", "tools", "images", "context"]
    result: Result
    words: str
    """What was found and, where it is not well, what to do."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What follows from all of it."""

    format: Literal["code", "tool"]
    images: bool
    context_length: int | None
    works: bool
    """A run could start."""
    tokens: int
    """That the test cost, as the server counted or as they were estimated."""
    seconds: float
    words: str
    check: Literal["done"] = "done"


async def trial(target: Target) -> AsyncGenerator[Check | Verdict, None]:
    """One check after the other as it ends, and last the verdict.  Raises nothing that a server can cause."""
    tried = _Trial(target)
    try:
        async with aclosing(tried.checks()) as checks:
            async for check in checks:
                yield check
        yield tried.verdict()
    finally:
        await tried.close()


class _Trial:
    """What is known so far."""

    def __init__(self, target: Target):
        self._target = target
        self._asked = Asked(target.model, faults.shown_url(target.base_url), bool(target.api_key))
        self._connection: Connection | None = None
        self._began = time.monotonic()
        self._listed: tuple[Listed, ...] = ()
        self._results: dict[str, Result] = {}
        self._context: int | None = None
        self._requests = self._tokens = 0

    async def checks(self) -> AsyncGenerator[Check, None]:
        """All of them; after a server that cannot be reached, or a model that does not answer, the rest is not tried."""
        yield self._noted(await self._reachable())
        if self._results["reachable"] == "no":
            for check in self._untried("answers", "streams", "usage", "tools", "images", "context"):
                yield check
            return
        for check in await self._answers():
            yield self._noted(check)
        if self._results["answers"] == "no":
            for check in self._untried("streams", "usage", "tools", "images"):
                yield check
        else:
            yield self._noted(await self._tools())
            yield self._noted(await self._images())
        yield self._noted(await self._length())

    def verdict(self) -> Verdict:
        """Of the checks that ended."""
        works = self._results.get("answers") == "yes"
        tools, images = self._results.get("tools") == "yes", self._results.get("images") == "yes"
        cost = f"The test took {self._requests} requests and about {self._tokens} tokens."
        if works:
            how = "as tool calls" if tools else "in its text"
            window = f"{self._context:,} tokens at once" if self._context else "a window of unknown size"
            words = f"It can be used: it writes its actions {how}, {'sees' if images else 'does not see'} figures, and has {window}. {cost}"
        else:
            words = f"It cannot be used yet: see what is said above. {cost}"
        spent = time.monotonic() - self._began
        return Verdict("tool" if tools else "code", images, self._context, works, self._tokens, round(spent, 2), words)

    async def close(self) -> None:
        if self._connection:
            await self._connection.aclose()

    def _noted(self, check: Check) -> Check:
        self._results[check.check] = check.result
        return check

    def _untried(self, *names: Any) -> list[Check]:
        why = "the server cannot be reached" if self._results["reachable"] == "no" else "the model does not answer"
        return [self._noted(Check(name, "unknown", f"Not tried: {why}.")) for name in names]

    async def _reachable(self) -> Check:
        began, model = time.monotonic(), self._target.model
        try:
            self._listed = await discover.models(self._target.base_url, self._target.api_key)
        except NoList as error:
            return Check("reachable", "unknown", f"{error} The model is asked all the same.", _since(began))
        except ModelError as error:
            return Check("reachable", "no", str(error), _since(began))
        number = "1 model" if len(self._listed) == 1 else f"{len(self._listed)} models"
        known = any(entry.id in (model, f"{model}:latest") for entry in self._listed)
        some = ", ".join(entry.id for entry in self._listed[:3]) + (", …" if len(self._listed) > 3 else "")
        missing = f" ({some}), but not {model!r}, which is asked all the same" if self._listed and not known else ""
        return Check("reachable", "yes", f"The server at {self._asked.url} answers and lists {number}{missing}.", _since(began))

    async def _answers(self) -> Sequence[Check]:
        heard, began = _Heard(), time.monotonic()
        outcome = await self._ask(probes.COUNT, heard, _FIRST_SECONDS)
        if isinstance(outcome, Fault):
            return [Check("answers", "no", self._words(outcome), _since(began))]
        first = f"after {heard.first - began:.1f} s" if heard.first else "without text"
        said = faults.one_line(outcome.text)[:60]
        counted = not outcome.usage.estimated
        return [
            Check("answers", "yes", f"It answered {first}: “{said}”", _since(began)),
            _streamed(heard, began),
            Check("usage", "yes", f"The server counts: {outcome.usage.prompt} tokens sent, {outcome.usage.completion} received.")
            if counted
            else Check("usage", "no", "The server does not count tokens: about four characters are taken for one."),
        ]

    async def _tools(self) -> Check:
        began = time.monotonic()
        outcome = await self._ask(probes.USE_TOOL, _Heard(), _SECONDS, tools=[probes.TOOL])
        hint = probes.TOOL_HINTS.get(self._target.kind, "")
        instead = f" It works all the same: actions are written in the reply's text.{hint}"
        if isinstance(outcome, Fault):
            return Check("tools", "no", self._words(outcome, advice=False) + instead, _since(began))
        if any(probes.used_tool(call) for call in outcome.calls):
            return Check("tools", "yes", "It called the tool it was given.", _since(began))
        what = "called the tool in a form that cannot be used" if outcome.calls else "answered in words where a tool call was asked for"
        return Check("tools", "no", f"It {what}.{instead}", _since(began))

    async def _images(self) -> Check:
        began, colour = time.monotonic(), random.choice(sorted(probes.COLOURS))
        outcome = await self._ask(probes.which_colour(colour), _Heard(), _SECONDS)
        instead = "Figures are described to it in words."
        if isinstance(outcome, Fault):
            return Check("images", "no", f"{self._words(outcome, advice=False)} {instead}", _since(began))
        if probes.saw(outcome.text, colour):
            return Check("images", "yes", f"It saw that a picture was {colour}.", _since(began))
        said = faults.one_line(outcome.text)[:60]
        return Check("images", "no", f"It did not see a picture that was {colour}: “{said}”. {instead}", _since(began))

    async def _length(self) -> Check:
        began, kind = time.monotonic(), self._target.kind
        length = await discover.context_length(kind, self._target.base_url, self._target.model, self._listed)
        self._context = length
        if length is None:
            return Check(
                "context", "unknown", "The server does not say how much the model can be sent. Most can take enough.", _since(began)
            )
        small = f" That is little: long runs have to forget early.{probes.WINDOW_HINTS.get(kind, '')}" if length < _SMALL else ""
        return Check("context", "yes", f"The model can be sent {length:,} tokens.{small}", _since(began))

    async def _ask(self, messages: Sequence[Mapping[str, Any]], heard: "_Heard", seconds: float, **more: Any) -> Reply | Fault:
        """Once, and once more if what went wrong may pass."""
        if fault := self._unfit():
            return fault
        outcome = await self._try(messages, heard, seconds, more)
        if isinstance(outcome, Fault) and outcome.kind == "passing" and outcome.waited:
            await asyncio.sleep(min(outcome.asked_wait or outcome.first_pause, _LONGEST_PAUSE))
            outcome = await self._try(messages, heard, seconds, more)
        return outcome

    async def _try(self, messages: Sequence[Mapping[str, Any]], heard: "_Heard", seconds: float, more: Mapping[str, Any]) -> Reply | Fault:
        if self._connection is None:
            self._connection = await asyncio.to_thread(Connection, self._asked, self._target.base_url, self._target.api_key or "-")
        request = {"model": self._target.model or "default", "messages": messages, "stream_options": {"include_usage": True}, **more}
        self._requests += 1
        try:
            async with asyncio.timeout(seconds):
                outcome = await self._connection.ask(request, heard, seconds)
        except TimeoutError:
            return faults.silent(self._asked, seconds, spoke=bool(heard.first))
        if isinstance(outcome, Reply):
            self._tokens += outcome.usage.prompt + outcome.usage.completion
        return outcome

    def _unfit(self) -> Fault | None:
        key = self._target.api_key
        return None if key.isascii() and key.isprintable() else faults.unusable_key()

    def _words(self, fault: Fault, advice: bool = True) -> str:
        words = f"{fault.what}. {fault.advice}" if advice else f"{fault.what}."
        return faults.masked(words, self._target.api_key)


class _Heard:
    """Hears when the pieces of a reply come (`ports.Listener`)."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.first = self.last = 0.0
        self.pieces = self._characters = 0

    def text(self, delta: str) -> bool:
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.pieces += 1
        self._characters += len(delta)
        return self._characters < _ENOUGH

    def call(self, name: str, arguments: str) -> bool:
        return len(arguments) < _ENOUGH


def _streamed(heard: _Heard, began: float) -> Check:
    spread = heard.last - heard.first
    if heard.pieces > 1 and spread >= _APART:
        return Check("streams", "yes", f"It came in {heard.pieces} pieces over {spread:.1f} s.")
    if heard.pieces > 1 and heard.last - began < 10 * _APART:
        return Check("streams", "unknown", "It came too fast to tell whether it streams.")
    return Check(
        "streams",
        "no",
        "It came in one piece: code is seen when it is whole. If a proxy stands before the server, have it pass on what it gets at once.",
    )


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)
