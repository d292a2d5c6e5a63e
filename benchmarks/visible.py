"""From the moment when the server writes a cell into the document to the moment when its text stands in a page."""

import asyncio
import json
import subprocess
from pathlib import Path
from statistics import median

from benchmarks.runs import TOKEN, act, cells, place, server
from codeact_jupyter.testing import ScriptedServer, notebook, say

HERE = Path(__file__).parent


async def _seen(count: int, actions: int) -> list[float]:
    script = [*[act(f"marker = {number}") for number in range(actions)], say("Done.")]
    async with ScriptedServer(script) as model:
        with place(model.url) as (folder, environment):
            (folder / "n.ipynb").write_text(json.dumps(notebook(*cells(count))))
            notes = folder.parent / "notes"
            noting = {**environment, "BENCH_NOTES": str(notes), "PYTHONPATH": str(Path.cwd())}
            async with server(folder, noting, f"--config={HERE / 'visible_config.py'}", app="lab") as served:
                url = f"http://127.0.0.1:{served.port}/lab/tree/n.ipynb?token={TOKEN}"
                command = ["node", str(HERE / "visible.mjs"), url, str(actions)]
                page = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
            written = dict(line.split() for line in notes.read_text().splitlines())
            shown = json.loads(page.stdout)
            return [(shown[marker] - float(written[marker])) / 1000 for marker in shown]


def visible(count: int, actions: int = 20) -> float:
    """Median seconds, in a notebook of as many cells; the first is left out."""
    return median(asyncio.run(_seen(count, actions))[1:])
