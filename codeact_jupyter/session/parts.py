"""The parts of a run, made from its settings."""

from collections.abc import Awaitable, Callable, Mapping

from codeact_jupyter.config import Settings
from codeact_jupyter.events import ActionDecided, ActionProposed
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.model.client import ChatModel, Endpoint, Patience
from codeact_jupyter.ports import Code, Execution, Facts, Name, Notebook, OutputSink, Verdict


def chat_model(settings: Settings, on_retry: Callable[[str], None]) -> ChatModel:
    """The model that the settings name; the built-in one needs neither key nor server."""
    patience = Patience(reply_timeout=settings.reply_timeout)
    if settings.offline:
        # imported here: the transport needs httpx2, which is heavy and not wanted at server start
        from codeact_jupyter.model.offline.transport import OfflineTransport

        return ChatModel(Endpoint(settings.named, "http://offline.invalid/v1", None, OfflineTransport()), patience, on_retry)
    return ChatModel(Endpoint(settings.named, settings.base_url or None, settings.api_key or None), patience, on_retry)


class AllowAll:
    """The policy while there is none to choose: every action may run."""

    def judge(self, action: Code, facts: Facts) -> Verdict:
        return Verdict("allow")


class CellHolds:
    """The approver that asks nobody, and runs what the cell holds: the user may have typed in it while it was written."""

    def __init__(self, notebook: Notebook):
        self._notebook = notebook

    async def decide(self, proposed: ActionProposed, verdict: Verdict) -> ActionDecided:
        held = self._notebook.source(proposed.cell_id)
        if held is None:
            note = "The user deleted its cell."
            return ActionDecided(action_id=proposed.action_id, decision="deny", by="user", code=proposed.code, note=note)
        if held == proposed.code:
            return ActionDecided(action_id=proposed.action_id, decision="allow", by="policy", code=held)
        return ActionDecided(action_id=proposed.action_id, decision="allow", by="user", code=held)


class KernelOnDemand:
    """The notebook's kernel, taken when it is first needed and given back when the run ends.

    `aside`: its main shell waits for the run, whose code runs beside it.
    """

    def __init__(
        self, take: Callable[[], Awaitable[KernelClient]], give_back: Callable[[KernelClient], Awaitable[None]], aside: bool = False
    ):
        self._take, self._give_back, self._aside = take, give_back, aside
        self._client: KernelClient | None = None

    async def start(self, source: str, sink: OutputSink, msg_id: str) -> Execution:
        return await (await self._ready()).start(source, sink, msg_id)

    async def names(self) -> Mapping[str, Name]:
        """The kernel's names now; the kernel is started for it."""
        return await (await self._ready()).names()

    async def close(self) -> None:
        if self._client:
            client, self._client = self._client, None
            await self._give_back(client)

    async def _ready(self) -> KernelClient:
        if self._client is None:
            self._client = await self._take()
            if self._aside:
                await self._client.go_aside()
        return self._client
