"""Code of a task or a suite that broke, in words for who wrote it."""

import traceback
from pathlib import Path

from codeact_jupyter.errors import CodeActError


def broke(error: Exception) -> str:
    """An error of ours as it stands; of others what it was, and where."""
    if isinstance(error, CodeActError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f", {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""
    return f"The trial broke ({type(error).__name__}: {error}{where})."
