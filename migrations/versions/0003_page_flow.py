"""A respondent's own order, device class, courtesies shown, ends before the end, short codes, quota counters"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (
    ("seed", sa.Integer()),
    ("device", sa.String(length=8)),
    ("courtesies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
    ("ended_by", sa.String(length=80)),
    ("resume_hash", sa.String(length=64)),
    ("resume_box", sa.String(length=32)),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("response", sa.Column(name, kind, nullable=True))
    op.create_index("ix_response_resume_hash", "response", ["resume_hash"], unique=True)
    op.create_table(
        "quota_count",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("quota", sa.String(length=80), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["questionnaire_link.id"], name=op.f("fk_quota_count_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("link_id", "quota", name=op.f("pk_quota_count")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("quota_count")
    op.drop_index("ix_response_resume_hash", table_name="response")
    for name, _ in reversed(COLUMNS):
        op.drop_column("response", name)
