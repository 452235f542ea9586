"""Who may be worked on in photos that were sent where others are."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "photo_consents",
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.String(length=512), nullable=False),
        sa.Column("asked", sa.String(length=128), nullable=True),
        sa.Column("wording", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_photo_consents_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_photo_consents_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_consents")),
    )
    op.create_index(op.f("ix_photo_consents_by_id"), "photo_consents", ["by_id"], unique=False)
    op.create_index(
        op.f("ix_photo_consents_person_id_digest"),
        "photo_consents",
        ["person_id", "digest"],
        unique=False,
    )


def downgrade() -> None:
    """Take this change back."""
    op.drop_index(op.f("ix_photo_consents_person_id_digest"), table_name="photo_consents")
    op.drop_index(op.f("ix_photo_consents_by_id"), table_name="photo_consents")
    op.drop_table("photo_consents")
