"""The key table of a study's interviews: replaced names and numbers, sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("lookup", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_identity_key_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_key")),
        sa.UniqueConstraint("study_id", "lookup", name=op.f("uq_identity_key_study_id_lookup")))
    op.create_index(op.f("ix_identity_key_study_id"), "identity_key", ["study_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_identity_key_study_id"), "identity_key")
    op.drop_table("identity_key")
