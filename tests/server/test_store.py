"""The store as the server keeps it: what the user is told of it, and when old conversations go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from codeact_jupyter.events import RunFinished, UserAsked
from codeact_jupyter.store import Store
from codeact_jupyter.testing import say
from tests.server.conftest import Scripted, Serve
from tests.server.tab import until


def kept(tmp_path: Path) -> Path:
    return tmp_path / "data" / "codeact" / "store.sqlite"


async def test_who_opens_a_notebook_is_told_once_that_a_damaged_store_was_set_aside(serve: Serve, scripted: Scripted, tmp_path: Path):
    await scripted(say("One."))
    server = await serve()
    kept(tmp_path).parent.mkdir()
    kept(tmp_path).write_bytes(b"no database" * 500)
    server.write("a.ipynb", "x = 1")
    server.write("b.ipynb", "x = 1")
    assert (await server.fetch("GET", "codeact/api/runs")).code == 200  # opens it, with nobody there to be told

    browser = await server.browser()

    notice = await browser.hears("notice")
    assert "set aside as store.sqlite.broken-" in notice["message"] and "notebooks are as they were" in notice["message"]
    other = await server.browser("b.ipynb")
    assert await other.answer(await other.ask()) == "One."
    assert not other.heard("notice") and len(browser.heard("notice")) == 1
    assert "set aside" in server.log.getvalue()


async def test_conversations_that_nobody_went_on_with_are_deleted_when_the_server_opens_the_store(serve: Serve, tmp_path: Path):
    store = Store(kept(tmp_path))
    for name, days in (("old", 31), ("new", 29)):
        conversation = store.conversation(f"/{name}.ipynb")
        store.begin(name, conversation)
        store.append(name, UserAsked(text=name))
        store.append(name, RunFinished(reason="answered"))
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")
        store._db.execute("UPDATE events SET at = ? WHERE run = ?", (at, name))
        store._db.execute("UPDATE runs SET started = ? WHERE id = ?", (at, name))
    store.close()
    server = await serve(codeact={"keep_days": 30})
    server.write("a.ipynb", "x = 1")

    await server.browser()

    await until(lambda: "1 old conversations deleted" in server.log.getvalue())
    assert [entry.run for entry in server.extension.store.recent(9)] == ["new"]


async def test_without_a_setting_nothing_is_ever_deleted(serve: Serve, tmp_path: Path):
    store = Store(kept(tmp_path))
    store.begin("old", store.conversation("/old.ipynb"))
    store.append("old", UserAsked(text="old"))
    store._db.execute("UPDATE events SET at = '1999'")
    store.close()
    server = await serve()
    server.write("a.ipynb", "x = 1")
    await server.browser()
    assert server.extension._retention is None and server.extension.store.interrupted()
