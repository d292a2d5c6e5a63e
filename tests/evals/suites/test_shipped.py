"""Cutting source down to what a name needs."""

from codeact_jupyter.evals.suites.shipped import needed, outside

SOURCE = """
import os, json
from ..base import Task, ToolType
from math import sqrt
LIMIT = 3
LIMIT += 1
def helper(x, price=2): return sqrt(x) * LIMIT
def tool(x):
    name = "inner"
    return helper(x)
with open("a.txt") as f:
    A = f.read()
with open("answers.txt") as f:
    B = f.read()
def reads(): return A
name = "outer"
for price in [1]: print(price)
def answer(): return tool(4)
TASKS = [Task("x", expected_output=answer())]
print(TASKS)
TOOLS = {"tool": ToolType(tool)}
"""


def test_only_what_is_reached_is_kept_in_its_order() -> None:
    kept = "from math import sqrt\nLIMIT = 3\nLIMIT += 1\ndef helper(x, price=2):\n    return sqrt(x) * LIMIT\n"
    kept += 'def tool(x):\n    name = "inner"\n    return helper(x)\nTOOLS = {"tool": ToolType(tool)}'
    assert needed(SOURCE, "TOOLS", frozenset({"ToolType", "Task"})) == kept.replace('"', "'")


def test_a_file_that_is_read_under_the_same_name_is_not_kept() -> None:
    assert needed(SOURCE, "reads") == "with open('a.txt') as f:\n    A = f.read()\n\ndef reads():\n    return A".replace("\n\n", "\n")
    assert not needed(SOURCE, "nothing")


def test_packages_that_are_not_known_are_told() -> None:
    assert outside("import os.path, numpy as np\nfrom .a import b\ndef f():\n    from requests import get", frozenset({"os"})) == {
        "numpy",
        "requests",
    }
