"""What an evaluation came to: `report.html`, pictures and `report.md` from `results.jsonl`.  Begin with `writing`."""

from codeact_jupyter.evals.report.writing import write

__all__ = ["write"]
