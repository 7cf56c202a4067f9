"""Notes taken during an interview: the clock, and every save of a box"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note_sheet",
        sa.Column("interview_id", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.DateTime(timezone=True), nullable=True)
          for name in ("started_at", "stopped_at", "finished_at")],
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"],
                                name=op.f("fk_note_sheet_interview_id_interview"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("interview_id", name=op.f("pk_note_sheet")))
    op.create_table(
        "note_save",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tab", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"],
                                name=op.f("fk_note_save_interview_id_interview"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_note_save_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_save")),
        sa.UniqueConstraint("interview_id", "box", "number", name=op.f("uq_note_save_interview_id_box_number")))
    op.create_index(op.f("ix_note_save_interview_id"), "note_save", ["interview_id"])


def downgrade() -> None:
    op.drop_table("note_save")
    op.drop_table("note_sheet")
