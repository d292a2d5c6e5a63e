"""A clone of the shape of M3ToolEval's, with content of its own: pure tools, a tool named `sum`, and tools with a state."""

import json
from pathlib import Path
from typing import Any

BASE = """
from collections import namedtuple

ToolType = namedtuple("ToolType", ["name", "description", "function", "fn_signature"])
task_iterators = []

class Task:
    def __init__(self, name, tools, instruction, expected_output, is_single_tool_task=True):
        self.name, self.tools, self.instruction, self.expected_output = name, tools, instruction, expected_output
        if callable(self.tools):
            self.tools = self.tools()
        print("Expected Output:", expected_output)

def register_task_iterator(tasks, length):
    task_iterators.append((tasks, length))
"""

LETTERS = """
from ..base import Task, ToolType, register_task_iterator
import builtins

TWICE = 2

def double(word: str) -> str:
    return "".join(letter * TWICE for letter in word)

def mirror(word: str) -> str:
    word, copy = word, word[::-1]
    return word + copy

def sum(*numbers):
    return builtins.sum(numbers)

TOOLS = {
    "double": ToolType("double", "Doubles each letter. Arguments: word (str)", double, "double(word: str) -> str"),
    "mirror": ToolType("mirror", "Adds the word backwards. Arguments: word (str)", mirror, "mirror(word: str) -> str"),
    "sum": ToolType("sum", "Adds numbers.", sum, "sum(*args: float) -> float"),
}
TASKS = []

def answer_of(word):
    return mirror(double(mirror(word)))

TASKS.append(Task(name="letters/mirrored", tools=TOOLS, instruction="Mirror 'quartz', double that, and mirror it again.",
                  expected_output=answer_of("quartz"), is_single_tool_task=False))
TASKS.append(Task(name="letters/total", tools=TOOLS, instruction="What is the sum of 3, 4 and 5.5? Answer in the format of 'xx.xx'.",
                  expected_output=sum(3, 4, 5.5), is_single_tool_task=False))
TASKS.append(Task(name="letters/many", tools=TOOLS, instruction="Double each of the words a, b, c, d, e, f, g, h, i and j. Answer a list.",
                  expected_output=[double(word) for word in "abcdefghij"], is_single_tool_task=False))
register_task_iterator(TASKS, len(TASKS))
"""

CABINET = """
import json
import os
from ...base import Task, ToolType, register_task_iterator

class Cabinet:
    def __init__(self, drawers):
        self.drawers, self.at, self.number = drawers, None, 0

    def open_drawer(self, name):
        self.at, self.number = name, 0
        return self.read()

    def turn(self):
        self.number += 1
        return self.read()

    def read(self):
        if self.at is None:
            return "[All drawers are shut.]"
        notes = self.drawers[self.at]
        return notes[self.number] if self.number < len(notes) else "[No more notes.]"

with open(os.path.join(os.path.dirname(__file__), "drawers.jsonl")) as f:
    DRAWERS = {name: notes for line in f.read().splitlines() for name, notes in json.loads(line).items()}
with open(os.path.join(os.path.dirname(__file__), "facts.json")) as f:
    FACTS = json.load(f)

def create_tools():
    cabinet = Cabinet(DRAWERS)
    return {
        "open_drawer": ToolType("open_drawer", "Opens a drawer.", cabinet.open_drawer, "open_drawer(name: str) -> str"),
        "turn": ToolType("turn", "Reads the next note.", cabinet.turn, "turn() -> str"),
        "read": ToolType("read", "Reads the note again.", cabinet.read, "read() -> str"),
    }

TASKS = [
    Task(name=f"cabinet/{name}", tools=create_tools, instruction=f"The drawers are left and right. Who pays for the {name}?",
         expected_output=fact, is_single_tool_task=False)
    for name, fact in FACTS.items()
]
register_task_iterator(TASKS, len(TASKS))
"""

DRAWERS = {
    "left": ["A list of names.", "The lamp: Ruth Okonjo-Vale pays."],
    "right": ["The rug: paid by Ivo Castellane-Brandt.", "Nothing."],
}
FACTS = {"lamp": "Ruth Okonjo-Vale", "rug": "Ivo Castellane-Brandt", "secret": "Zebulon Quillfeather"}
"""The last one is in no drawer, so that it would be found only with the answers."""


def small(folder: Path) -> Path:
    """The clone's root."""
    tasks = folder / "code-act" / "scripts" / "eval" / "m3tooleval" / "tasks"
    (tasks / "impl" / "cabinet").mkdir(parents=True)
    texts = {
        "__init__.py": "from .base import Task\nfrom .impl import letters, cabinet\n",
        "base.py": BASE,
        "impl/__init__.py": "",
        "impl/letters.py": LETTERS,
        "impl/cabinet/__init__.py": CABINET,
        "impl/cabinet/drawers.jsonl": "\n".join(json.dumps({name: notes}) for name, notes in DRAWERS.items()),
        "impl/cabinet/facts.json": json.dumps(FACTS),
    }
    for name, text in texts.items():
        (tasks / name).write_text(text, encoding="utf-8")
    return folder / "code-act"


def _gold(answer: str, *calls: tuple[str, list[Any], str]) -> dict[str, Any]:
    code = "\n".join(f"print({name}({', '.join(map(repr, args))}))" for name, args, _ in calls)
    return {"code": code, "calls": [list(call) for call in calls], "answer": answer}


BY_HAND = {
    "cabinet/lamp": _gold("Ruth Okonjo-Vale", ("open_drawer", ["left"], DRAWERS["left"][0]), ("turn", [], DRAWERS["left"][1])),
    # a cabinet that somebody had opened before would read out a note
    "cabinet/rug": _gold("Ivo Castellane-Brandt", ("read", [], "[All drawers are shut.]"), ("open_drawer", ["right"], DRAWERS["right"][0])),
}
