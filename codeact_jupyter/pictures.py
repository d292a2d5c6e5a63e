"""Figures for a model that sees: taken out of outputs, and made small enough to be sent.

Pure.  Larger ones are scaled by Pillow, which is there wherever matplotlib is; without it they are not sent.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from codeact_jupyter.output_text import pixels, text_of

SIDE = 768
"""Pixels of the longer side, at most."""
MOST = 3
"""Figures of one cell that are sent: the last ones."""
_KINDS = ("image/png", "image/jpeg")
_LARGEST = 6_000_000  # characters of an output; what is beyond is no figure but a photograph or a poster
_HEAVY = 500_000  # bytes of a small image that is better sent as JPEG

Picture = tuple[bytes, str]
"""The bytes, and their media type."""


def pictures(outputs: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """The last figures among these outputs, as nbformat has them; each once."""
    found: dict[bytes, str] = {}
    for output in reversed(outputs):
        data = output.get("data", {})
        kind = next((kind for kind in _KINDS if kind in data), None)
        content = text_of(data[kind]) if kind else ""
        if kind and len(found) < MOST and len(content) <= _LARGEST and (raw := _decoded(content)):
            found.setdefault(raw, kind)
    return [*reversed(found.items())]


def fitted(picture: Picture) -> Picture | None:
    """No longer than `SIDE`; None: it cannot be made so."""
    content, kind = picture
    measured = pixels(content)
    fits = measured is not None and min(measured) > 0 and max(measured) <= SIDE
    if fits and len(content) <= _HEAVY:
        return picture
    try:
        # imported here: it is heavy, and need not be installed
        from PIL import Image
    except ImportError:
        return picture if fits else None
    try:
        with Image.open(BytesIO(content)) as opened:
            seen = opened.convert("RGBA")
        seen.thumbnail((SIDE, SIDE))
        made = BytesIO()
        if kind == "image/png":
            seen.save(made, "PNG")
        if 0 < len(made.getvalue()) <= _HEAVY:
            return made.getvalue(), kind
        flat = Image.new("RGB", seen.size, "white")
        flat.paste(seen, mask=seen.getchannel("A"))
        made = BytesIO()
        flat.save(made, "JPEG", quality=85)
        return made.getvalue(), "image/jpeg"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow raises for images that are none, or too large
        return None


def as_url(picture: Picture) -> str:
    """One that holds the image itself."""
    content, kind = picture
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):  # not as nbformat has it
        return b""
