"""What members of a group bring to its pack, what is being made for it, and where it is shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    with op.batch_alter_table("pack_members") as table:
        table.add_column(sa.Column("name", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("avatar", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(
            sa.Column("birthday", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        "pack_makings",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("sticker_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_pack_makings_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_pack_makings")),
    )
    op.create_index(op.f("ix_pack_makings_pack_id"), "pack_makings", ["pack_id"], unique=False)
    op.create_table(
        "pack_cards",
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.String(length=512), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["packs.id"], name=op.f("fk_pack_cards_pack_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_pack_cards_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pack_id", "chat", name=op.f("pk_pack_cards")),
    )
    op.create_index(op.f("ix_pack_cards_person_id"), "pack_cards", ["person_id"], unique=False)


def downgrade() -> None:
    """Take this change back."""
    op.drop_index(op.f("ix_pack_cards_person_id"), table_name="pack_cards")
    op.drop_table("pack_cards")
    op.drop_index(op.f("ix_pack_makings_pack_id"), table_name="pack_makings")
    op.drop_table("pack_makings")
    with op.batch_alter_table("pack_members") as table:
        table.drop_column("birthday")
        table.drop_column("avatar")
        table.drop_column("name")
