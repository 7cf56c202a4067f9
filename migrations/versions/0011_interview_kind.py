"""What a coded text is: an interview, or the answers to one open item of a questionnaire"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("interview", sa.Column("kind", sa.String(length=12), nullable=False, server_default="interview"))


def downgrade() -> None:
    op.execute("DELETE FROM interview WHERE kind <> 'interview'")
    op.drop_column("interview", "kind")
