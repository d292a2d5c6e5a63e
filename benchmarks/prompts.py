"""What the requests of a long run have in common, and what they spare: 40 steps, against a history that is sent as it came."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from codeact_jupyter.testing import say
from tests.scenes import Scene, act

STEPS = 40

ACTIONS = (
    "import pandas as pd, numpy as np\nframe = pd.DataFrame(np.arange(40_000).reshape(4_000, 10)).add_prefix('column_')\nframe",
    "frame.describe()",
    "print(frame.head(30).to_string())",
    "for name in frame: print(name, frame[name].mean(), frame[name].std())",
    "frame['missing']",
    "print('\\n'.join(f'row {n}: ' + 'x' * 60 for n in range(2_000)))",
    "frame.groupby(frame.column_0 % 7).sum()",
    "import matplotlib.pyplot as plt\nplt.plot(frame.column_1); plt.title('Column 1'); plt.show()",
)
"""What analyses do: frames, long prints, an error, a figure."""


async def _run() -> tuple[list[bytes], list[str], list[str]]:
    """The messages of each request as bytes; what each action put out, whole; and the replies."""
    replies = [act(ACTIONS[step % len(ACTIONS)] + f"\n# step {step}", f"Step {step}.") for step in range(STEPS)]
    with TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        outcome = await scene.work([*map(say, replies), say("Done.")], max_steps=STEPS + 2, observation_chars=12_000)
        requests = [json.dumps(request["messages"], ensure_ascii=False).encode() for request in outcome.model.requests]
        whole = [_text(cell) for cell in scene.cells()]
        await scene.desk.close()
        scene.store.close()
    return requests, whole, replies


def _text(cell: Any) -> str:
    """All that a cell shows, images as the base64 that they are."""
    return "".join("".join(output.get("text", "")) + "".join(map(str, output.get("data", {}).values())) for output in cell.outputs)


def shares() -> tuple[float, float, float]:
    """Share of a request that is a byte-identical prefix of the one before: least, and of all bytes; and ours against naive history."""
    requests, whole, replies = asyncio.run(_run())
    common = [_common(before, now) / len(before) for before, now in pairwise(requests)]
    cached = sum(_common(before, now) for before, now in pairwise(requests)) / sum(map(len, requests[1:]))
    first = len(requests[0])
    naive = sum(first + sum(len(text.encode()) for text in (*replies[:step], *whole[:step])) for step in range(len(requests)))
    return min(common), cached, sum(map(len, requests)) / naive


def _common(before: bytes, now: bytes) -> int:
    """Bytes at their beginning that both have."""
    return next((n for n, (one, other) in enumerate(zip(before, now, strict=False)) if one != other), min(len(before), len(now)))
