"""The ways in which a model may write its actions, by name."""

from collections.abc import Callable, Sequence

from codeact_jupyter.formats.code import CodeFormat
from codeact_jupyter.formats.flow import Flow
from codeact_jupyter.formats.json_call import JsonCall
from codeact_jupyter.formats.labelled import Labelled
from codeact_jupyter.formats.labelled_code import LabelledCode
from codeact_jupyter.formats.text_call import TextCall
from codeact_jupyter.formats.tool import ToolFormat
from codeact_jupyter.ports import ActionFormat

FORMATS: dict[str, Callable[[], ActionFormat]] = {
    "code": CodeFormat,
    "tool": ToolFormat,
    "json": lambda: Labelled(JsonCall()),
    "text": lambda: Labelled(TextCall()),
    "flow": lambda: Labelled(Flow()),
}


def evaluated(name: str, tools: Sequence[str] = ()) -> ActionFormat:
    """A format as evaluations take it; `tools` names those that a task offers: others are refused with words.  Empty: any name."""
    match name:
        case "code":
            return LabelledCode()
        case "json":
            return Labelled(JsonCall(tools))
        case "text":
            return Labelled(TextCall(tools))
        case "flow":
            return Labelled(Flow(tools))
        case _:
            return FORMATS[name]()
