"""Files that respondents send, under random names and without a time"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response_file",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("response_key", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["response_key"], ["response.key"],
                                name=op.f("fk_response_file_response_key_response"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_response_file")), sqlite_with_rowid=False)
    op.create_index(op.f("ix_response_file_response_key"), "response_file", ["response_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_response_file_response_key"), "response_file")
    op.drop_table("response_file")
