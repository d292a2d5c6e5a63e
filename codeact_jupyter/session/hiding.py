"""A model that is told no key, and whose replies hold none: what passes here is all that goes to it and comes from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeact_jupyter.masking import Veil
from codeact_jupyter.ports import Listener, Model, Reply


class Hiding:
    """A `ports.Model`."""

    def __init__(self, model: Model, veil: Veil):
        self._model, self._veil = model, veil

    async def reply(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], listener: Listener) -> Reply:
        behind = _Behind(listener, self._veil)
        reply = await self._model.reply(self._veil.value(list(messages)), tools, behind)
        behind.end()
        return replace(reply, text=self._veil.text(reply.text), calls=self._veil.value(reply.calls))


class _Behind:
    """Hears the reply first: what may be the beginning of a key waits for what follows."""

    def __init__(self, listener: Listener, veil: Veil):
        self._listener, self._veil = listener, veil
        self._held = ""
        self._enough = False

    def begin(self) -> None:
        self._held, self._enough = "", False
        self._listener.begin()

    def text(self, delta: str) -> bool:
        text = self._veil.text(self._held + delta)
        told = text[: len(text) - self._veil.begun(text)]
        self._held = text[len(told) :]
        return not told or self._tell(told)

    def call(self, name: str, arguments: str) -> bool:
        hidden = self._veil.text(arguments)
        return self._listener.call(name, hidden[: len(hidden) - self._veil.begun(hidden)])

    def end(self) -> None:
        """Nothing follows."""
        if self._held and not self._enough:
            self._tell(self._held)

    def _tell(self, text: str) -> bool:
        self._enough = not self._listener.text(text)
        return not self._enough
