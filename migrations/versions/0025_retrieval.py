"""Saved queries, searches for negative cases, analyses of interviews"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_saved_query_study_id_study"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_query_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("study_id", "name", name=op.f("uq_saved_query_study_id_name")))
    op.create_index(op.f("ix_saved_query_study_id"), "saved_query", ["study_id"])
    op.create_table(
        "negative_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=True),
        sa.Column("query_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_negative_search_study_id_study"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["code_id"], ["code.id"], name=op.f("fk_negative_search_code_id_code"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["query_id"], ["saved_query.id"], name=op.f("fk_negative_search_query_id_saved_query"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_negative_search_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negative_search")))
    for column in ("study_id", "code_id", "query_id"):
        op.create_index(op.f(f"ix_negative_search_{column}"), "negative_search", [column])
    op.create_table(
        "interview_analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_interview_analysis_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_analysis")))
    op.create_index(op.f("ix_interview_analysis_study_id"), "interview_analysis", ["study_id"])


def downgrade() -> None:
    for table in ("interview_analysis", "negative_search", "saved_query"):
        op.drop_table(table)
