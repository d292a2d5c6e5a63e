"""A run as it is told on a terminal: progress on stderr, the answer on stdout, events in a file."""

import sys
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from codeact_jupyter.events import ActionProposed, ModelReplied, Observed, Recorded, RunFinished, UserAsked

DOING = {
    "starting_kernel": "starting the kernel",
    "waiting_for_cell": "waiting for your cell",
    "interrupting": "interrupting",
    "restarting": "restarting the kernel",
}
MARKS = {"ok": "[green]✓[/]", "error": "[red]✗[/]", "running": "[blue]…[/]"}


class Terminal:
    """The audience at a terminal; lines are plain where stderr is none."""

    def __init__(self, events: TextIO | None = None, quiet: bool = False):
        self._events, self._quiet = events, quiet
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._said = ""
        self._step = 0

    def say(self, words: str) -> None:
        """A line of progress."""
        if not self._quiet:
            self._console.print(escape(words))

    def fail(self, words: str) -> None:
        """What went wrong: said under `--quiet` too."""
        self._console.print(escape(words), style="red")

    def answer(self, text: str) -> None:
        """The one thing that goes to stdout."""
        if sys.stdout.isatty():
            Console(soft_wrap=False).print(Markdown(text))
        else:
            sys.stdout.write(text.rstrip() + "\n")
            sys.stdout.flush()

    def recorded(self, recorded: Recorded) -> None:
        if self._events:
            self._events.write(recorded.model_dump_json() + "\n")
            self._events.flush()
        if self._quiet:
            return
        match recorded.event:
            case UserAsked(model="offline"):
                self._console.print(
                    "built-in model: simple questions about tables; connect another with --model and --base-url", style="dim"
                )
            case UserAsked(model=model):
                self._console.print(f"model {escape(model)}", style="dim")
            case ModelReplied(text=text):
                self._step += 1
                self._said = text
            case ActionProposed(code=code):
                self._console.print(f"[bold]step {self._step}[/] {escape(_prose(self._said))}".rstrip())
                for line in code.splitlines():
                    self._console.print(f"    {escape(line)}", style="cyan")
            case Observed(status=status, text=text):
                self._console.print(f"  {MARKS.get(status, '[yellow]![/]')} {escape(_brief(text, status))}")
            case RunFinished() | _:
                pass

    def typing(self, run: str, text: str) -> None:
        """What streams in is shown when it is whole."""

    def doing(self, run: str, what: str, detail: str = "") -> None:
        if what == "retrying":
            self.say(f"  retrying: {detail}")
        elif what in DOING:
            self.say(f"  {DOING[what]} …")

    async def may_restart(self, run: str) -> bool:
        """Nobody else has this kernel."""
        self.say("  the code cannot be interrupted: the kernel is restarted, all variables are lost")
        return True


def _prose(reply: str) -> str:
    """The first line before the action."""
    return next((line.strip() for line in reply.partition("<execute")[0].splitlines() if line.strip()), "")


def _brief(text: str, status: str) -> str:
    """An observation in a line: its end, when it failed, else its beginning."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("[")]
    if not lines:
        return text.strip()[:120]
    line = lines[-1] if status == "error" else lines[0]
    more = f"  (+{len(lines) - 1} lines)" if len(lines) > 1 and status != "error" else ""
    return line[:120] + more
