"""What a shell command is for: installing, or anything else."""

import re
from collections.abc import Iterator

_INSTALLS = re.compile(
    r"\b(?:pip[\d.]*|pipx|conda|mamba|micromamba|uv|poetry|apt|apt-get|dnf|yum|brew|npm|gem|cargo)\b.*?\b(?:install|uninstall|add|remove|upgrade|update|sync|create)\b",
    re.DOTALL,
)
_MORE = re.compile(r"[;&|`\n]|\$\(")


def command(text: str) -> Iterator[str]:
    """Its effects."""
    installs = bool(_INSTALLS.search(text))
    if installs:
        yield "install"
    if not installs or _MORE.search(text.strip()):
        yield "shell"
