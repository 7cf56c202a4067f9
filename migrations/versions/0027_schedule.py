"""Planned interviews, and attributes that a study notes of its cases"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("interview", sa.Column("attributes", DOCUMENT, nullable=False, server_default="{}"))
    op.create_table(
        "planned_interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("at_time", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("interviewer", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_planned_interview_study_id_study"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"],
                                name=op.f("fk_planned_interview_interview_id_interview"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_interview")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_planned_interview_interview_id")))
    op.create_index(op.f("ix_planned_interview_study_id"), "planned_interview", ["study_id"])
    op.create_table(
        "case_attribute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", DOCUMENT, nullable=False),
        sa.Column("choices", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_case_attribute_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attribute")),
        sa.UniqueConstraint("study_id", "key", name=op.f("uq_case_attribute_study_id_key")))
    op.create_index(op.f("ix_case_attribute_study_id"), "case_attribute", ["study_id"])


def downgrade() -> None:
    op.drop_table("case_attribute")
    op.drop_table("planned_interview")
    op.drop_column("interview", "attributes")
