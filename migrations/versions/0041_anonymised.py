"""Studies whose organisation is not named"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("study", sa.Column("is_anonymised", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("study", sa.Column("hidden_names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                                     nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("study", "hidden_names")
    op.drop_column("study", "is_anonymised")
