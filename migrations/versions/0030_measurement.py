"""Measurements of questionnaires, their files, and further analyses"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "measurement",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_measurement_wave_id_wave"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("wave_id", "audience", name=op.f("pk_measurement")))
    op.create_table(
        "measurement_report",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_measurement_report_wave_id_wave"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("wave_id", "audience", "language", name=op.f("pk_measurement_report")))
    op.create_table(
        "measurement_spec",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("analyses", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_measurement_spec_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_id", "audience", name=op.f("pk_measurement_spec")))


def downgrade() -> None:
    op.drop_table("measurement_spec")
    op.drop_table("measurement_report")
    op.drop_table("measurement")
