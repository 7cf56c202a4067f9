"""Norm packages handed to and by other organisations"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _of_study(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f(f"fk_{table}_study_id_study"),
                                   ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "norm_source",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False, server_default=""),
        _of_study("norm_source"), sa.PrimaryKeyConstraint("study_id", name=op.f("pk_norm_source")))
    op.create_table(
        "norm_export",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_norm_export_wave_id_wave"),
                                ondelete="CASCADE"),
        _of_study("norm_export"), sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_norm_export")))
    op.create_index(op.f("ix_norm_export_study_id"), "norm_export", ["study_id"])
    op.create_table(
        "norm_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _of_study("norm_import"), sa.PrimaryKeyConstraint("id", name=op.f("pk_norm_import")),
        sa.UniqueConstraint("study_id", "source", name=op.f("uq_norm_import_study_id_source")))
    op.create_index(op.f("ix_norm_import_study_id"), "norm_import", ["study_id"])


def downgrade() -> None:
    op.drop_table("norm_import")
    op.drop_table("norm_export")
    op.drop_table("norm_source")
