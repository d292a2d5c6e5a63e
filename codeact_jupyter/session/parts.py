"""The parts of a run, made from its settings."""

from collections.abc import Awaitable, Callable, Mapping

from codeact_jupyter.config import Settings
from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.model.client import ChatModel, Endpoint, Patience
from codeact_jupyter.ports import Execution, Name, OutputSink
from codeact_jupyter.session.unseen import said, unseen


def chat_model(settings: Settings, on_retry: Callable[[str], None]) -> ChatModel:
    """The model that the settings name; the built-in one needs neither key nor server."""
    patience = Patience(reply_timeout=settings.reply_timeout)
    if settings.offline:
        # imported here: the transport needs httpx2, which is heavy and not wanted at server start
        from codeact_jupyter.model.offline.transport import OfflineTransport

        return ChatModel(Endpoint(settings.named, "http://offline.invalid/v1", None, OfflineTransport()), patience, on_retry)
    return ChatModel(Endpoint(settings.named, settings.base_url or None, settings.api_key or None), patience, on_retry)


class KernelOnDemand:
    """The notebook's kernel, taken when it is first needed and given back when the run ends.

    `aside`: its main shell waits for the run, whose code runs beside it.  `first`: what there is to do with it before anything else;
    `prepare`: what has to be done with each process, so again after a restart.
    """

    def __init__(
        self,
        take: Callable[[], Awaitable[KernelClient]],
        give_back: Callable[[KernelClient], Awaitable[None]],
        aside: bool = False,
        first: Callable[[KernelClient], Awaitable[None]] | None = None,
        prepare: Callable[[KernelClient], Awaitable[None]] | None = None,
    ):
        self._take, self._give_back, self._aside, self._first, self._prepare = take, give_back, aside, first, prepare
        self._client: KernelClient | None = None
        self._prepared = ""
        self._touched: object = None

    async def ready(self) -> str:
        return (await self._ready()).identity

    async def start(self, source: str, sink: OutputSink, msg_id: str) -> Execution:
        return await (await self._ready()).start(source, sink, msg_id)

    @property
    def identity(self) -> str:
        """Of the kernel that was taken; empty: none was."""
        return self._client.identity if self._client else ""

    async def names(self) -> Mapping[str, Name]:
        """The kernel's names now; the kernel is started for it."""
        client = await self._ready()
        self._touched = client.touched
        return await client.names()

    async def news(self) -> tuple[str, Mapping[str, Name]]:
        """Which kernel it is, and its names if somebody else has used it since they were last asked for; while it is busy, none."""
        client = self._client
        if client is None or client.touched == self._touched:
            return "", {}
        touched, names = client.touched, await client.names()
        if names:
            self._touched = touched
        return client.identity, names

    async def close(self) -> None:
        if self._client:
            client, self._client = self._client, None
            await self._give_back(client)

    async def _ready(self) -> KernelClient:
        if self._client is None:
            self._client = await self._take()
            if self._aside:
                await self._client.go_aside()
            if self._first:
                await self._first(self._client)
        if self._prepare and self._prepared != self._client.identity:
            await self._prepare(self._client)
            self._prepared = self._client.identity
        return self._client


class Preparing:
    """Code that runs in a kernel before anything else there, in no cell."""

    def __init__(self, source: str, seconds: float = 60.0):
        self._source, self._seconds = source, seconds

    async def __call__(self, client: KernelClient) -> None:
        """Raises `KernelError` when it fails."""
        finished = await unseen(client, self._source, self._seconds)
        if finished.status != "ok":
            raise KernelError(f"What has to be in the kernel first could not be brought there ({finished.status}). {said(finished)}")
