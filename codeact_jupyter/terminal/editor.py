"""Code changed by the user: in the editor that their environment names, or typed in anew."""

import asyncio
import contextlib
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from codeact_jupyter.terminal.keyboard import Keyboard

END = "."
"""A line that ends what is typed in."""


def editor(environment: Mapping[str, str]) -> str:
    """The command; empty: none is named."""
    return environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()


async def edited(command: str, environment: Mapping[str, str], keyboard: Keyboard, code: str) -> str:
    """The code as the user left it.  Raises `OSError` with words when the editor cannot be used."""
    with tempfile.TemporaryDirectory(prefix="codeact-") as folder, keyboard.lent():
        file = Path(folder) / "action.py"
        file.write_text(code + "\n", encoding="utf-8")
        try:
            # its screen is where we ask: stdout may be a file that waits for the answer
            process = await asyncio.create_subprocess_exec(*shlex.split(command), str(file), env=dict(environment), stdout=sys.stderr)
        except (OSError, ValueError) as error:
            raise OSError(f"the editor {command!r} cannot be started ({error})") from error
        try:
            status = await process.wait()
        except asyncio.CancelledError:  # the run is stopped meanwhile
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            raise
        if status:
            raise OSError(f"the editor {command!r} ended with status {status}")
        return file.read_text(encoding="utf-8", errors="replace").rstrip("\n")


async def typed(keyboard: Keyboard) -> str | None:
    """Lines up to one with a dot alone; None: the user thought better of it (Ctrl-D)."""
    lines: list[str] = []
    while (line := await keyboard.line()) != END:
        if line is None:
            return None
        lines.append(line)
    return "\n".join(lines)
