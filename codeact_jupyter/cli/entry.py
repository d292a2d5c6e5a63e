"""A command line is read and carried out; whatever becomes of it is a code and a line on stderr."""

import importlib
import io
import sys
from collections.abc import Sequence

from codeact_jupyter.cli.options import parser
from codeact_jupyter.cli.usage import EXIT, USAGE, Usage
from codeact_jupyter.errors import Busy, CodeActError, SettingError, SuiteError

MODULES = {"eval": "evaluate", "import": "imports"}
"""Of commands that have not their own name: it says something else in Python."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script `jupyter-codeact`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what a terminal's language has no letter for is no reason to end
    options = parser().parse_args(arguments)
    try:
        # only the command that was asked for: to list runs takes no kernel and no notebook
        module = MODULES.get(options.command, options.command)
        code = importlib.import_module(f"codeact_jupyter.cli.{module}").command(options)
    except (Usage, SettingError, SuiteError, Busy) as error:
        sys.stderr.write(f"jupyter codeact: {error}\n")
        code = USAGE
    except CodeActError as error:
        sys.stderr.write(f"jupyter codeact: {error}\n")
        code = EXIT["failed"]
    except OSError as error:
        sys.stderr.write(f"jupyter codeact: {error.filename or 'output'}: {error.strerror or error}\n")
        code = EXIT["failed"]
    except KeyboardInterrupt:
        code = EXIT["stopped"]
    sys.exit(code)
