"""Coders of an imported file joined to accounts of people who work here"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "coder_join",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("moved", DOCUMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_coder_join_study_id_study"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"], name=op.f("fk_coder_join_from_id_account")),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_coder_join_to_id_account")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_coder_join_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coder_join")))
    op.create_index(op.f("ix_coder_join_study_id"), "coder_join", ["study_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_coder_join_study_id"), table_name="coder_join")
    op.drop_table("coder_join")
