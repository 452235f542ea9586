"""Updates are kept before they are confirmed; deliveries know their state and their plan."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_inbox_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("platform", "key", name=op.f("uq_inbox_platform_key")),
    )
    op.create_index(op.f("ix_inbox_person_id"), "inbox", ["person_id"], unique=False)
    op.create_index(op.f("ix_inbox_created"), "inbox", ["created"], unique=False)
    op.rename_table("deliveries", "deliveries_before")
    _drop_names()
    _create_deliveries()
    op.execute(
        "INSERT INTO deliveries (id, job_id, person_id, platform, chat, state, attempts, progress,"
        " reference, created, finished) "
        "SELECT d.id, d.job_id, j.person_id, d.platform, j.chat,"
        " CASE WHEN d.finished IS NULL THEN 'waiting' ELSE 'shown' END, d.attempts, 0,"
        " d.reference, d.created, d.finished "
        "FROM deliveries_before d JOIN jobs j ON j.id = d.job_id"
    )
    op.drop_table("deliveries_before")


def _drop_names() -> None:
    """Free the names that the new table's indexes and constraints take."""
    op.drop_index(op.f("ix_deliveries_finished_platform"), table_name="deliveries_before")
    if op.get_bind().dialect.name == "postgresql":  # SQLite names no constraint but in its table
        for name in ("pk_deliveries", "uq_deliveries_job_id", "fk_deliveries_job_id"):
            op.execute(f"ALTER TABLE deliveries_before RENAME CONSTRAINT {name} TO {name}_before")


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("update_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("chat", sa.String(length=512), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_plan", sa.LargeBinary(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_deliveries_job_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_deliveries_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("job_id", name=op.f("uq_deliveries_job_id")),
        sa.UniqueConstraint("update_key", name=op.f("uq_deliveries_update_key")),
    )
    op.create_index(op.f("ix_deliveries_finished"), "deliveries", ["finished"], unique=False)
    op.create_index(op.f("ix_deliveries_person_id"), "deliveries", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_deliveries_state_platform"), "deliveries", ["state", "platform"], unique=False
    )


def downgrade() -> None:
    """Take this change back; answers to updates that are still owed are lost."""
    op.execute("DELETE FROM deliveries WHERE job_id IS NULL")
    op.drop_index(op.f("ix_deliveries_state_platform"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_person_id"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_finished"), table_name="deliveries")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(op.f("uq_deliveries_update_key"), type_="unique")
        deliveries.drop_constraint(op.f("fk_deliveries_person_id"), type_="foreignkey")
        for name in (
            "update_key", "person_id", "chat", "state", "lease_until", "sealed_plan", "progress",
            "failure",
        ):  # fmt: skip
            deliveries.drop_column(name)
        deliveries.alter_column("job_id", existing_type=sa.Uuid(), nullable=False)
    op.create_index(
        op.f("ix_deliveries_finished_platform"),
        "deliveries",
        ["finished", "platform"],
        unique=False,
    )
    op.drop_index(op.f("ix_inbox_created"), table_name="inbox")
    op.drop_index(op.f("ix_inbox_person_id"), table_name="inbox")
    op.drop_table("inbox")
