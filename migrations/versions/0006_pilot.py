"""Pilot waves, and what experts say of the items"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wave", sa.Column("is_pilot", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "expert_rating",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("expert", sa.String(length=80), nullable=False),
        sa.Column("item_key", sa.String(length=80), nullable=False),
        sa.Column("relevance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_expert_rating_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_id", "audience", "expert", "item_key", name=op.f("pk_expert_rating")),
    )


def downgrade() -> None:
    op.drop_table("expert_rating")
    op.drop_column("wave", "is_pilot")
