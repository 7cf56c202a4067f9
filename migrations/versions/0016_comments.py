"""Comments on open items on their way to the coders, and candidate problems and causes found in them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "comment_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("n_written", sa.Integer(), nullable=False),
        sa.Column("n_blank", sa.Integer(), nullable=False),
        sa.Column("n_redacted", sa.Integer(), nullable=False),
        sa.Column("n_dropped", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _to("comment_source", "study_id", "study"), _to("comment_source", "wave_id", "wave"),
        _to("comment_source", "interview_id", "interview"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_source")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_comment_source_interview_id")),
        sa.UniqueConstraint("wave_id", "audience", "item", name=op.f("uq_comment_source_wave_id_audience_item")))
    op.create_index(op.f("ix_comment_source_study_id"), "comment_source", ["study_id"])
    op.create_table(
        "pending_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("marks", _DOCUMENT, nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _to("pending_comment", "source_id", "comment_source"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_comment")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_pending_comment_source_id_number")))
    op.create_index(op.f("ix_pending_comment_source_id"), "pending_comment", ["source_id"])
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", _DOCUMENT, nullable=False),
        sa.Column("definition", _DOCUMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _to("candidate", "study_id", "study"), _to("candidate", "account_id", "account", ondelete=None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")))
    op.create_index(op.f("ix_candidate_study_id"), "candidate", ["study_id"])
    op.create_table(
        "candidate_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _to("candidate_line", "candidate_id", "candidate"), _to("candidate_line", "turn_id", "turn"),
        _to("candidate_line", "account_id", "account", ondelete=None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_line")),
        sa.UniqueConstraint("candidate_id", "turn_id", name=op.f("uq_candidate_line_candidate_id_turn_id")))
    op.create_index(op.f("ix_candidate_line_candidate_id"), "candidate_line", ["candidate_id"])
    op.create_index(op.f("ix_candidate_line_turn_id"), "candidate_line", ["turn_id"])


def _to(table: str, column: str, target: str, ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"),
                                   ondelete=ondelete)


def downgrade() -> None:
    for table in ("candidate_line", "candidate", "pending_comment", "comment_source"):
        op.drop_table(table)
