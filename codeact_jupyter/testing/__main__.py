"""`python -m codeact_jupyter.testing script.json`: the scripted model as a program, for tests in other languages and by hand."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from codeact_jupyter.testing.script import Item, read_script
from codeact_jupyter.testing.server import ScriptedServer


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a script until interrupted; the base URL is the one line on stdout."""
    parser = argparse.ArgumentParser(prog="python -m codeact_jupyter.testing", description=__doc__)
    parser.add_argument("script", type=Path, help='a JSON list: [{"say": "2"}, {"fault": "drop", "after": 2}, {"fault": 429}]')
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    given = parser.parse_args(arguments)
    try:
        items = read_script(given.script)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(items, given.port))


async def _serve(items: Sequence[Item], port: int) -> None:
    async with ScriptedServer(items, port) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
