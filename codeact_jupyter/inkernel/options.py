"""The magics' lines: options and what is asked, or a clear word about what cannot be read."""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from IPython.core.error import UsageError

from codeact_jupyter.errors import SettingError

HELP = """\
%%codeact [options]        the rest of the cell says what is wanted
%codeact fix               mends the last error
%codeact explain NAME      says what a variable holds, or what a function does
%codeact config            the settings that hold
%codeact history           the runs of this notebook, or of this session

--model NAME               model to ask; `offline` is the built-in one
--base-url URL             an OpenAI-compatible server
--max-steps N              replies that the run may take
--timeout S                seconds that an action may run before the model is told
--max-tokens N             tokens that the run may use
--max-seconds S            seconds that it may take, without those in which you are asked
--max-cost C               what it may cost, by the price table
--approval MODE            which actions ask first: auto (none), risky (those with effects beyond the kernel) or ask (all)
--wait                     the next cell waits until the run has ended (in JupyterLab; elsewhere it always does)
"""

_SETTINGS = ("model", "base_url", "max_steps", "timeout", "max_tokens", "max_seconds", "max_cost", "approval")


@dataclass(frozen=True)
class Asked:
    """What a line says."""

    words: Sequence[str] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    wait: bool = False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. `%codeact` alone lists what there is.")


def parse(line: str) -> Asked:
    """Raises IPython's `UsageError`, which is shown as it stands."""
    parser = _Parser(prog="%codeact", add_help=False, allow_abbrev=False)
    parser.add_argument("words", nargs="*")
    for name in ("--model", "--base-url"):
        parser.add_argument(name)
    for name in ("--max-steps", "--max-tokens"):
        parser.add_argument(name, type=int)
    for name in ("--timeout", "--max-seconds", "--max-cost"):
        parser.add_argument(name, type=float)
    parser.add_argument("--approval", choices=["auto", "ask", "risky"])
    parser.add_argument("--wait", action="store_true")
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{error}: {line}") from None
    found = parser.parse_intermixed_args(words)
    settings = {name: getattr(found, name) for name in _SETTINGS if getattr(found, name) is not None}
    return Asked(tuple(found.words), settings, found.wait)


def usage(error: SettingError) -> UsageError:
    """A setting that cannot be used, said as a mistake in the line."""
    return UsageError(str(error))
