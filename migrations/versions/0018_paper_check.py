"""Second entry of sheets, and corrections of stored answers with their history"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "paper_pile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
          for name in ("is_finished", "is_checked")],
        sa.Column("seed", sa.Integer(), nullable=True),
        *[sa.Column(name, sa.Integer(), nullable=False)
          for name in ("n_sheets", "n_drawn", "n_again", "n_same_person", "n_open")],
        sa.Column("fields", DOCUMENT, nullable=False),
        sa.Column("marks", DOCUMENT, nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["questionnaire_link.id"],
                                name=op.f("fk_paper_pile_link_id_questionnaire_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_pile")),
        sa.UniqueConstraint("link_id", "batch", "number", name=op.f("uq_paper_pile_link_id_batch_number")))
    op.create_table(
        "paper_sheet",
        sa.Column("response_key", sa.String(length=32), nullable=False),
        sa.Column("pile_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("is_drawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("differences", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(["response_key"], ["response.key"],
                                name=op.f("fk_paper_sheet_response_key_response"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["pile_id"], ["paper_pile.id"], name=op.f("fk_paper_sheet_pile_id_paper_pile"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_paper_sheet_entered_by_account")),
        sa.PrimaryKeyConstraint("response_key", name=op.f("pk_paper_sheet")),
        sa.UniqueConstraint("pile_id", "number", name=op.f("uq_paper_sheet_pile_id_number")), sqlite_with_rowid=False)
    op.create_table(
        "answer_change",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("response_key", sa.String(length=32), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=True),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("old", DOCUMENT, nullable=False),
        sa.Column("new", DOCUMENT, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["questionnaire_link.id"],
                                name=op.f("fk_answer_change_link_id_questionnaire_link"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["response_key"], ["response.key"],
                                name=op.f("fk_answer_change_response_key_response"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_answer_change_account_id_account")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answer_change")), sqlite_with_rowid=False)
    op.create_index(op.f("ix_answer_change_link_id"), "answer_change", ["link_id"])
    op.create_index(op.f("ix_answer_change_response_key"), "answer_change", ["response_key"])


def downgrade() -> None:
    op.drop_table("answer_change")
    op.drop_table("paper_sheet")
    op.drop_table("paper_pile")
