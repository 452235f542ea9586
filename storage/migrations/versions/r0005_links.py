"""Accounts of one person may be linked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "links",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("circle", sa.Uuid(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        _of_person("links"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_circle"), "links", ["circle"], unique=False)
    op.create_table(
        "link_codes",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        _of_person("link_codes"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_link_codes_digest")),
    )
    op.create_index(op.f("ix_link_codes_expires"), "link_codes", ["expires"], unique=False)
    op.create_table(
        "link_tries",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _of_person("link_tries"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_link_tries")),
    )
    op.create_index(op.f("ix_link_tries_since"), "link_tries", ["since"], unique=False)


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_person_id")
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Take this change back."""
    op.drop_index(op.f("ix_link_tries_since"), table_name="link_tries")
    op.drop_table("link_tries")
    op.drop_index(op.f("ix_link_codes_expires"), table_name="link_codes")
    op.drop_table("link_codes")
    op.drop_index(op.f("ix_links_circle"), table_name="links")
    op.drop_table("links")
