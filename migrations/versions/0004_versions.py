"""Drafts of questionnaires, short forms, and the version a response is on"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("instrument", sa.Column("form", sa.String(length=8), nullable=False, server_default="full"))
    op.add_column("instrument", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("response", sa.Column("instrument_id", sa.Integer(), nullable=True))
    op.create_table(
        "instrument_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.String(length=40), nullable=True),
        sa.Column("losses", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"],
                                name=op.f("fk_instrument_draft_account_id_account")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_instrument_draft_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_draft")),
        sa.UniqueConstraint("study_id", "audience", name=op.f("uq_instrument_draft_study_id_audience")),
    )
    op.create_index(op.f("ix_instrument_draft_study_id"), "instrument_draft", ["study_id"])
    op.create_table(
        "draft_revision",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("deed", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["instrument_draft.id"],
                                name=op.f("fk_draft_revision_draft_id_instrument_draft"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_draft_revision")),
    )


def downgrade() -> None:
    op.drop_table("draft_revision")
    op.drop_index(op.f("ix_instrument_draft_study_id"), table_name="instrument_draft")
    op.drop_table("instrument_draft")
    op.drop_column("response", "instrument_id")
    op.drop_column("instrument", "note")
    op.drop_column("instrument", "form")
