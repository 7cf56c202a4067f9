"""The figures of a report as PNG, kept once they are drawn"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("report", "further_report"):
        op.add_column(table, sa.Column("pictures", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table in ("further_report", "report"):
        op.drop_column(table, "pictures")
