"""The agent loop.  Start here.

ask -> [ reply -> parse -> decide -> execute -> observe ]* -> answer

CodeAct, arXiv 2402.01030: the model's action is code, what it put out is the next observation.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from uuid import uuid4

from codeact_jupyter.budget import Limits, Stopwatch, exhausted, seconds_left, spent, steps
from codeact_jupyter.drafting import Drafting
from codeact_jupyter.errors import ActionParseError, CellRefused, CodeActError, ContextExceeded, LimitReached, ModelError, Stuck, plain
from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    ApprovalAsked,
    Event,
    ModelReplied,
    Observed,
    Resumed,
    RunFinished,
    Status,
    Steered,
    UserAsked,
)
from codeact_jupyter.ports import Action, Answer, Code, Execution, Finished, Interrupt, Parts, Reply, Verdict, Wait
from codeact_jupyter.position import Position, pending, position, this_run, unread
from codeact_jupyter.stuck import STUCK_AT, repeats, told

STOPPED = "Stopped. What ran until then is in the notebook; ask again to go on from there."
INSTEAD = "Correct it in its cell, or say what to do instead, and ask again."
CHANGED = "The user changed your code before it ran. This ran:"
UNKNOWN = "Cut off here: this may have run, in part or whole, and was not run again. Look at what it did before you repeat it."


class Run:
    """One request, from the user's words to an answer.

    `history` holds the conversation's earlier runs, and of a run that was cut off what it had recorded.
    """

    def __init__(
        self,
        parts: Parts,
        record: Callable[[Event], None],
        limits: Limits | None = None,
        history: Sequence[Event] = (),
        on_text: Callable[[str], None] = lambda _: None,
        watch: Stopwatch | None = None,
    ):
        self.parts = parts
        self.limits = limits or Limits()
        self.history = list(history)
        self.stopping = False
        self.over = False
        """No reply is to come that could take up more of the user's words."""
        self._watch = watch or Stopwatch()
        self._record = record
        self._on_text = on_text
        self._running: tuple[str, Execution] | None = None
        self._note = ""

    async def run(self, request: UserAsked) -> RunFinished:
        """Works until there is an answer or an end; raises what made it fail, after it was recorded."""
        self.record(request)
        return await self._to_the_end(None)

    async def resume(self, note: str = "") -> RunFinished:
        """Go on where the history ends; what may have run is told to the model, not run again.  `note`: what the user is told of it."""
        self.record(Resumed(note=note))
        return await self._to_the_end(position(self.history))

    def steer(self, text: str) -> bool:
        """The user's words; they stand in the next observation.  False: there is none to come, and they are not recorded."""
        if not self.over:
            self.record(Steered(text=text))
        return not self.over

    def tell(self, text: str) -> None:
        """The kernel was lost between two actions; stands in the next observation."""
        self._say("died", text)

    async def _to_the_end(self, start: Position | None) -> RunFinished:
        try:
            end = await self._end(start)
            self.over = True
            await self._interrupt()  # an answer, or the limit, ends what still runs
            await self.parts.notebook.finish()
        except asyncio.CancelledError:
            # a server that shuts down cancels too, and that run can be resumed
            await self._put_down(RunFinished(reason="stopped", message=STOPPED) if self.stopping else None)
            raise
        except Exception as error:
            await self._put_down(RunFinished(reason="failed", message=plain(error)))
            raise
        self.record(end)
        return end

    async def _end(self, start: Position | None) -> RunFinished:
        try:
            answer = await self._until_answer(start)
        except LimitReached as limit:
            self.over = True
            over = exhausted(self.limits, spent(this_run(self.history)), self._watch.seconds)
            return RunFinished(reason="limit", answer=await self._last_words(over), message=str(limit))
        except Stuck as stuck:
            return RunFinished(reason="stuck", message=str(stuck))
        return RunFinished(reason="answered", answer=answer, message=f"Answered in {steps(self._used())}.")

    async def _put_down(self, end: RunFinished | None) -> None:
        """On the way out: nothing goes on running, what was done is saved if it can be; cut short, the end is recorded all the same."""
        self.over = True
        try:
            for last in (self._interrupt, self.parts.notebook.finish):
                with contextlib.suppress(CodeActError):
                    await last()
        finally:
            if end:
                self.record(end)

    async def _until_answer(self, start: Position | None) -> str:
        if start:
            await self._pick_up(start)
        while self._used() < self.limits.steps:
            if over := exhausted(self.limits, spent(this_run(self.history)), self._watch.seconds):
                raise LimitReached(over)
            action, cell_id = await self.think()
            match action:
                case Answer(text):
                    if not (feedback := await self._objection(text)):
                        return text
                    self._say("rejected", feedback)
                case Code():
                    await self.act(action, cell_id)
                case Wait(seconds):
                    await self._wait(seconds)
                case Interrupt():
                    await self._interrupt(asked=True)
                case None:
                    pass
        raise LimitReached(f"No answer after {steps(self.limits.steps)}. Ask on from what was found, or allow more steps (max_steps).")

    async def _objection(self, answer: str) -> str | None:
        if unread(self.history):
            return "The user wrote while you answered; take it into account."
        return await self.parts.check(answer) if self.parts.check else None

    async def think(self) -> tuple[Action | None, str | None]:
        """The model's next action, and the cell that it was streamed into."""
        drafting = Drafting(self.parts.format, None if self._running else self.parts.notebook, self._on_text)
        try:
            reply = await self._reply(drafting)
        except BaseException:
            drafting.drop()  # half an action leaves no cell
            raise
        try:
            action = self.parts.format.parse(reply, self.history)
            self.record(ModelReplied(text=reply.text, calls=reply.calls, usage=reply.usage))
        except ActionParseError as error:  # the model's mistake is its next observation
            self.record(ModelReplied(text=reply.text, calls=reply.calls, usage=reply.usage))
            self._say("unparsed", str(error))
            action = None
        if not isinstance(action, Code):
            drafting.drop()
        return action, drafting.cell_id

    async def _reply(self, drafting: Drafting) -> Reply:
        while True:
            try:
                async with asyncio.timeout(seconds_left(self.limits, self._watch.seconds)) as time:
                    return await self.parts.model.reply(await self.parts.prompt.messages(self.history), self.parts.format.tools, drafting)
            except ContextExceeded:
                if not self.parts.prompt.shrink():
                    raise
            except TimeoutError:
                if time.expired():
                    raise LimitReached(exhausted(self.limits, spent(()), self.limits.seconds)) from None
                raise

    async def act(self, action: Code, cell_id: str | None) -> None:
        """Put the code in its cell, have it decided, run it and observe."""
        if self._running:
            self._say("running", "The last action still runs: wait, interrupt or answer.", self._running[0])
            return
        try:
            verdict = await self._judge(action)
            cell_id = cell_id or self.parts.notebook.open_cell(action, proposal=verdict.decision != "allow")
        except CellRefused as refused:
            self._say("rejected", str(refused))
            return
        self.parts.notebook.write(cell_id, action.source)
        self._note = action.note
        proposed = ActionProposed(action_id=uuid4().hex, code=action.source, cell_id=cell_id, scratch=action.scratch)
        self.record(proposed)
        await self._decide(proposed, verdict)

    async def _judge(self, action: Code) -> Verdict:
        return await self.parts.policy.judge(action, self.parts.notebook.facts(action))

    async def _decide(self, proposed: ActionProposed, verdict: Verdict) -> None:
        if verdict.decision == "ask" and not pending(self.history):
            self.record(ApprovalAsked(action_id=proposed.action_id, reason=verdict.reason, effects=verdict.effects))
        with self._watch.pause():
            decided = await self.parts.approver.decide(proposed, verdict)
        self.record(decided)
        await self._start(proposed, decided)

    async def _start(self, proposed: ActionProposed, decided: ActionDecided) -> None:
        if decided.decision == "deny":
            self._say("denied", f"This was not allowed to run. {decided.note}".strip(), proposed.action_id)
            self.parts.notebook.discard(proposed.cell_id)
            return
        if decided.code != proposed.code:
            self._note = f"{self._note}\n{CHANGED}\n```python\n{decided.code}\n```".lstrip()
        kernel = await self.parts.kernel.ready()
        cell_id = self.parts.notebook.settle(proposed.cell_id)
        if self.parts.notebook.source(cell_id) != decided.code:
            self.parts.notebook.write(cell_id, decided.code)
        elsewhere = None if cell_id == proposed.cell_id else cell_id
        started = ActionStarted(action_id=proposed.action_id, msg_id=uuid4().hex, cell_id=elsewhere, kernel=kernel)
        self.record(started)
        execution = await self.parts.kernel.start(decided.code, self.parts.notebook.sink(cell_id), started.msg_id)
        self._running = proposed.action_id, execution
        await self._wait(self.limits.action_seconds)

    async def _pick_up(self, start: Position) -> None:
        match start.at, start.proposed, start.decided:
            case "decide", ActionProposed() as proposed, _:
                asked = pending(self.history)
                verdict = Verdict("ask", asked.reason, asked.effects) if asked else await self._judge(Code(proposed.code, proposed.cell_id))
                await self._decide(proposed, verdict)
            case "ready", ActionProposed() as proposed, ActionDecided() as decided:
                verdict = await self._judge(Code(decided.code, proposed.cell_id)) if decided.by == "policy" else Verdict("allow")
                if verdict.decision == "allow":
                    await self._start(proposed, decided)
                else:  # what was allowed in one kernel, a sandboxed one, need not be in another
                    await self._decide(proposed, verdict)
            case "unknown", ActionProposed() as proposed, _:
                self._say("unknown", UNKNOWN, proposed.action_id)

    async def _wait(self, seconds: float) -> None:
        if not self._running:
            self._say("unparsed", "Nothing runs that could be waited for.")
            return
        left = seconds_left(self.limits, self._watch.seconds)
        finished = await self._running[1].wait(seconds if left is None else min(seconds, left))
        if finished is None and left is not None and left <= seconds:
            finished = await self._running[1].interrupt()  # the run's time is used up
        await self._observe(finished)

    async def _interrupt(self, asked: bool = False) -> None:
        if self._running:
            await self._observe(await self._running[1].interrupt())
        elif asked:
            self._say("unparsed", "Nothing runs that could be interrupted.")

    async def _observe(self, finished: Finished | None) -> None:
        assert self._running
        action_id, execution = self._running
        observed = self.parts.observe(action_id, finished, execution.outputs())
        if finished:
            self._running = None
        if self._note:
            observed, self._note = observed.model_copy(update={"text": f"{self._note}\n{observed.text}"}), ""
        tries = repeats(self.history, observed)
        if tries > 1:
            observed = observed.model_copy(update={"text": f"{told(self.history, tries)}\n{observed.text}"})
        self.record(observed)
        await self.parts.notebook.save()
        if tries >= STUCK_AT and self.limits.circles:
            raise Stuck(f"The same code failed in the same way {tries} times. {INSTEAD}")

    async def _last_words(self, over: str) -> str | None:
        """At the limit: the best answer from what was seen; nothing of it runs."""
        if over or not self.limits.last_words:
            return None
        await self._interrupt()
        try:
            reply = await self._reply(Drafting(self.parts.format, None, self._on_text))
            self.record(ModelReplied(text=reply.text, calls=reply.calls, usage=reply.usage))
            action = self.parts.format.parse(reply, self.history)
        except (ModelError, ActionParseError, LimitReached):
            return None
        return action.text if isinstance(action, Answer) else None

    def _used(self) -> int:
        return sum(isinstance(event, ModelReplied) for event in this_run(self.history))

    def _say(self, status: Status, text: str, action_id: str | None = None) -> None:
        """An observation that is not of outputs."""
        self.record(Observed(action_id=action_id, status=status, text=text))

    def record(self, event: Event) -> None:
        """The one way into the history, and out to store and browser."""
        self.history.append(event)
        self._record(event)
