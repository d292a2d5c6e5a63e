"""May this action run?  Asked at a terminal, with the code as it would run; meanwhile the run can be stopped as at any time."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.syntax import Syntax

from codeact_jupyter.policy import EFFECTS
from codeact_jupyter.ports import Verdict
from codeact_jupyter.position import lasting
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.terminal.editor import END, edited, editor, typed
from codeact_jupyter.terminal.keyboard import Keyboard
from codeact_jupyter.terminal.plain import spelt_out, without_commands


@dataclass(frozen=True)
class Question:
    """How one is asked."""

    console: Console
    keyboard: Keyboard
    environment: Mapping[str, str]
    """Names the editor, and is what the editor gets."""
    of_all: bool
    """Every action asks, so that allowing a class would change nothing."""

    async def ask(self, code: str, verdict: Verdict) -> Decision:
        """The user's word."""
        asks = f"[bold yellow]asks first:[/] {escape(without_commands(verdict.reason))}"
        self._show(asks, code)
        choices = self._choices(verdict)
        while True:
            self.keyboard.forget()
            self.console.print(f"    run it?  {choices}  [bold]>[/] ", end="")
            match await self._word():
                case None:
                    return Decision(False)
                case "y" | "yes":
                    return Decision(True, code)
                case "a" | "all" if self._may_allow_all(verdict):
                    return Decision(True, code, whole_run=True)
                case "n" | "no":
                    return Decision(False, note=await self._why())
                case "e" | "edit":
                    before, code = code, await self._change(code)
                    self._show(asks if code == before else "[bold yellow]as you changed it:[/]", code)
                case _:
                    pass

    def _show(self, title: str, code: str) -> None:
        self.console.print(f"  {title}")
        # the terminal's own colours: they are legible on whatever it has behind them
        coloured = Syntax(spelt_out(code), "python", theme="ansi_dark", background_color="default", word_wrap=True)
        self.console.print(Padding(coloured, (0, 0, 0, 4)), soft_wrap=False)

    def _choices(self, verdict: Verdict) -> str:
        choices = ["[bold]y[/] yes", "[bold]n[/] no", "[bold]e[/] edit it"]
        if self._may_allow_all(verdict):
            classes = ", or ".join(EFFECTS.get(effect, effect) for effect in lasting(verdict.effects))
            choices.append(f"[bold]a[/] yes, and in this run whatever {escape(classes)}")
        return " · ".join(choices)

    def _may_allow_all(self, verdict: Verdict) -> bool:
        return bool(lasting(verdict.effects)) and not self.of_all

    async def _word(self) -> str | None:
        line = await self.keyboard.line()
        if line is None:
            self.console.print()
        return None if line is None else line.strip().lower()

    async def _why(self) -> str:
        self.console.print("    a word to the model, if you like  [bold]>[/] ", end="")
        return (await self.keyboard.line() or "").strip()

    async def _change(self, code: str) -> str:
        """The code that is to be asked about next."""
        if command := editor(self.environment):
            try:
                return await edited(command, self.environment, self.keyboard, code)
            except OSError as error:
                self.console.print(f"    [red]{escape(without_commands(str(error)))}[/]")
        self.console.print(f"    type what is to run instead; a line with {END} alone ends it, Ctrl-D leaves the code as it is")
        anew = await typed(self.keyboard)
        return code if anew is None else anew
