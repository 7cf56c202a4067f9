"""What changed between two waves of a study"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "wave_change",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(80), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *[sa.ForeignKeyConstraint([f"{name}_id"], ["wave.id"], name=op.f(f"fk_wave_change_{name}_id_wave"),
                                  ondelete="CASCADE") for name in ("first", "second")],
        sa.PrimaryKeyConstraint("first_id", "second_id", "audience", name=op.f("pk_wave_change")))


def downgrade() -> None:
    op.drop_table("wave_change")
