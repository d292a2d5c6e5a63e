"""The audience at a terminal: progress and questions on stderr, the answer on stdout, events in a file."""

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.status import Status

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    Approval,
    ApprovalAsked,
    ModelReplied,
    Observed,
    Recorded,
    RunFinished,
    UserAsked,
)
from codeact_jupyter.ports import Verdict
from codeact_jupyter.recap import prose
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.terminal.keyboard import Keyboard
from codeact_jupyter.terminal.plain import without_commands
from codeact_jupyter.terminal.question import Question

DOING = {
    "starting_kernel": "starting the kernel",
    "waiting_for_cell": "waiting for another cell",
    "interrupting": "interrupting",
    "restarting": "restarting the kernel",
}
MARKS = {"ok": "[green]✓[/]", "error": "[red]✗[/]", "running": "[blue]…[/]"}
CODE_LINES = 12
"""Of a longer action the beginning is shown: all of it is in the notebook."""
WIDTH = 120
NOBODY = "Nobody can be asked here. Do without it, or say in your answer what has to be run."
UNKNOWN = "  [yellow]?[/] cut off while it ran: it may have run, in part or whole; it is not run again unasked"
_LABEL = re.compile(r"\[(stdout|stderr|result|display|error)\]")
_WARNS = re.compile(r"\[(exit status|never awaited|kernel)")


class Terminal:
    """Lines are plain where stderr is no terminal; where nobody can be asked, what asks is denied."""

    def __init__(self, events: TextIO | None = None, quiet: bool = False):
        self._events, self._quiet = events, quiet
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._question: Question | None = None
        self._status: Status | None = None
        self._said = ""
        self._step = 0
        self._code_to_show = ""
        self._refused: set[str] = set()
        """Actions of which it was said already that they do not run."""

    def asks(self, keyboard: Keyboard, mode: Approval, environment: Mapping[str, str]) -> None:
        """From here on what asks is asked there."""
        self._question = Question(self._console, keyboard, environment, of_all=mode == "ask")

    def picks_up(self, recorded: Sequence[Recorded]) -> None:
        """A run goes on that has recorded this: the events file has all of it, the steps go on counting."""
        for each in recorded:
            self._write(each)
            self._step += isinstance(each.event, ModelReplied)

    def say(self, words: str) -> None:
        """A line of progress."""
        if not self._quiet:
            self._console.print(_plain(words))

    def fail(self, words: str) -> None:
        """What went wrong: said under `--quiet` too."""
        self._console.print(f"[red]{_plain(words)}[/]")

    def answer(self, text: str) -> None:
        """The one thing that goes to stdout."""
        if sys.stdout.isatty():
            Console().print(Markdown(without_commands(text)))
        else:
            sys.stdout.write(text.rstrip() + "\n")
            sys.stdout.flush()

    def recorded(self, recorded: Recorded) -> None:
        self._write(recorded)
        if isinstance(recorded.event, Observed) and recorded.event.status == "unknown":
            self._console.print(UNKNOWN)
        elif not self._quiet:
            self._show(recorded)

    def typing(self, run: str, text: str) -> None:
        """What streams in is shown when it is whole."""

    def doing(self, run: str, what: str, detail: str = "") -> None:
        if what == "retrying":
            self.say(f"  asking again: {detail}")
        elif what == "running" and detail:
            self.say(f"  running again {detail} …")
        elif self._turns:
            self._busy(DOING.get(what, what))
        elif what in DOING:
            self.say(f"  {DOING[what]} …")

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        self.close()  # a line that turns would write over the question
        if self._question:
            return await self._question.ask(proposed.code, verdict)
        self._refused.add(proposed.action_id)
        self._console.print(f"  [yellow]not run:[/] {_plain(verdict.reason)} Allow it with --approval auto, or where you can be asked.")
        return Decision(False, note=f"{verdict.reason} {NOBODY}")

    async def may_restart(self, run: str) -> bool:
        """Nobody else has this kernel."""
        self.say("  the code cannot be interrupted: the kernel is restarted, all variables are lost")
        return True

    def close(self) -> None:
        """The run is over, or broke off: nothing turns on the screen any more."""
        if self._status:
            self._status.stop()
            self._status = None

    def _write(self, recorded: Recorded) -> None:
        if self._events is None:
            return
        try:
            self._events.write(recorded.model_dump_json() + "\n")
            self._events.flush()
        except OSError as error:  # the run is worth more than its log
            self._events = None
            self.fail(f"The events file cannot be written any further ({error.strerror}); the run goes on.")

    def _show(self, recorded: Recorded) -> None:
        match recorded.event:
            case UserAsked(model="offline"):
                self._console.print(
                    "[dim]built-in model, for simple questions about tables; connect another with --model and --base-url[/]"
                )
            case UserAsked(model=model):
                self._console.print(f"[dim]model {_plain(model)}[/]")
            case ModelReplied(text=text):
                self._step += 1
                self._said = text
            case ActionProposed(code=code):
                self._head()
                self._code_to_show = code
                if not self._question:
                    self._code()
            case ApprovalAsked() if self._question:
                self._code_to_show = ""  # the question shows all of it
            case ActionDecided():
                self._code()
            case ActionStarted():
                self._busy("running")
            case Observed() as observed:
                self._outcome(observed)
                self._busy("thinking")
            case RunFinished(reason=reason, message=message):
                self.close()
                if reason == "answered":
                    self._console.print(f"[dim]{_plain(message)}[/]")
            case _:
                pass

    def _head(self) -> None:
        self._console.print(f"[bold]step {self._step}[/] {_plain(_prose(self._said))}".rstrip())

    def _code(self) -> None:
        lines, self._code_to_show = self._code_to_show.splitlines(), ""
        shown = lines if len(lines) <= CODE_LINES + 1 else lines[:CODE_LINES]
        for line in shown:
            self._console.print(f"    [cyan]{_plain(_short(line))}[/]")
        if len(shown) < len(lines):
            self._console.print(f"    [dim]… {len(lines) - len(shown)} more lines[/]")

    def _outcome(self, observed: Observed) -> None:
        if observed.action_id in self._refused:
            return
        if observed.status == "unparsed":
            self._head()
        mark = "[yellow]![/]" if _WARNS.search(observed.text) else MARKS.get(observed.status, "[yellow]![/]")
        told = observed.text if observed.action_id is None and observed.status == "died" else _brief(observed.text, observed.status)
        self._console.print(f"  {mark} {_plain(told)}")

    @property
    def _turns(self) -> bool:
        return self._console.is_terminal and not self._quiet

    def _busy(self, words: str) -> None:
        """A line that turns below the others, where there is a terminal to turn it."""
        if not self._turns:
            return
        if self._status is None:
            self._status = self._console.status(words)
            self._status.start()
        self._status.update(words)


def _plain(text: str) -> str:
    """Neither markup of rich nor commands to the terminal."""
    return escape(without_commands(text))


def _short(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 2] + " …"


def _prose(reply: str) -> str:
    """The first line before the action."""
    return next((_short(line.strip()) for line in prose(reply).splitlines() if line.strip()), "")


def _brief(text: str, status: str) -> str:
    """An observation in a line: its beginning when all went well, else what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not _LABEL.fullmatch(line.strip())]
    if warning := next((line for line in lines if _WARNS.match(line)), ""):
        return _short(warning)
    if status == "error":
        return _short(next((line for line in reversed(lines) if not line.startswith("[")), ""))
    if status == "running":
        return _short("still running" + (f"; last: {lines[-2]}" if len(lines) > 1 else ""))
    if status != "ok":
        return _short(next((line for line in reversed(lines) if line.startswith("[")), "".join(lines[:1])))
    if text.startswith("[no output]"):
        return "no output"
    more = f"  (+{len(lines) - 1} lines)" if len(lines) > 2 else "  (+1 line)" if len(lines) > 1 else ""
    return _short("".join(lines[:1])) + more
