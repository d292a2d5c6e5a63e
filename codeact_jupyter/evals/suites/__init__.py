"""The suites, by name: a module each, with `load(data) -> Suite`."""

import importlib
from pathlib import Path
from typing import cast

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.task import Suite

SUITES = ("m3tooleval", "apibank", "dabench", "notebook", "repair")


def load(name: str, data: Path | None) -> Suite:
    """`data`: where its tasks are; None: those that come with the package, where it has them.  Raises `SuiteError`."""
    if name not in SUITES:
        raise SuiteError(f"There is no suite {name!r}. There are {', '.join(SUITES)}.")
    # only the one that is asked for: each brings readers of its own
    return cast(Suite, importlib.import_module(f"codeact_jupyter.evals.suites.{name}").load(data))
