"""The ways in which a model may write its actions, by name."""

from codeact_jupyter.formats.code import CodeFormat
from codeact_jupyter.formats.tool import ToolFormat

FORMATS: dict[str, type[CodeFormat] | type[ToolFormat]] = {"code": CodeFormat, "tool": ToolFormat}
