"""What figures show, in words: said in the kernel when they are displayed, for models that do not see."""

import ast
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from codeact_jupyter.kernel.probe import own_namespace
from codeact_jupyter.output_text import image_keys

TOLD = (
    "(lambda told: told() if told else '{}')(getattr(__import__('IPython').get_ipython().display_formatter.format, 'codeact_told', None))"
)
"""Worth what was said since it was last asked for; short, since it goes with each action."""


def install() -> str:
    """An expression that has figures described from now on; asked for once in each process of a kernel."""
    source = (files("codeact_jupyter.kernel") / "described.py").read_text(encoding="utf-8")
    return own_namespace(source, "install(__import__('IPython').get_ipython())")


def parse(text_plain: str, outputs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Of these outputs' images, what they show; empty when the answer is none."""
    try:
        said = dict(json.loads(ast.literal_eval(text_plain)))
    except (ValueError, SyntaxError, TypeError):
        return {}
    return {one: said[one] for output in outputs for one in image_keys(output.get("data", {})) if one in said}
