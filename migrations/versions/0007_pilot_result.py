"""The judgement of a pilot, kept for its page"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot_result",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_pilot_result_wave_id_wave"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("wave_id", "audience", name=op.f("pk_pilot_result")),
    )


def downgrade() -> None:
    op.drop_table("pilot_result")
