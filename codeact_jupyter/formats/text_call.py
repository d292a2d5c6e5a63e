"""One call as action: `name, argument, argument`."""

from collections.abc import Sequence

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.formats.call import Call, Offered
from codeact_jupyter.ports import Action


class TextCall:
    """Reads a call in text; `tools`: those that may be called, else any."""

    example = "Action: round, 3.14159, 2 End Action"

    def __init__(self, tools: Sequence[str] = ()):
        self._offered = Offered(tools)

    def ends(self, body: str) -> bool:
        return True

    def read(self, body: str) -> Action:
        """Raises `ActionParseError`, with words for the model."""
        name, *args = (piece.strip() for piece in body.split(","))
        if not name:
            raise ActionParseError("The action names no function: write its name, then its arguments, all parted by commas.")
        return self._offered.action(Call(name, tuple(map(value, args))))


def value(text: str) -> int | float | str:
    """An argument as what it could be: a whole number, else a number, else the words as they stand."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
