"""The settings of a run that a command line starts."""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

from codeact_jupyter.cli.options import SETTINGS
from codeact_jupyter.cli.usage import Usage, folder
from codeact_jupyter.config import Settings, configured
from codeact_jupyter.connections import Book, Connections, keys_in_use
from codeact_jupyter.errors import SettingError
from codeact_jupyter.sources import Connected, settle


def settled(options: argparse.Namespace, recorded: Mapping[str, Any] | None = None) -> Settings:
    """What holds; `recorded`: as the run was begun, where the options say nothing else.  Raises `Usage` when no model could be asked."""
    line = {**(recorded or {}), **chosen(options, *SETTINGS)}
    settings = settle(configured(), os.environ, command_line=line, default=default_connection())
    if settings.problem:
        raise Usage(settings.problem)
    return settings


def chosen(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """The options that were given."""
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def keys() -> tuple[str, ...]:
    """Those in use: nobody is to be told them."""
    try:
        book = Connections(folder()).load()
    except SettingError:  # said already
        book = Book()
    return keys_in_use(os.environ, book)


def default_connection() -> Connected | None:
    """The one that was connected last in the panel; what cannot be read is said, and done without."""
    try:
        return Connections(folder()).load().default_connected
    except SettingError as error:
        sys.stderr.write(f"jupyter codeact: {error}\n")
        return None
