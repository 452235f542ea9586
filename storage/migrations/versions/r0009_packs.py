"""Sticker packs, who agreed to be in them, and how far they came on the platforms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this change."""
    op.create_table(
        "volumes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title_version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volumes")),
        sa.UniqueConstraint("platform", "name", name=op.f("uq_volumes_platform_name")),
    )
    op.create_index(
        op.f("ix_volumes_pack_id_platform"), "volumes", ["pack_id", "platform"], unique=False
    )
    op.create_table(
        "packs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("keeper_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("title_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["keeper_id"], ["people.id"], name=op.f("fk_packs_keeper_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_packs_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
        sa.UniqueConstraint("name", name=op.f("uq_packs_name")),
    )
    op.create_index(op.f("ix_packs_keeper_id"), "packs", ["keeper_id"], unique=False)
    op.create_index(op.f("ix_packs_person_id"), "packs", ["person_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volume_id", sa.Uuid(), nullable=False),
        sa.Column("sticker_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("file_key", sa.String(length=128), nullable=True),
        sa.Column("picture_version", sa.Integer(), nullable=False),
        sa.Column("words_version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["volume_id"], ["volumes.id"], name=op.f("fk_uploads_volume_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint(
            "volume_id", "sticker_id", name=op.f("uq_uploads_volume_id_sticker_id")
        ),
    )
    op.create_index(op.f("ix_uploads_sticker_id"), "uploads", ["sticker_id"], unique=False)
    op.create_table(
        "pack_members",
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wording", sa.String(length=32), nullable=False),
        sa.Column("consented", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["packs.id"], name=op.f("fk_pack_members_pack_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_pack_members_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pack_id", "person_id", name=op.f("pk_pack_members")),
    )
    op.create_index(op.f("ix_pack_members_person_id"), "pack_members", ["person_id"], unique=False)
    op.create_table(
        "pack_stickers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("animated", sa.Boolean(), nullable=False),
        sa.Column("sealed_picture", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("picture_version", sa.Integer(), nullable=False),
        sa.Column("words_version", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["packs.id"], name=op.f("fk_pack_stickers_pack_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_pack_stickers_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_stickers")),
    )
    op.create_index(op.f("ix_pack_stickers_dropped"), "pack_stickers", ["dropped"], unique=False)
    op.create_index(
        op.f("ix_pack_stickers_pack_id_position"),
        "pack_stickers",
        ["pack_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pack_stickers_person_id"), "pack_stickers", ["person_id"], unique=False
    )
    op.create_table(
        "publications",
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.String(length=512), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["packs.id"], name=op.f("fk_publications_pack_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_publications_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pack_id", "platform", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_person_id"), "publications", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_publications_platform_state"), "publications", ["platform", "state"], unique=False
    )
    op.create_table(
        "pack_shown",
        sa.Column("sticker_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_pack_shown_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sticker_id"],
            ["pack_stickers.id"],
            name=op.f("fk_pack_shown_sticker_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sticker_id", "person_id", name=op.f("pk_pack_shown")),
    )
    op.create_index(op.f("ix_pack_shown_person_id"), "pack_shown", ["person_id"], unique=False)


def downgrade() -> None:
    """Take this change back; sets on platforms stay there."""
    op.drop_index(op.f("ix_pack_shown_person_id"), table_name="pack_shown")
    op.drop_table("pack_shown")
    op.drop_index(op.f("ix_publications_platform_state"), table_name="publications")
    op.drop_index(op.f("ix_publications_person_id"), table_name="publications")
    op.drop_table("publications")
    op.drop_index(op.f("ix_pack_stickers_person_id"), table_name="pack_stickers")
    op.drop_index(op.f("ix_pack_stickers_pack_id_position"), table_name="pack_stickers")
    op.drop_index(op.f("ix_pack_stickers_dropped"), table_name="pack_stickers")
    op.drop_table("pack_stickers")
    op.drop_index(op.f("ix_pack_members_person_id"), table_name="pack_members")
    op.drop_table("pack_members")
    op.drop_index(op.f("ix_uploads_sticker_id"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_index(op.f("ix_packs_person_id"), table_name="packs")
    op.drop_index(op.f("ix_packs_keeper_id"), table_name="packs")
    op.drop_table("packs")
    op.drop_index(op.f("ix_volumes_pack_id_platform"), table_name="volumes")
    op.drop_table("volumes")
