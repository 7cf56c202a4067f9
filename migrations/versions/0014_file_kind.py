"""What a kept file is: answers, or a rehearsal's result"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_file", sa.Column("kind", sa.String(length=12), nullable=False, server_default="answers"))


def downgrade() -> None:
    op.drop_column("export_file", "kind")
