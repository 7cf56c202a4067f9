"""What the planner found for a study"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sample_plan",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("wish", DOCUMENT, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_sample_plan_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_id", name=op.f("pk_sample_plan")))


def downgrade() -> None:
    op.drop_table("sample_plan")
