"""A run's model that gets along with its server."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from codeact_jupyter.errors import NotTaken
from codeact_jupyter.formats.tool import ToolFormat
from codeact_jupyter.ports import ActionFormat, Listener, Model, Reply
from codeact_jupyter.prompt import Conversation

_INSTEAD = {"tools": "Going on with code in the reply's text.", "images": "Going on without images; figures are described."}


class Yielding:
    """A `ports.Model`: what the server does not take (tools, images), the rest of the run goes on without."""

    def __init__(self, model: Model, format: ActionFormat, prompt: Conversation, tell: Callable[[str], None]):
        self._model, self._format, self._prompt, self._tell = model, format, prompt, tell

    async def reply(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], listener: Listener) -> Reply:
        while True:
            try:
                return await self._model.reply(messages, tools, listener)
            except NotTaken as refused:
                self._tell(f"{refused} {_INSTEAD[refused.what]}")
                if refused.what == "tools" and isinstance(self._format, ToolFormat):
                    self._format.give_up()
                    tools = ()
                self._prompt.without(refused.what)
                messages = await self._prompt.again()
