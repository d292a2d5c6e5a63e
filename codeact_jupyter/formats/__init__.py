"""The ways in which a model may write its actions, by name."""

from codeact_jupyter.formats.code import CodeFormat
from codeact_jupyter.formats.tool import ToolFormat

FORMATS = {"code": CodeFormat, "tool": ToolFormat}
