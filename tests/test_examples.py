"""The tour in `examples/` is what its script makes."""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.commandline import environment

EXAMPLES = Path(__file__).parent.parent / "examples"
TOUR = EXAMPLES / "tour.ipynb"


def shown(notebook: Path) -> list[Any]:
    """What is read in it: pictures as that there is one, errors without the lines of the libraries."""
    cells = json.loads(notebook.read_text())["cells"]
    return [(cell["cell_type"], "".join(cell["source"]), [said(output) for output in cell.get("outputs", [])]) for cell in cells]


def said(output: dict[str, Any]) -> Any:
    match output["output_type"]:
        case "stream":
            return "".join(output["text"])
        case "error":
            return output["ename"], output["evalue"]
        case _:
            return sorted(output["data"]), "".join(output["data"]["text/plain"])


def test_the_tour_is_what_its_script_makes_again(tmp_path):
    made_with = json.loads(TOUR.read_text())["metadata"]["codeact_tour"]["pandas"]
    if version("pandas").split(".")[0] != made_with.split(".")[0]:
        pytest.skip(f"pandas writes types and errors in other words since {made_with}")
    again = tmp_path / "tour.ipynb"
    subprocess.run([sys.executable, EXAMPLES / "make_tour.py", again], env=environment(tmp_path), check=True)
    assert shown(again) == shown(TOUR)


def test_the_tour_shows_a_repair_a_chart_and_an_answer_to_each_request():
    cells = shown(TOUR)
    outputs = [output for _, _, outputs in cells for output in outputs]
    assert [output[0] for output in outputs if output[0] == "TypeError"] == ["TypeError"]
    assert [output for output in outputs if "image/png" in output[0]]
    texts = [source for kind, source, _ in cells if kind == "markdown"]
    assert sum(text.startswith("## ") for text in texts) == sum(text.startswith("*The answer:*") for text in texts) == 4


def test_the_tour_is_small_and_tells_nothing_of_the_machine_it_ran_on():
    text = TOUR.read_text()
    assert len(text) < 100_000
    assert not re.search(r"/(home|root|Users|work|tmp|usr|opt|private)/|site-packages|ipykernel_\d", text)
