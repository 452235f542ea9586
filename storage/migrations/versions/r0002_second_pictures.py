"""Jobs may take a second picture."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    op.add_column("jobs", sa.Column("picture_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take this change back."""
    op.drop_column("jobs", "picture_id")
