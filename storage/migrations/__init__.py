"""Schema history (Alembic), run by ``Database.open``.

After a change to ``storage.models``: ``alembic revision --autogenerate -m "Add a thing"``.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def ours(name: str | None, kind: str, _: object) -> bool:
    """Whether Alembic should look at this object: the queue keeps its own tables beside ours."""
    return kind != "table" or not (name or "").startswith("pgqueuer")


def config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return made


def upgrade(connection: Connection) -> None:
    """Bring the schema behind ``connection`` to the newest revision, in its transaction."""
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")


def present(connection: Connection) -> str | None:
    """Return the revision that the schema behind ``connection`` is at, None if there is none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this program works with."""
    return ScriptDirectory.from_config(config()).get_current_head()
