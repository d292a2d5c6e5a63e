"""`jupyter codeact doctor`."""

import argparse
import asyncio
import contextlib
import os
import sys

from codeact_jupyter.cli.settings import chosen, default_connection
from codeact_jupyter.cli.usage import EXIT, store_file
from codeact_jupyter.config import configured, same_place
from codeact_jupyter.doctor import Patient, Report, examine
from codeact_jupyter.sources import settle


def command(options: argparse.Namespace) -> int:
    """Looks, and says what it sees."""
    default = default_connection()
    settings = settle(configured(), os.environ, command_line=chosen(options, "model", "base_url"), default=default)
    origin = "from environment and config files"
    if options.base_url:
        origin = "from --base-url"
    elif default and same_place(default.base_url, settings.base_url):
        origin = f"the connection {default.name!r}"
    report = Report(quiet=options.json)
    asyncio.run(_examined(Patient(settings, origin, store_file(), dict(os.environ)), report))
    if options.json:
        sys.stdout.write(report.json + "\n")
    return 0 if report.ready else EXIT["failed"]


async def _examined(patient: Patient, report: Report) -> None:
    async with contextlib.aclosing(examine(patient)) as findings:
        async for finding in findings:
            report.add(finding)
    report.close()
