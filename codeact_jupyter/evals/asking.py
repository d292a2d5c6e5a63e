"""The system message of an evaluation: the same words for every format, but for how a reply is written."""

from collections.abc import Sequence

from codeact_jupyter.evals.task import Tool
from codeact_jupyter.prompt import system as usual


def system(format: str, tools: Sequence[Tool]) -> str:
    """Tasks with tools name them, with their signatures; others are asked as every run is."""
    if not tools:
        return usual(format)
    told = "\n".join(f"[{number}] {tool.name}: {tool.description}\n    Signature: {tool.signature}" for number, tool in enumerate(tools, 1))
    return f"You have access to the following tools; they are in the kernel already:\n{told}\n\n{usual(format)}"
