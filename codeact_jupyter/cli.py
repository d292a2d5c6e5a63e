"""`jupyter codeact`: the agent without a browser.

Exit codes: 0 answered, 1 failed, 2 usage, 3 limit or stuck, 130 stopped.  Of `doctor`: 0 a run could start, 1 not, 2 usage.
"""

import argparse
import asyncio
import contextlib
import math
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from jupyter_core.paths import jupyter_data_dir

from codeact_jupyter.config import OFFLINE, Settings, configured, same_place
from codeact_jupyter.connections import Connections
from codeact_jupyter.doctor import Patient, Report, examine
from codeact_jupyter.errors import CodeActError, SettingError
from codeact_jupyter.events import RunFinished
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.servers import session_elsewhere
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.sources import Connected, settle
from codeact_jupyter.store import Store
from codeact_jupyter.terminal import Terminal

EXIT = {"answered": 0, "failed": 1, "limit": 3, "stuck": 3, "stopped": 130}
USAGE = 2
DEMO_REQUEST = "What is the average mean radius by planet? Plot it as a bar chart."
KILL_AFTER = 2.0
"""Seconds after a stop within which the kernel has to obey, before it is killed: all has to be over within 5."""


class _Usage(Exception):
    """The command cannot be carried out as it was written."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script `jupyter-codeact`."""
    options = _parser().parse_args(arguments)
    try:
        code = options.command(options)
    except (_Usage, SettingError) as error:
        sys.stderr.write(f"jupyter codeact: {error}\n")
        code = USAGE
    except CodeActError as error:
        sys.stderr.write(f"jupyter codeact: {error}\n")
        code = EXIT["failed"]
    except OSError as error:
        sys.stderr.write(f"jupyter codeact: {error.filename or 'output'}: {error.strerror or error}\n")
        code = EXIT["failed"]
    except KeyboardInterrupt:
        code = EXIT["stopped"]
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jupyter codeact", description="An agent that acts by Python code in a notebook's own kernel.", allow_abbrev=False
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="work on a notebook until there is an answer", allow_abbrev=False)
    run.add_argument("notebook", metavar="NOTEBOOK", type=Path, help="made if it is missing")
    run.add_argument("instruction", metavar="INSTRUCTION", help="what is wanted; - reads it from stdin")
    run.add_argument("--model", help=f"name of the model; {OFFLINE} is the built-in one")
    run.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server")
    run.add_argument("--max-steps", metavar="N", type=_positive(int), help="replies that the run may take")
    run.add_argument("--timeout", metavar="S", type=_positive(float), help="seconds that an action may run before the model is told")
    run.add_argument("--reply-timeout", metavar="S", type=_positive(float), help="longest silence of the model, in seconds")
    run.add_argument("--approval", choices=["auto"], help="which actions ask first")
    run.add_argument("--format", choices=["auto", "code", "tool"], help="how the model writes its actions: in its text, or as tool calls")
    run.add_argument("--kernel", metavar="NAME", help="kernelspec to start")
    run.add_argument("--events", metavar="FILE", type=Path, help="write each recorded event as a line of JSON")
    run.add_argument("--force", action="store_true", help="go on though a Jupyter server has the notebook's kernel")
    run.add_argument("--quiet", action="store_true", help="no progress on stderr")
    run.set_defaults(command=_run)
    demo = commands.add_parser("demo", help="watch the built-in model work on a small table", allow_abbrev=False)
    demo.add_argument(
        "--dir", metavar="DIR", type=Path, default=Path("codeact-demo"), help="where its notebook goes (default: %(default)s)"
    )
    demo.set_defaults(command=_demo)
    doctor = commands.add_parser("doctor", help="say what works here, what does not, and what to do", allow_abbrev=False)
    doctor.add_argument("--model", help="name of the model to try")
    doctor.add_argument("--base-url", metavar="URL", help="the OpenAI-compatible server to try")
    doctor.add_argument("--json", action="store_true", help="all of it as JSON on stdout")
    doctor.set_defaults(command=_doctor)
    return parser


def _positive(kind: type[int] | type[float]) -> Any:
    def number(text: str) -> float:
        value = kind(text)
        if value <= 0 or not math.isfinite(value):
            raise ValueError(text)
        return value

    number.__name__ = "positive whole number" if kind is int else "positive number"
    return number


def _run(options: argparse.Namespace) -> int:
    notebook: Path = options.notebook
    request = _instruction(options.instruction)
    if notebook.suffix != ".ipynb":
        raise _Usage(f"{notebook} is not a notebook: its name has to end in .ipynb")
    if notebook.is_dir() or not notebook.parent.is_dir():
        raise _Usage(f"{notebook} is a folder" if notebook.is_dir() else f"there is no folder {notebook.parent}")
    names = ("model", "base_url", "max_steps", "timeout", "reply_timeout", "approval", "format")
    settings = settle(configured(), os.environ, command_line=_chosen(options, *names), default=_default_connection())
    if settings.problem:
        raise _Usage(settings.problem)
    if not options.force and (url := session_elsewhere(notebook)):
        raise _Usage(f"{notebook} has a kernel on the Jupyter server at {url}: ask in its panel, or go on all the same with --force")
    with _events(options.events) as events:
        return asyncio.run(_work(notebook, request, settings, Terminal(events, options.quiet), options.kernel))


def _chosen(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _default_connection() -> Connected | None:
    """The one that was connected last in the panel; what cannot be read is said, and done without."""
    try:
        return Connections(_folder()).load().default_connected
    except SettingError as error:
        sys.stderr.write(f"jupyter codeact: {error}\n")
        return None


def _doctor(options: argparse.Namespace) -> int:
    default = _default_connection()
    settings = settle(configured(), os.environ, command_line=_chosen(options, "model", "base_url"), default=default)
    origin = "from environment and config files"
    if options.base_url:
        origin = "from --base-url"
    elif default and same_place(default.base_url, settings.base_url):
        origin = f"the connection {default.name!r}"
    report = Report(quiet=options.json)
    asyncio.run(_examined(Patient(settings, origin, _folder() / "store.sqlite", dict(os.environ)), report))
    if options.json:
        sys.stdout.write(report.json + "\n")
    return 0 if report.ready else EXIT["failed"]


async def _examined(patient: Patient, report: Report) -> None:
    async with contextlib.aclosing(examine(patient)) as findings:
        async for finding in findings:
            report.add(finding)
    report.close()


def _instruction(words: str) -> str:
    try:
        request = sys.stdin.read() if words == "-" else words
        request.encode()
    except UnicodeError:
        raise _Usage("the instruction is not text in UTF-8") from None
    if not request.strip():
        raise _Usage("the instruction is empty")
    return request.strip()


def _demo(options: argparse.Namespace) -> int:
    folder: Path = options.dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(_examples() / "moons.csv", folder / "moons.csv")
    except OSError as error:
        raise _Usage(f"{error.filename} cannot be written: {error.strerror}") from error
    names = ("moons.ipynb", *(f"moons-{number}.ipynb" for number in range(2, 1000)))
    notebook = next(folder / name for name in names if not (folder / name).exists())  # an earlier demo may have been worked in
    terminal = Terminal()
    terminal.say(f"{DEMO_REQUEST}\n")
    settings = settle(configured(), os.environ, command_line={"model": OFFLINE})
    code = asyncio.run(_work(notebook, DEMO_REQUEST, settings, terminal, None))
    terminal.say(
        f"\nThe notebook is {notebook}. `jupyter lab {notebook}` opens it, with the panel at its right (from a checkout: `make lab`)."
    )
    return code


async def _work(notebook: Path, request: str, settings: Settings, terminal: Terminal, kernel: str | None) -> int:
    store = Store(_folder() / "store.sqlite")
    desk = LocalDesk(notebook, store, dict(os.environ), kernel)
    session = Session(desk, store, lambda _: settings, terminal)
    try:
        await desk.open()
        end = await _until_the_end(session, request)
    finally:
        terminal.close()
        await desk.close()
        store.close()
    if end.answer:
        terminal.answer(end.answer)
    if end.reason in {"failed", "limit", "stuck"}:
        terminal.fail(end.message)
    elif end.reason == "stopped":
        terminal.say(end.message)
    return EXIT[end.reason]


async def _until_the_end(session: Session, request: str) -> RunFinished:
    run = uuid4().hex
    task = session.start(Request(run, request))
    assert task
    stops: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not stops:  # a second Ctrl-C does not make it faster
            stops.append(asyncio.create_task(_stop(session, run)))

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # under nohup it goes on
            loop.add_signal_handler(number, stop)
    await asyncio.wait([task])  # how it ended is recorded
    await asyncio.gather(*stops)
    events = session.store.events(run)
    end = events[-1].event if events else None
    if isinstance(end, RunFinished):
        return end
    if stops:
        return RunFinished(reason="stopped", message="Stopped.")
    error = None if task.cancelled() else task.exception()  # of the store, when it cannot be written
    return RunFinished(reason="failed", message=str(error) if isinstance(error, CodeActError) else f"The run broke off ({error}).")


async def _stop(session: Session, run: str) -> None:
    stopping = asyncio.create_task(session.stop(run))
    done, _ = await asyncio.wait([stopping], timeout=KILL_AFTER)
    if not done and isinstance(session.desk, LocalDesk):
        await session.desk.kill()
    await stopping


@contextlib.contextmanager
def _events(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        stream = path.open("w", encoding="utf-8")
    except OSError as error:
        raise _Usage(f"{path} cannot be written: {error.strerror}") from error
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):  # that it cannot be written was said when it was tried
            stream.close()


def _folder() -> Path:
    return Path(jupyter_data_dir()) / "codeact"


def _examples() -> Path:
    here = Path(__file__).parent
    return next(folder for folder in (here / "examples", here.parent / "examples") if folder.is_dir())


if __name__ == "__main__":
    main()
