"""Keys in use are told to nobody: not to the model, the record, an export or an error.  Pure."""

from collections.abc import Iterable

MASK = "[key hidden]"
SHORTEST = 6
"""Characters; what is shorter is no key that anybody would miss, and masking it would tear words apart."""


def masked(text: str, keys: Iterable[str]) -> str:
    """The text without these keys, in whatever it stands."""
    for key in sorted({key for key in keys if len(key) >= SHORTEST}, key=len, reverse=True):
        text = text.replace(key, MASK)
    return text
