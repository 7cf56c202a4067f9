"""Customer files in columns, of three kinds; uploads that wait; figures"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("customer_file") as table:
        table.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="customers"))
        table.add_column(sa.Column("as_on", sa.String(length=10), nullable=True))
        table.add_column(sa.Column("content", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("customer_file") as table:
        table.alter_column("kind", server_default=None)
    op.create_table(
        "customer_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("as_on", sa.String(length=10), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_customer_upload_account_id_account"),
                                ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_customer_upload_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_upload")))
    op.create_index(op.f("ix_customer_upload_study_id"), "customer_upload", ["study_id"])
    op.create_table(
        "customer_picture",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_customer_picture_study_id_study"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_id", name=op.f("pk_customer_picture")))


def downgrade() -> None:
    op.drop_table("customer_picture")
    op.drop_index(op.f("ix_customer_upload_study_id"), table_name="customer_upload")
    op.drop_table("customer_upload")
    with op.batch_alter_table("customer_file") as table:
        table.drop_column("content")
        table.drop_column("as_on")
        table.drop_column("kind")
