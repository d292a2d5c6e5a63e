"""What a run waits for its user with: an action that asks, and code that nothing but a restart of the kernel ends."""

import asyncio
from collections.abc import Callable

from pydantic import BaseModel

from codeact_jupyter.errors import CodeActError
from codeact_jupyter.events import ActionProposed
from codeact_jupyter.ports import Verdict
from codeact_jupyter.protocol import AskRestart
from codeact_jupyter.session.desk import Decision


class Questions:
    """Of one notebook; an answer may take as long as its user likes."""

    def __init__(self, tell: Callable[[BaseModel], None]):
        self._tell = tell
        self._action: tuple[str, asyncio.Future[Decision]] | None = None
        self._restart: tuple[str, asyncio.Future[bool]] | None = None

    @property
    def restart(self) -> AskRestart | None:
        """What is asked now, for a page that comes late; an action that asks is recorded."""
        return AskRestart(run=self._restart[0]) if self._restart else None

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        """The page shows what is recorded, and answers by `decide`."""
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._action = proposed.action_id, future
        try:
            return await future
        finally:
            self._action = None

    def decide(self, action_id: str, decision: Decision) -> None:
        """The user's word.  Raises `CodeActError` when it is not asked for any more."""
        if not self._action or self._action[0] != action_id or self._action[1].done():
            raise CodeActError("That was decided already, or its run has ended.")
        self._action[1].set_result(decision)

    async def may_restart(self, run: str) -> bool:
        """Asks the page."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._restart = run, future
        self._tell(AskRestart(run=run))
        try:
            return await future
        finally:
            self._restart = None

    def restart_wanted(self) -> bool:
        """The user wants it; False: nobody had asked."""
        if not self._restart:
            return False
        if not self._restart[1].done():
            self._restart[1].set_result(True)
        return True
