"""Runs in a task's kernel after the run, as text: a check with the names that the run left, and what came of it.  Standard library only."""

import builtins
import json
import os
import sys
import traceback
from typing import Any, Dict, List, Optional  # noqa: UP035


def check(source: str, answer: str, names: Dict[str, Any], variable: Optional[str], mark: str) -> None:  # noqa: UP006, UP045  any Python 3
    """Print `mark` and `[verdict, words]`.  The kernel's names stay as they are; those that hide a builtin are not seen."""
    os.chdir(get_ipython().starting_dir)  # type: ignore[name-defined]  # noqa: F821  the run may have gone elsewhere
    seen = {name: value for name, value in names.items() if not hasattr(builtins, name)}
    if variable and variable not in names:
        came = ["failed", f"The run left no `{variable}`."]
    else:
        came = judged(source, {**seen, "__name__": "check", "answer": answer, **({variable: names[variable]} if variable else {})})
    sys.stdout.write(f"\n{mark}{json.dumps(came)}\n")


def judged(source: str, names: Dict[str, Any]) -> List[str]:  # noqa: UP006
    """`passed`; `failed`: an assertion does not hold; `broken`: the check came to no judgement."""
    try:
        exec(compile(source, "check.py", "exec"), names)
    except AssertionError as error:
        return ["failed", str(error) or f"This does not hold: {line(source, error)}"]
    except Exception as error:  # noqa: BLE001  whatever a check meets is said
        return ["broken", f"{type(error).__name__}: {error} (at: {line(source, error)})"]
    return ["passed", ""]


def line(source: str, error: Exception) -> str:
    """Of the check, where it went wrong."""
    numbers = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "check.py" and frame.lineno]
    return source.splitlines()[numbers[-1] - 1].strip() if numbers else ""
