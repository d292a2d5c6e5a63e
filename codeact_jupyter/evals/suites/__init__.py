"""The suites, by name: a module each, with `load(data) -> Suite`; and suites of users, as `module:function` with the same signature."""

import importlib
from pathlib import Path
from typing import cast

from codeact_jupyter.errors import SuiteError
from codeact_jupyter.evals.task import Suite

SUITES = ("m3tooleval", "apibank", "dabench", "notebook", "repair")


def load(name: str, data: Path | None) -> Suite:
    """`data`: where its tasks are; None: those that come with the package, where it has them.  Raises `SuiteError`."""
    if ":" in name:
        return _of_a_user(name, data)
    if name not in SUITES:
        raise SuiteError(f"There is no suite {name!r}. There are {', '.join(SUITES)}, and your own as module:function.")
    # only the one that is asked for: each brings readers of its own
    return cast(Suite, importlib.import_module(f"codeact_jupyter.evals.suites.{name}").load(data))


def _of_a_user(name: str, data: Path | None) -> Suite:
    module, _, function = name.partition(":")
    try:
        made = getattr(importlib.import_module(module), function)
    except (ImportError, ValueError, TypeError, SyntaxError) as error:
        raise SuiteError(f"The suite's module {module!r} cannot be imported here: {error}.") from error
    except AttributeError as error:
        raise SuiteError(f"The suite's module {module!r} has no function {function!r}.") from error
    return cast(Suite, made(data))
