"""Jobs may draw a kept avatar; avatars know what they were matched as and when they were chosen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    op.add_column("jobs", sa.Column("avatar", sa.JSON(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # no batch here: it drops the table, and with it what hangs on its rows
        op.add_column("jobs", sa.Column("photo", sa.Uuid(), nullable=True))
        op.execute("UPDATE jobs SET photo = photo_id")
        op.drop_column("jobs", "photo_id")
        op.execute("ALTER TABLE jobs RENAME COLUMN photo TO photo_id")
    else:
        op.alter_column("jobs", "photo_id", nullable=True)
    op.add_column("avatars", sa.Column("matched", sa.JSON(), nullable=True))
    op.add_column("avatars", sa.Column("sealed_ranked", sa.LargeBinary(), nullable=True))
    op.add_column("avatars", sa.Column("chosen", sa.DateTime(timezone=True), nullable=True))
    _fill()
    op.drop_index(op.f("ix_avatars_person_id_style_created"), table_name="avatars")
    with op.batch_alter_table("avatars") as avatars:
        avatars.alter_column("matched", existing_type=sa.JSON(), nullable=False)
        avatars.alter_column("chosen", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index(
        op.f("ix_avatars_person_id_chosen"), "avatars", ["person_id", "chosen"], unique=False
    )


def _fill() -> None:
    """Take avatars for as they were matched, and for chosen when they were made."""
    avatars = sa.table(
        "avatars",
        sa.column("id", sa.Uuid()),
        sa.column("parts", sa.JSON()),
        sa.column("colours", sa.JSON()),
        sa.column("matched", sa.JSON()),
        sa.column("created", sa.DateTime(timezone=True)),
        sa.column("chosen", sa.DateTime(timezone=True)),
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(avatars)).all():
        matched = {"parts": row.parts, "colours": row.colours}
        values = avatars.update().where(avatars.c.id == row.id)
        bind.execute(values.values(matched=matched, chosen=row.created))


def downgrade() -> None:
    """Take this change back; on SQLite jobs may still be without a photo."""
    op.drop_index(op.f("ix_avatars_person_id_chosen"), table_name="avatars")
    for name in ("chosen", "matched", "sealed_ranked"):
        op.drop_column("avatars", name)
    op.create_index(
        op.f("ix_avatars_person_id_style_created"),
        "avatars",
        ["person_id", "style", "created"],
        unique=False,
    )
    op.execute("DELETE FROM jobs WHERE photo_id IS NULL")
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("jobs", "photo_id", nullable=False)
    op.drop_column("jobs", "avatar")
