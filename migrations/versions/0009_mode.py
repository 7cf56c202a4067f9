"""How a response was given, and in which batch"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("response", sa.Column("mode", sa.String(length=8), nullable=True))
    op.add_column("response", sa.Column("batch", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("response", "batch")
    op.drop_column("response", "mode")
