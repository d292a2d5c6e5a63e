"""What is asked in a test of a model, and what a reply to it shows.  Pure."""

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

Messages = Sequence[Mapping[str, Any]]

COLOURS = {"green": (0, 160, 0), "orange": (255, 140, 0), "purple": (128, 0, 160), "yellow": (255, 230, 0), "black": (0, 0, 0)}
"""Names and what they look like: not the ones that a model without eyes would guess first."""

COUNT: Messages = ({"role": "user", "content": "Count from one to twelve in words, separated by spaces. Write nothing else."},)
"""Long enough to be seen to stream."""

USE_TOOL: Messages = (
    {"role": "user", "content": "What is 1234 * 5678? Call the tool `execute` with Python code that prints it. Do not answer in words."},
)
TOOL = {
    "type": "function",
    "function": {
        "name": "execute",
        "description": "Runs Python code and returns what it prints.",
        "parameters": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
    },
}
TOOL_HINTS = {
    "vllm": " vLLM has to be started with --enable-auto-tool-choice and a --tool-call-parser.",
    "llamacpp": " llama.cpp has to be started with --jinja.",
    "ollama": " Ollama's library marks the models that can with “tools”.",
}
"""What makes a server of this kind take tool calls."""

WINDOW_HINTS = {
    "ollama": " Start it with OLLAMA_CONTEXT_LENGTH=32768, if there is memory for it.",
    "llamacpp": " Start it with a larger --ctx-size, if there is memory for it.",
    "vllm": " Start it with a larger --max-model-len, if there is memory for it.",
    "lmstudio": " Load the model with a larger context length, if there is memory for it.",
}
"""What makes a server of this kind take longer requests."""


def which_colour(colour: str) -> Messages:
    """Asks for the colour of a picture that has one."""
    url = f"data:image/png;base64,{base64.b64encode(_png(COLOURS[colour])).decode()}"
    words = "Which colour is this picture? Answer with the colour's name alone."
    return ({"role": "user", "content": [{"type": "text", "text": words}, {"type": "image_url", "image_url": {"url": url}}]},)


def saw(reply: str, colour: str) -> bool:
    """The reply names this colour, and no other."""
    return {word for word in COLOURS if word in reply.lower()} == {colour}


def used_tool(call: str) -> bool:
    """A native call of `TOOL`, with code."""
    match json.loads(call):
        case {"name": "execute", "arguments": str(arguments)}:
            try:
                given = json.loads(arguments)
            except ValueError:
                return False
            return isinstance(given, dict) and isinstance(given.get("code"), str)
        case _:
            return False


def _png(colour: tuple[int, int, int], side: int = 64) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
