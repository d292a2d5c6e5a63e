"""The ways in which a model may write its actions, by name."""

from collections.abc import Sequence

from codeact_jupyter.formats.code import CodeFormat
from codeact_jupyter.formats.tool import ToolFormat
from codeact_jupyter.ports import ActionFormat

FORMATS: dict[str, type[CodeFormat] | type[ToolFormat]] = {"code": CodeFormat, "tool": ToolFormat}


def evaluated(name: str, tools: Sequence[str] = ()) -> ActionFormat:
    """A format as evaluations take it; `tools` names those that a task offers: others are refused with words.  Empty: any name."""
    return FORMATS[name]()
