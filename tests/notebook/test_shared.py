"""Outputs as the browser's document has them."""

from typing import Any

import pytest
from jupyter_ydoc import YNotebook
from pycrdt import Doc, Map

from codeact_jupyter.notebook.shared import ORDERED, shared


def arrived(output: dict[str, Any]) -> Any:
    """What the other side has of it, after a real transfer."""
    ours, theirs = YNotebook(Doc()), Doc()
    ours.ydoc.get("meta", type=Map)["output"] = shared(output)
    theirs.apply_update(ours.ydoc.get_update())
    return theirs.get("meta", type=Map)["output"].to_py()


def display(data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"application/json": data, "text/plain": "x"}, "metadata": {}}


NESTED = {"z": 1, "a": [{"y": 0.5, "b": None, "k": []}, [1, 2], "text"], "m": {}, **{f"n{99 - n}": n for n in range(50)}}


@pytest.mark.parametrize("data", [NESTED, [NESTED, 1], "text", 7, []])
def test_json_arrives_as_it_was(data: Any) -> None:
    assert arrived(display(data))["data"]["application/json"] == data  # its order is seen in a browser only


def test_large_json_arrives_whole_and_small() -> None:
    data = [{"name": f"row {row}", "value": row} for row in range(ORDERED)]
    assert arrived(display(data))["data"]["application/json"] == data
    doc: Doc[Any] = Doc()
    doc.get("meta", type=Map)["output"] = shared(display(data))
    assert len(doc.get_update()) < 45 * len(data)
