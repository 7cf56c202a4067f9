"""What a report says, kept beside its file"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("tree", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("report", "tree")
