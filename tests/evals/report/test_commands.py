"""`jupyter codeact compare` and `jupyter codeact report`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from codeact_jupyter.evals.row import Row
from tests.evals.report.made import kept, row

BEFORE = [row("a", solved=False, turns=10), row("b", turns=2), row("c", solved=False, turns=10), row("a", "json", turns=6)]
AFTER = [row("a", turns=4, model="n"), row("b", solved=False, turns=10, model="n"), row("c", turns=5, model="n"), row("d", model="n")]


def called(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "codeact_jupyter.cli", *map(str, words)], capture_output=True, text=True, timeout=120)


def test_two_folders_are_compared_pair_by_pair(tmp_path: Path):
    said = called("compare", kept(tmp_path / "a", BEFORE), kept(tmp_path / "b", AFTER))
    assert (said.returncode, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert lines[2] == "Paired by suite, task, format, repeat and observation: 3 pairs; 2 trials without a partner left out."
    table = [line.split() for line in lines[5:8]]
    assert table[0][:9] == ["sums", "code", "reference", "3", "33.3", "%", "66.7", "%", "+33.3"]
    assert table[0][-3:] == ["2", "1", "1.000"]
    assert table[2][:7] == ["sums", "code", "turns", "3", "7.33", "6.33", "−1.00"]
    assert said.stdout.endswith(
        "\nGained (sums, code, reference rule):\n  a\n  c\n\nLost (sums, code, reference rule):\n  b\n"
    )  # the fixed rule says the same


def test_the_comparison_is_json_too(tmp_path: Path):
    told = json.loads(called("compare", kept(tmp_path / "a", BEFORE), kept(tmp_path / "b", AFTER), "--json").stdout)
    assert (told["a"]["models"], told["b"]["models"]) == (["m"], ["n"])
    [one] = told["compared"]
    assert (one["suite"], one["format"], one["contrast"]["tasks"]) == ("sums", "code", 3)
    assert (one["contrast"]["reference"]["gained"], one["contrast"]["reference"]["lost"]) == (["a", "c"], ["b"])
    assert one["contrast"]["turns"]["value"] == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ([row("z")], "The folders share no task: none was tried in both"),
        ([row("a", "text")], "The folders share no task: the format is code, json in one, text in the other."),
        ([row("a", observation="none")], "The folders share no task: the observation is full in one, none in the other."),
        ([row("a", model="x"), row("a", model="y")], "say which with --model-a and --model-b."),
        ([], "has no results yet."),
        (None, "holds no results.jsonl"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(tmp_path: Path, other: list[Row] | None, why: str):
    said = called("compare", kept(tmp_path / "a", BEFORE), tmp_path if other is None else kept(tmp_path / "b", other))
    assert (said.returncode, said.stdout) == (2, "")
    assert why in said.stderr


def test_of_several_models_one_can_be_chosen(tmp_path: Path):
    both = kept(tmp_path / "a", [*BEFORE, *AFTER])
    said = called("compare", both, both, "--model-a", "m", "--model-b", "n")
    assert "3 pairs" in said.stdout
    assert called("compare", both, both, "--model-a", "unheard-of").returncode == 2


def test_the_report_is_made_anew(tmp_path: Path):
    said = called("report", kept(tmp_path / "a", BEFORE), "--seed", "3")
    assert (said.returncode, said.stdout) == (0, f"{tmp_path / 'a' / 'report.html'}\n")
    assert "seed 3" in (tmp_path / "a" / "report.md").read_text()
    assert called("report", tmp_path).returncode == 2
