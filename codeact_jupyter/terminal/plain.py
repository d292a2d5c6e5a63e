"""Text of others on a terminal: it is shown, and commands nothing."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_TAB = "\t"


def without_commands(text: str) -> str:
    """Nothing in it moves the cursor or colours the screen."""
    return _CONTROL.sub("", text)


def spelt_out(code: str) -> str:
    """Code that somebody has to judge: what cannot be seen in it, or makes it read in another order, is shown by its name."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] == _TAB else f"⟨U+{ord(found[0]):04X}⟩", code)
