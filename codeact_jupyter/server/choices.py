"""What holds for the next run of one notebook, and what a page that shows it is greeted with."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from codeact_jupyter.config import Settings
from codeact_jupyter.connections import Choice
from codeact_jupyter.errors import SettingError
from codeact_jupyter.events import Approval
from codeact_jupyter.protocol import Welcome
from codeact_jupyter.session.session import Session
from codeact_jupyter.sources import Source, refuse_elsewhere
from codeact_jupyter.suggest import suggestions

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension

MODES: tuple[Approval, ...] = ("risky", "ask", "auto")


class Choices:
    """Of the conversation that the notebook has now."""

    def __init__(self, app: "CodeActExtension", session: Session):
        self._app, self._session = app, session

    def settings(self, user: Mapping[str, Any], run: Mapping[str, Any]) -> Settings:
        """With what this user has set, and what is set for the run alone.  Raises `SettingError`."""
        return self._app.settings_for([run, self._chosen(), user])

    async def choose(self, connection: str, model: str) -> None:
        """Which model this conversation asks from the next run on; both empty: as the settings have it.  Raises `SettingError`."""
        await self._app.load_connections()
        if connection:
            refuse_elsewhere(connection, self._app.connections.book.find(connection).base_url, self._app.config_values)
        self._session.store.choose(self._session.conversation, asdict(Choice(connection, model.strip())))

    async def renew(self, forget: bool = False) -> None:
        """Begin a new conversation, which asks the same model; `forget`: delete the old one.  Raises `StoreError`."""
        store, old = self._session.store, self._session.conversation
        choice = store.choice(old)
        if forget:
            await asyncio.to_thread(store.forget, old)  # in pieces, with pauses
            store.choose(self._session.conversation, choice)
        else:
            store.choose(store.new_conversation(self._session.desk.key), choice)

    def bring_back(self, run: str) -> bool:
        """The notebook's conversation is that of this run again; False: it is already.  Raises `StoreError`."""
        store, session = self._session.store, self._session
        entry = next((entry for entry in store.recent(1, run=run) if entry.path == session.desk.key), None)
        if not entry or entry.conversation == session.conversation:
            return False
        store.bring_back(entry.conversation)
        return True

    async def welcome(self, user: Mapping[str, Any], problem: str) -> Welcome:
        """`problem`: why no run could start, if that is known already."""
        settings = Settings()
        try:
            await self._app.load_connections()
            settings = self.settings(user, {})
        except SettingError as error:
            problem = problem or str(error)
        session = self._session
        files, _ = await asyncio.to_thread(session.beside.look, session.desk.folder)
        return Welcome(
            conversation=session.conversation,
            model=settings.named,
            where=settings.where,
            problem=problem or settings.problem,
            connection=self._choice.connection,
            format="tool" if settings.action_format == "tool" else "code",
            images=settings.sends_images,
            max_steps=settings.max_steps,
            max_tokens=settings.max_tokens,
            max_seconds=settings.max_seconds,
            max_cost=settings.max_cost,
            approval=settings.approval,
            modes=self._modes(),
            examples=tuple(suggestions(files)),
        )

    def _modes(self) -> tuple[Approval, ...]:
        config = self._app.config_values
        if "approval" in config.locked:
            return tuple(mode for mode in MODES if mode == config.approval)
        return MODES if config.allow_auto else MODES[:-1]

    @property
    def _choice(self) -> Choice:
        return Choice(**self._session.store.choice(self._session.conversation))

    def _chosen(self) -> Source:
        """What was chosen for this conversation.  Raises `SettingError` when it is gone: what is asked elsewhere would go elsewhere."""
        choice = self._choice
        return self._app.connections.book.connected(choice.connection, choice.model) if choice.connection else {"model": choice.model}
