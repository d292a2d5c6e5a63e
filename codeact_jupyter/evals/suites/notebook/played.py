"""A way to do a task, written down: `oracle.py` beside a task does it, `wrong.py` does not.  For trying tasks without a model."""

import re
from dataclasses import dataclass
from pathlib import Path

from codeact_jupyter.errors import SuiteError

_CELL = re.compile(r"^# %%[ \t]*(.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Played:
    """What a model would send, in turn."""

    actions: tuple[str, ...]
    answer: str

    @classmethod
    def read(cls, path: Path) -> "Played":
        """A script in cells: each `# %%` is an action, and `# %% [markdown]` at the end is the answer.  Raises `SuiteError`."""
        _, *parts = _CELL.split(path.read_text(encoding="utf-8"))
        kinds, sources = parts[::2], [source.strip() for source in parts[1::2]]
        if not kinds or kinds[-1].strip() != "[markdown]" or "[markdown]" in kinds[:-1]:
            raise SuiteError(f"{path}: it has to end in one cell `# %% [markdown]`, which is the answer.")
        return cls(tuple(sources[:-1]), re.sub(r"^# ?", "", sources[-1], flags=re.MULTILINE))
