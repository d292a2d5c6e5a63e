"""The commands and their options."""

import argparse
import math
from pathlib import Path
from typing import Any

from codeact_jupyter.config import OFFLINE, WAYS

SETTINGS = (
    "model",
    "base_url",
    "max_steps",
    "timeout",
    "reply_timeout",
    "approval",
    "max_tokens",
    "max_seconds",
    "max_cost",
    "format",
)
"""Options of `run` and `resume` that are settings."""

NEWEST = 50
"""Runs that are listed where no number is given."""


def parser() -> argparse.ArgumentParser:
    """Each command has a module of its name, or the one that `entry.MODULES` names."""
    made = argparse.ArgumentParser(
        prog="jupyter codeact", description="An agent that acts by Python code in a notebook's own kernel.", allow_abbrev=False
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND", dest="command")
    run = commands.add_parser("run", help="work on a notebook until there is an answer", allow_abbrev=False)
    run.add_argument("notebook", metavar="NOTEBOOK", type=Path, help="made if it is missing")
    run.add_argument("instruction", metavar="INSTRUCTION", help="what is wanted; - reads it from stdin")
    _of_a_run(run)
    runs = commands.add_parser("runs", help="list runs, the newest first", allow_abbrev=False)
    runs.add_argument("--notebook", metavar="NOTEBOOK", type=Path, help="of this notebook alone")
    runs.add_argument("--limit", metavar="N", type=_number(int), default=NEWEST, help="at most so many; 0: all (default: %(default)s)")
    runs.add_argument("--json", action="store_true", help="all that is known of them, as a JSON array")
    resume = commands.add_parser("resume", help="go on with a run that was cut off", allow_abbrev=False)
    resume.add_argument("run", metavar="RUN", nargs="?", help="its id, or how that begins; without it: the one that was cut off last")
    resume.add_argument("--replay", action="store_true", help="first run again what succeeded, so that its variables are there")
    _of_a_run(resume)
    demo = commands.add_parser("demo", help="watch the built-in model work on a small table", allow_abbrev=False)
    demo.add_argument(
        "--dir", metavar="DIR", type=Path, default=Path("codeact-demo"), help="where its notebook goes (default: %(default)s)"
    )
    _of_an_evaluation(commands.add_parser("eval", help="measure models on the tasks of a suite", allow_abbrev=False))
    report = commands.add_parser("report", help="make the report of an evaluation anew", allow_abbrev=False)
    report.add_argument("out", metavar="DIR", type=Path, help="where its results are")
    _of_intervals(report)
    _of_a_comparison(commands.add_parser("compare", help="hold one evaluation against another", allow_abbrev=False))
    _of_trajectories(commands)
    doctor = commands.add_parser("doctor", help="say what works here, what does not, and what to do", allow_abbrev=False)
    doctor.add_argument("--model", help="name of the model to try")
    doctor.add_argument("--base-url", metavar="URL", help="the OpenAI-compatible server to try")
    doctor.add_argument("--json", action="store_true", help="all of it as JSON on stdout")
    return made


def _of_a_run(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--model", help=f"name of the model; {OFFLINE} is the built-in one")
    add("--base-url", metavar="URL", help="an OpenAI-compatible server")
    add("--format", choices=["auto", *WAYS], help="how the model writes its actions: Python in its text or as tool calls; calls; programs")
    add("--approval", choices=["auto", "ask", "risky"], help="which actions ask first: none, all, or those with effects beyond the kernel")
    add("--max-steps", metavar="N", type=_number(int, least=1), help="replies that the run may take")
    add("--max-tokens", metavar="N", type=_number(int), help="tokens that the run may use; 0: no limit")
    add(
        "--max-seconds", metavar="S", type=_number(float), help="seconds that the run may take, without those you are asked in; 0: no limit"
    )
    add("--max-cost", metavar="C", type=_number(float), help="what the run may cost, by the price table; 0: no limit")
    add("--timeout", metavar="S", type=_number(float, above=0), help="seconds that an action may run before the model is told")
    add("--reply-timeout", metavar="S", type=_number(float, above=0), help="longest silence of the model, in seconds")
    add("--kernel", metavar="NAME", help="kernelspec to start")
    add("--events", metavar="FILE", type=Path, help="write each recorded event as a line of JSON")
    add("--force", action="store_true", help="go on though a Jupyter server has the notebook's kernel")
    add("--quiet", action="store_true", help="no progress on stderr")


def _of_an_evaluation(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("suite", metavar="SUITE", help="m3tooleval, apibank, dabench, notebook, repair, or your own as module:function")
    add("--data", metavar="DIR", type=Path, help="where its tasks are, if they do not come with the package")
    add("--out", metavar="DIR", type=Path, required=True, help="where results go; what is there already is not done again")
    add("--formats", metavar="A,B", type=_names, default=(), help="action formats (default: code,json,text, as far as the suite goes)")
    add("--model", metavar="M", action="append", default=[], help="a model to measure; may be given several times")
    add("--base-url", metavar="URL", help="an OpenAI-compatible server")
    add("--max-steps", metavar="N", type=_number(int, least=1), default=10, help="replies that a task may take (default: %(default)s)")
    add("--limit", metavar="N", type=_number(int, least=1), help="so many tasks: the first ones, or a sample if there is a --seed")
    add("--seed", metavar="S", type=_number(int), help="with which the sample is drawn, and the report's intervals")
    add("--repeat", metavar="K", type=_number(int, least=1), default=1, help="how often each task is done (default: %(default)s)")
    add(
        "--observation",
        metavar="A,B",
        type=_names,
        default=("full",),
        help="what of an error is told: full, last-line, none (default: full)",
    )
    add("--task-seconds", metavar="S", type=_number(float, above=0), default=600.0, help="seconds for all of a task (default: 600)")
    add("--timeout", metavar="S", type=_number(float, above=0), help="seconds that an action may run before the model is told")
    add("--again", action="store_true", help="do again what broke, failed or took too long")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", type=_number(int, least=1), default=1, help="processes here (default: %(default)s)")
    where.add_argument("--dask", metavar="ADDRESS", help="a dask scheduler, whose workers do it")


def _of_a_comparison(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("first", metavar="A", type=Path, help="folder of the results that are held against")
    add("second", metavar="B", type=Path, help="folder of the results to judge")
    add("--model-a", metavar="M", help="of the first folder, this model alone")
    add("--model-b", metavar="M", help="of the second folder, this model alone")
    _of_intervals(command)
    add("--json", action="store_true", help="all of it as JSON on stdout")


def _of_intervals(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", metavar="S", type=_number(int), default=0, help="of the intervals' resamples (default: %(default)s)")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _of_trajectories(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _of_an_export(
        commands.add_parser("export", help="write recorded runs as training data, notebooks, scripts or pages", allow_abbrev=False)
    )
    taken = commands.add_parser("import", help="take in runs that were recorded elsewhere", allow_abbrev=False)
    taken.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="events, results of eval or of MINT, or conversations: JSON lines"
    )
    taken.add_argument("--dry-run", action="store_true", help="read and count, and take nothing in")
    replay = commands.add_parser(
        "replay", help="run a recorded run's replies again, and say what comes out differently", allow_abbrev=False
    )
    replay.add_argument("run", metavar="RUN", help="its id, or how that begins")
    replay.add_argument("--folder", metavar="DIR", type=Path, help="where its data are; it is copied (default: an empty folder)")
    replay.add_argument("--timeout", metavar="S", type=_number(float, above=0), help="seconds that an action may run")
    replay.add_argument("--kernel", metavar="NAME", help="kernelspec to start, such as that of the sandbox")
    replay.add_argument("--json", action="store_true", help="each step, as it was and as it is, as JSON on stdout")


def _of_an_export(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    which = command.add_mutually_exclusive_group()
    which.add_argument("--run", metavar="ID", help="this run alone; how its id begins is enough")
    which.add_argument("--since", metavar="DATE", help="runs that began then or later")
    which.add_argument("--notebook", metavar="PATH", type=Path, help="runs of this notebook, or of imported/FILE")
    add("--to", required=True, choices=["codeact", "openai", "sharegpt", "notebook", "script", "html"], help="what is written")
    add("--filter", metavar="NAME", action="append", default=[], help="keep only such runs; repeatable, asked in this order")
    add("--redact", action="store_true", help="mask values too: literals in code, numbers, quoted words, addresses in what was observed")
    add("--report", metavar="FILE", type=Path, help="what each filter dropped, as JSON")
    add("out", metavar="OUT", type=Path, help="file, or folder with a file for each run; - is stdout")


def _number(kind: type[int] | type[float], least: float = 0, above: float = -1) -> Any:
    def number(text: str) -> float:
        value = kind(text)
        if value < least or value <= above or not math.isfinite(value):
            raise ValueError(text)
        return value

    sign = "positive " if least > 0 or above >= 0 else ""
    number.__name__ = f"{sign}whole number" if kind is int else f"{sign}number"
    return number
