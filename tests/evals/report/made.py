"""Results of evaluations that nobody ran."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codeact_jupyter.evals.row import Row

KINDS = {"message_decoder": 8, "dna_sequencer": 8, "trade_calculator": 17, "travel_itinerary": 15, "web_browsing": 34}
SKILL = {"code": 1.0, "json": 0.0, "text": -0.1, "flow": 0.6, "tool": 0.9}


def row(task: str = "kind/one", format: str = "code", solved: bool = True, turns: int = 3, **other: Any) -> Row:
    given = {
        "suite": "sums",
        "model": "m",
        "repeat": 1,
        "success_reference": solved,
        "success_fixed": solved,
        "end": "answered" if solved else "limit",
        "actions": max(0, turns - 1),
        "error_turns": 0,
        "invalid": 0,
        "recovered": 0,
        "tokens": 100 * turns,
        "seconds": 2.0 * turns,
        "cost": None,
        "events": f"events/{format}.jsonl",
    }
    return Row(**{**given, "task": task, "format": format, "turns": turns, **other})


def kept(out: Path, rows: Iterable[Row], torn: str = "") -> Path:
    """A folder of results."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.jsonl").write_text("".join(one.model_dump_json() + "\n" for one in rows) + torn)
    return out


def realistic(
    models: Iterable[str] = ("gpt-x", "small-model-8b-instruct"),
    formats: Iterable[str] = ("code", "json", "text"),
    repeats: int = 1,
    observations: Iterable[str] = ("full",),
    suite: str = "m3tooleval",
) -> list[Row]:
    """82 tasks; some are hard, models and formats differ, a few trials break."""
    dice, rows = random.Random(7), []
    for kind, count in KINDS.items():
        for number in range(count):
            hard = dice.gauss(0, 1)
            for at, model in enumerate(models):
                for seen, observation in enumerate(observations):
                    for repeat in range(1, repeats + 1):
                        for format in formats:
                            strength = SKILL[format] + (0.4, -1.2, 0.0)[at % 3] - hard - 0.4 * seen
                            of = {"suite": suite, "model": model, "observation": observation, "repeat": repeat}
                            priced = 0.0031 if at == 0 else None
                            rows.append(_trial(dice, f"{kind}/task_{number:02}", format, strength, of, priced))
    return rows


def _trial(dice: random.Random, task: str, format: str, strength: float, of: dict[str, Any], priced: float | None) -> Row:
    solved = dice.gauss(0, 0.7) + strength > 0
    turns = min(10, max(2, int(dice.gauss(5.2 if format == "code" else 6.8, 1.8)))) if solved else 10
    other: dict[str, Any] = {}
    if (luck := dice.random()) < 0.02:
        solved, turns = False, dice.randint(0, 8)
        other = (
            {"end": "timeout", "message": "Not done within 600 s."}
            if luck < 0.012
            else {"end": "failed", "message": "The quota is used up (429)."}
        )
    failed = sum(dice.random() < 0.18 for _ in range(max(0, turns - 1)))
    return row(
        task,
        format,
        solved,
        turns,
        **of,
        success_fixed=solved or (not other and dice.random() < 0.12),
        error_turns=failed,
        recovered=failed if solved else failed // 2,
        invalid=int(dice.random() < 0.1 and turns > 1),
        tokens=turns * 900 + dice.randint(0, 900),
        seconds=round(turns * 3.1 + 9 * dice.random(), 3),
        cost=None if priced is None else round(turns * priced, 6),
        events=f"events/{task.replace('/', '-')}-{format}-{of['model']}-{of['observation']}-{of['repeat']}.jsonl",
        **other,
    )
