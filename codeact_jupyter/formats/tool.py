"""Code as action by native calls: `execute`, `wait` and `interrupt`; a reply without a call is the answer."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.arguments import Growing
from codeact_jupyter.calls import Call, cell, code_key, kind, scratch, seconds, tidy
from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import Event, Observed
from codeact_jupyter.formats.code import CUT, LONGEST_WAIT, CodeFormat
from codeact_jupyter.ports import Action, Code, Draft, Interrupt, Reply, Wait
from codeact_jupyter.position import this_run

FORM = (
    'Call execute with an object such as {"code": "print(1 + 1)"}, one call in a reply. A reply without a call is your answer to the user.'
)
SEVERAL = "Your reply held more than one call: only the first was taken. Send one, then read what comes of it."
_WAIT = 60.0
_WRAPPED = re.compile(r"<execute\b|[`~]{3}", re.IGNORECASE)
_IN_TEXT = re.compile(r"<tool_call>\s*(\{.*?\})\s*(?:</tool_call>|\Z)|\A\s*(\{.*\})\s*\Z", re.DOTALL | re.IGNORECASE)


def _tool(name: str, description: str, required: Sequence[str] = (), **parameters: Mapping[str, str]) -> dict[str, Any]:
    schema = {"type": "object", "properties": parameters, "required": list(required)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


TOOLS = (
    _tool(
        "execute",
        "Run Python in the notebook's kernel, as a cell. What it prints, shows or raises comes back.",
        ["code"],
        # before the code: a model that keeps this order lets it stream into the right cell
        cell={"type": "string", "description": "Id of the cell to rewrite in its place. Leave out for a new cell."},
        scratch={"type": "boolean", "description": "True: only to look around; the cell is gone when you answer."},
        code={"type": "string", "description": "The Python code."},
    ),
    _tool(
        "wait",
        "Go on waiting for the code that still runs.",
        ["seconds"],
        seconds={"type": "number", "description": "At most this long, up to 600."},
    ),
    _tool("interrupt", "Interrupt the code that still runs."),
)


class ToolFormat:
    """Reads actions out of native calls, and out of the text of models that write them there all the same."""

    def __init__(self) -> None:
        self.tools: Sequence[Mapping[str, Any]] = TOOLS
        self._text = CodeFormat()
        self._growing, self._seen = Growing(), ""

    def give_up(self) -> None:
        """The server takes no tools: from now on as text."""
        self.tools = ()

    def draft(self, text: str) -> Draft | None:
        return self._text.draft(text)

    def draft_call(self, name: str, arguments: str) -> Draft | None:
        """The code so far; None while there is none, or while what will be taken of it is not clear."""
        if not arguments.startswith(self._seen):
            self._growing = Growing()
        self._growing.read(arguments)
        self._seen, values = arguments, self._growing.values
        key = code_key(kind(name), values) if name else None
        source = "" if key is None else tidy(str(values[key]))
        if not source or source[0] in "<`~":  # no Python begins so
            return None
        place = {**values, "cell": None} if self._growing.growing in ("cell", "cell_id") else values
        return Draft(Code(source, cell(place), scratch(place) and not cell(place)), complete=self._growing.whole)

    def parse(self, reply: Reply, history: Sequence[Event]) -> Action:
        """Raises `ActionParseError`, with words for the model, when the reply is neither an action nor an answer."""
        if reply.calls:
            return _action(Call.of(reply.calls[0]), reply, history)
        if (written := _IN_TEXT.search(reply.text)) and (call := _written(written[1] or written[2])):
            return _action(call, reply, history)
        if self.tools and not reply.text.strip():
            raise ActionParseError(_help("The reply holds neither a call nor an answer.", history))
        return self._text.parse(reply, history)


def _action(call: Call, reply: Reply, history: Sequence[Event]) -> Action:
    values = call.values()
    if reply.cut and len(reply.calls) < 2 and not _came_whole(call):
        raise ActionParseError(CUT)
    match call.kind:
        case "wait":
            return Wait(min(max(seconds(values or {}, _WAIT), 1.0), LONGEST_WAIT))
        case "interrupt":
            return Interrupt()
        case _:
            return _code(call, values or {}, SEVERAL if len(reply.calls) > 1 else "", history)


def _code(call: Call, values: Mapping[str, object], note: str, history: Sequence[Event]) -> Code:
    source = call.source()
    if source is None:
        raise ActionParseError(_help(_wrong(call), history))
    source = tidy(source)
    if _WRAPPED.match(source):  # in the text format's tags, or in a fence
        inner = CodeFormat().parse(Reply(source), ())
        source = inner.source if isinstance(inner, Code) else source
    if not source:
        raise ActionParseError(_help("The call holds no code.", history))
    place = cell(values)
    return Code(source, place, scratch(values) and not place, note)


def _came_whole(call: Call) -> bool:
    growing = Growing()
    growing.read(call.arguments)
    return growing.whole


def _wrong(call: Call) -> str:
    if not call.kind:
        return f"There is no tool {json.dumps(call.shown_name)}: there are execute, wait and interrupt."
    if call.values() is None:
        return "The arguments of the call are no JSON object that could be read: look at quotes, backslashes and line ends."
    return "The call holds no code." if not call.values() else 'The code has to stand under "code".'


def _written(text: str) -> Call | None:
    """A call that stands in the text: the server has no reader for this model's calls."""
    growing = Growing()
    growing.read(text)
    match growing.values:
        case {"name": str(name), "arguments": dict() | str() as held} | {"name": str(name), "parameters": dict() | str() as held} if kind(
            name
        ):
            return Call(name, held if isinstance(held, str) else json.dumps(held))
        case _:
            return None


def _help(what: str, history: Sequence[Event]) -> str:
    """The form is shown once in a run; a model that has seen it is only reminded."""
    shown = any(isinstance(event, Observed) and FORM in event.text for event in this_run(history))
    return f"{what} Nothing ran. " + ("Call execute with code, or answer in words." if shown else FORM)
