"""One call as action: `{"tool": name, "args": [...]}`."""

import json
from collections.abc import Sequence

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats.call import Call, Offered, from_json, is_json
from codeact_jupyter.ports import Action

_SHAPE = 'The action has to be one JSON object with "tool", the name of a function, and "args", the list of its arguments'


class JsonCall:
    """Reads the JSON of a call; `tools`: those that may be called, else any."""

    example = 'Action: {"tool": "len", "args": ["abc"]} End Action'

    def __init__(self, tools: Sequence[str] = ()):
        self._offered = Offered(tools)

    def ends(self, body: str) -> bool:
        return is_json(body)

    def read(self, body: str) -> Action:
        """Raises `ActionParseError`, with words for the model."""
        if not body.strip():
            raise ActionParseError(f"The action is empty. {_SHAPE}.")
        match from_json(body):
            case {"tool": str(tool), "args": args, **others}:
                given = tuple(args) if isinstance(args, list) else (args,)
                return self._offered.action(Call(tool.strip(), given), _unread([str(name) for name in others]))
            case {"tool": str()}:
                raise ActionParseError('"args" is missing: "args": [] calls without arguments.')
            case {"tool": _}:
                raise ActionParseError(f'"tool" has to be a name, as a string. {_SHAPE}.')
            case {**fields}:
                raise ActionParseError(f'"tool" is missing: there {_shown([str(name) for name in fields])}. {_SHAPE}.')
            case list():
                raise ActionParseError(f"The action is a list. {_SHAPE}; one call in a reply.")
            case _:
                raise ActionParseError(f"{_SHAPE}.")


def _unread(others: Sequence[str]) -> str:
    return f'Only "tool" and "args" were read, not {", ".join(map(json.dumps, others))}.' if others else ""


def _shown(fields: Sequence[str]) -> str:
    return f"is {', '.join(map(json.dumps, fields[:5]))}" if fields else "is nothing in the object"
