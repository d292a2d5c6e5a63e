"""Code as action in evaluations: between `<execute>` tags as ever, or with the labels that the other formats have there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import Event
from codeact_jupyter.formats.code import CodeFormat, first
from codeact_jupyter.formats.labelled import Labelled, labelled
from codeact_jupyter.ports import Action, Answer, Code, Draft, Reply
from codeact_jupyter.source import dedent, parses

_PREFIX = re.compile(r"\A\**Answer\**[ \t]*:\**\s*")
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")


class LabelledCode:
    """An `ActionFormat`: tags go before labels; a reply with neither is the answer."""

    tools: Sequence[Mapping[str, Any]] = ()

    def __init__(self) -> None:
        self._tagged, self._labelled = CodeFormat(), Labelled(Python())

    def draft(self, text: str) -> Draft | None:
        return self._tagged.draft(text) or self._labelled.draft(text)

    def draft_call(self, name: str, arguments: str) -> Draft | None:
        """Nothing: no calls are offered."""
        return None

    def parse(self, reply: Reply, history: Sequence[Event]) -> Action:
        """Raises `ActionParseError`, with words for the model, when the reply is neither an action nor an answer."""
        if first(reply.text, whole=not reply.cut) is None and labelled(reply.text):
            return self._labelled.parse(reply, history)
        action = self._tagged.parse(reply, history)
        return Answer(_PREFIX.sub("", action.text)) if isinstance(action, Answer) else action


class Python:
    """Reads code between labels; that it is none, the kernel says."""

    example = "Action:\nprint(1 + 1)\nEnd Action"

    def ends(self, body: str) -> bool:
        return parses(_tidy(body))

    def read(self, body: str) -> Action:
        """Raises `ActionParseError`, with words for the model."""
        if source := _tidy(body):
            return Code(source)
        raise ActionParseError("The action holds no code.")


def _tidy(body: str) -> str:
    return dedent(_BLANK_LINES.sub("", body)).rstrip()
