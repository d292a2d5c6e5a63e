"""`jupyter codeact report`."""

import argparse
import sys

from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.evals.report import write
from codeact_jupyter.evals.results import ROWS


def command(options: argparse.Namespace) -> int:
    """Makes the report of a folder of results anew."""
    if not (options.out / ROWS).is_file():
        raise Usage(f"{options.out} holds no {ROWS}: it is no folder of results.")
    write(options.out, options.seed)
    sys.stdout.write(f"{options.out / 'report.html'}\n")
    return 0
