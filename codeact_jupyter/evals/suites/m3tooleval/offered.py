"""What makes a task's tools in its kernel: the text of `offer`, with the source that they need."""

import ast
import inspect
from collections.abc import Mapping
from typing import Any


def setup(source: str, entry: str, files: Mapping[str, str]) -> str:
    """Python for a kernel, after which the tools are there by their names, as if nothing had happened before."""
    held = (source, entry, dict(files))
    code = f"{inspect.getsource(offer)}\noffer({', '.join(map(repr, held))}, globals())\ndel offer\n"
    ast.parse(code)
    return code


def offer(source: str, entry: str, files: dict[str, str], into: dict[str, object]) -> None:
    """`entry` is a mapping of tools in there, or a function that makes one; files are read from memory."""
    # it stands alone in the kernel, so it brings its imports
    import collections
    import io
    import pathlib

    def read(name: str, *_: object, **__: object) -> io.StringIO:
        return io.StringIO(files[pathlib.Path(name).name])

    ToolType = collections.namedtuple("ToolType", ["name", "description", "function", "fn_signature"])
    space: dict[str, Any] = {"__name__": "tools", "__file__": "tools.py", "open": read, "ToolType": ToolType}
    exec(compile(source, "<tools>", "exec"), space)
    tools = space[entry]
    for name, tool in (tools() if callable(tools) else tools).items():
        into[name] = tool.function
