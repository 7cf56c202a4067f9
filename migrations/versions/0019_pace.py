"""How many quarter-hours brought how many responses, by outlet, without saying which quarter-hours"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.String(length=40), nullable=False),
        sa.Column("n_seen", sa.Integer(), nullable=False),
        sa.Column("sizes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["questionnaire_link.id"],
                                name=op.f("fk_pace_link_id_questionnaire_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", "outlet", name=op.f("pk_pace")))
    op.create_table(
        "pace_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pace_clock")))


def downgrade() -> None:
    op.drop_table("pace_clock")
    op.drop_table("pace")
