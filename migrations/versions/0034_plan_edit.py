"""What researchers changed of the plan that the rules propose"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "plan_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=12), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("basis", DOCUMENT, nullable=False),
        sa.Column("unverified", DOCUMENT, nullable=False),
        sa.Column("reason", DOCUMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("edited_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_plan_edit_account_id_account")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_plan_edit_study_id_study"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_plan_edit_wave_id_wave"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edit")),
        sa.UniqueConstraint("wave_id", "kind", "key", "number", name=op.f("uq_plan_edit_wave_id_kind_key_number")))
    op.create_index(op.f("ix_plan_edit_study_id"), "plan_edit", ["study_id"])


def downgrade() -> None:
    op.drop_table("plan_edit")
