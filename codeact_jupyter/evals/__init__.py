"""The same loop, measured: suites of tasks, tried under conditions, one row each.  Begin with `harness`.

From a program: `evaluate(Plan(suite="m3tooleval", data=…), Path("out"))`; `docs/evaluation.md` has the rest.
"""

from codeact_jupyter.evals.backends import Workers
from codeact_jupyter.evals.cluster import Cluster
from codeact_jupyter.evals.harness import evaluate, evaluating
from codeact_jupyter.evals.plan import Plan
from codeact_jupyter.evals.row import Row

__all__ = ["Cluster", "Plan", "Row", "Workers", "evaluate", "evaluating"]
