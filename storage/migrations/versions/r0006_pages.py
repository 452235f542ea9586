"""Settings know their page, jobs a second photo; wardrobes and sheets have clearer names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SHEETS = ("try-on", "gallery", "mood-sheet", "lineup")
_NAMES = {
    "fitting": "wardrobe",
    "offered": "sheet_newest",
    "excused": "suppressed",
    "picture": "second_photo",
}
"""How fields of a conversation were called, and are."""

_JOBS = sa.table(
    "jobs",
    sa.column("id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("settings", sa.JSON()),
)
_CONVERSATIONS = sa.table(
    "conversations",
    sa.column("person_id", sa.Uuid()),
    sa.column("chat", sa.String()),
    sa.column("state", sa.JSON()),
)
_PREFERENCES = sa.table(
    "preferences",
    sa.column("person_id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("value", sa.JSON()),
)

Rewrite = Callable[[Any], Any]


def upgrade() -> None:
    """Apply this change."""
    op.execute("ALTER TABLE jobs RENAME COLUMN picture_id TO second_photo_id")
    _rewrite_jobs("fitting", "preview", ("mirror", "alone"), _with_page)
    _rewrite_states(lambda data: _renamed(data, _NAMES, _with_page))


def downgrade() -> None:
    """Take this change back."""
    _rewrite_jobs("preview", "fitting", ("alone", "mirror"), _page_as_amount)
    back = {new: old for old, new in _NAMES.items()}
    _rewrite_states(lambda data: _renamed(data, back, _page_as_amount))
    op.execute("ALTER TABLE jobs RENAME COLUMN second_photo_id TO picture_id")


def _rewrite_jobs(kind: str, new: str, setting: tuple[str, str], page: Rewrite) -> None:
    bind = op.get_bind()
    for row in bind.execute(sa.select(_JOBS).where(_JOBS.c.kind.in_((*_SHEETS, kind)))).all():
        if row.kind == kind:
            values = {"kind": new, "settings": [_called(one, *setting) for one in row.settings]}
        else:
            values = {"settings": [page(one) for one in row.settings]}
        bind.execute(_JOBS.update().where(_JOBS.c.id == row.id).values(values))


def _rewrite_states(rewrite: Rewrite) -> None:
    bind = op.get_bind()
    for row in bind.execute(sa.select(_CONVERSATIONS)).all():
        this = (_CONVERSATIONS.c.person_id == row.person_id, _CONVERSATIONS.c.chat == row.chat)
        bind.execute(_CONVERSATIONS.update().where(*this).values(state=rewrite(row.state)))
    for row in bind.execute(sa.select(_PREFERENCES)).all():
        this = (_PREFERENCES.c.person_id == row.person_id, _PREFERENCES.c.name == row.name)
        bind.execute(_PREFERENCES.update().where(*this).values(value=rewrite(row.value)))


def _renamed(data: Any, names: Mapping[str, str], page: Rewrite) -> Any:
    """Return JSON with its fields renamed, at any depth, and pages where they belong."""
    if isinstance(data, list):
        return [_renamed(one, names, page) for one in data]
    if not isinstance(data, dict):
        return data
    found = {names.get(name, name): _renamed(value, names, page) for name, value in data.items()}
    if found.get("kind") in _SHEETS and isinstance(found.get("settings"), list):
        found["settings"] = [page(one) for one in found["settings"]]
    return found


def _with_page(setting: Any) -> Any:
    """Return a sheet's setting with the page that it had for a strength."""
    if isinstance(setting, dict):
        return {"name": setting["name"], "amount": 1.0, "page": round(setting["amount"])}
    name, amount, *_ = setting
    return [name, 1.0, round(amount)]


def _page_as_amount(setting: Any) -> Any:
    if isinstance(setting, dict):
        return {"name": setting["name"], "amount": float(setting.get("page", 1))}
    name, _, *page = setting
    return [name, float(page[0] if page else 1)]


def _called(setting: list[Any], old: str, new: str) -> list[Any]:
    name, *rest = setting
    return [new if name == old else name, *rest]
