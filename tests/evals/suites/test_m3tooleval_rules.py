"""Right or wrong, by the two rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codeact_jupyter.evals.suites.m3tooleval import load
from codeact_jupyter.evals.suites.m3tooleval.rules import fixed, reference

REAL = os.environ.get("CODEACT_M3TOOLEVAL", "")
CENTS = "Find the total price. Answer in the format of 'xx.xx' (e.g., 12.34)."
NUMBERS = [36380.0, 48150.0, 68480.0]


@pytest.mark.parametrize(
    "answer, expected, instruction, by_reference, by_value",
    [
        ("5", 5, "", True, True),
        ("5.0", 5, "", True, True),
        ("5.", 5, "", True, True),
        ("five", 5, "", False, False),
        ("**5**", 5, "", False, True),
        ("5 %", 5, "", False, True),
        ("1,050", 1050, "", False, True),
        ("$68.71", 68.71, CENTS, False, True),
        ("68.71", 68.71, CENTS, True, True),
        # cut to an integer, a float is right; rounded as it was asked for, it is not
        ("237", 237.942, CENTS, True, False),
        ("237.94", 237.942, CENTS, False, True),
        ("237.942", 237.942, CENTS, True, True),
        ("237.9", 237.942, CENTS, False, False),
        ("-$12.50", -12.5, CENTS, False, True),
        ("237.94", 237.942, "", False, False),
        # lists compare as text
        ("[36380.0, 48150.0, 68480.0]", NUMBERS, "", True, True),
        ("[36380, 48150, 68480]", NUMBERS, "", False, True),
        ("36380, 48150, 68480", NUMBERS, "", False, True),
        ("[48150, 36380, 68480]", NUMBERS, "", False, False),
        ("[36380, 48150]", NUMBERS, "", False, False),
        ("('A', 3)", ("A", 3), "", True, True),
        ('["A", 3]', ("A", 3), "", False, True),
        ("A, 3", ("A", 3), "", False, True),
        ("A", ("A", 3), "", False, False),
        ("{'T': 1, 'A': 2}", {"T": 1, "A": 2}, "", True, True),
        ('{"A": 2, "T": 1}', {"T": 1, "A": 2}, "", False, True),
        ("{'T': 1}", {"T": 1, "A": 2}, "", False, False),
        ("False", False, "", True, True),
        ("0", False, "", True, True),
        ("false", False, "", False, True),
        ("No.", False, "", False, True),
        ("True", False, "", False, False),
        ("Yes", True, "", False, True),
        ("Wand/Spellbook", "Wand/Spellbook", "", True, True),
        ("'Wand/Spellbook'", "Wand/Spellbook", "", True, True),
        ("wand/spellbook.", "Wand/Spellbook", "", False, True),
        ("Wand", "Wand/Spellbook", "", False, False),
        ("", "Wand/Spellbook", "", False, False),
        ("nan", 5, "", False, False),
        ("[" * 500, 5, "", False, False),
        ("0x" + "f" * 4000, 5, "", False, False),
        (f"[0x{'f' * 4000}]", [5.0], "", False, False),
    ],
)
def test_the_reference_rule_has_its_quirks_and_the_fixed_one_reads_values(
    answer: str, expected: object, instruction: str, by_reference: bool, by_value: bool
) -> None:
    assert (reference(answer, expected), fixed(answer, expected, instruction)) == (by_reference, by_value)


JUDGE = """
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()):
    import tasks
    from tasks.base import task_iterators
answers = json.load(sys.stdin)
json.dump([[bool(task.check_answer(answer)) for answer in answers] for group, _ in task_iterators for task in group], sys.stdout)
"""


def written(expected: object) -> list[str]:
    """An answer in several notations, right and wrong ones."""
    found = [str(expected), repr(expected), f" {expected} ", f"'{expected}'", f"${expected}", str(expected).upper(), f"[{expected}]"]
    if isinstance(expected, int | float):
        found += [f"{expected:.2f}", f"{expected:.0f}", str(int(expected)), f"{expected:,}", f"{expected:e}", str(expected + 1)]
    if isinstance(expected, list | tuple):
        found += [str(list(expected)), str(tuple(expected)), json.dumps(expected), str(expected[::-1]), str(expected).strip("[]")]
    return found


@pytest.mark.skipif(not REAL, reason="CODEACT_M3TOOLEVAL names no clone of the reference repository")
def test_the_reference_rule_judges_as_the_clone_does() -> None:
    suite = load(Path(REAL))
    expected = [suite.task(name).expected for name in suite.names()]
    odd = ["", " ", "nan", "inf", "1e3", "0x10", "1_000", "None", "True", "False", "0", "1", "[]", "()", "{}", "[1", "a" * 5000, "9" * 5000]
    answers = sorted({answer for one in expected for answer in written(one)} | set(odd))
    root = Path(REAL) / "scripts" / "eval" / "m3tooleval"
    command = [sys.executable, "-I", "-B", "-c", JUDGE, str(root if root.exists() else REAL)]
    ran = subprocess.run(command, input=json.dumps(answers), capture_output=True, text=True, timeout=120, check=True)
    judged = json.loads(ran.stdout)
    assert len(judged) == 82
    assert [[reference(answer, one) for answer in answers] for one in expected] == judged
    assert sum(map(sum, judged)) > 200
