"""How many statements one photo costs, from the update to its sticker."""

import pytest
from sqlalchemy import event

from tests import patience
from tests.bot.at_work import App

MOST = 34
"""Of one photo and its one sticker; each is built in Python, which is most of what it costs."""


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked that comes with time, and not with a photo."""
    monkeypatch.setenv("SELFMOJI_LEASE_SECONDS", "3600")  # a third of it lies between two sweeps
    monkeypatch.setattr("storage.workers.EVERY", 3600.0)
    monkeypatch.setattr("bot.core.service.RECHECK", 3600.0)


async def test_one_photo_takes_few_statements(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.deciding.BUILDING_SECONDS", 3600.0)  # there is no library here
    engine = app.database._engine.sync_engine
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    await app.photo("cutout", data=b"by which a person is met")
    await app.all_done()
    counts = []
    for number in range(5):
        shown = len(app.chat.stickers())
        event.listen(engine, "before_cursor_execute", note)
        await app.photo("cutout", data=b"photo %d" % number)
        await patience.until(lambda shown=shown: len(app.chat.stickers()) > shown)
        event.remove(engine, "before_cursor_execute", note)
        await app.all_done()
        counts.append(len(statements))
        statements.clear()
    assert min(counts) <= MOST
