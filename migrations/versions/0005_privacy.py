"""The privacy mode of a questionnaire link, and the smallest group that its respondents were told"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questionnaire_link",
                  sa.Column("privacy", sa.String(length=12), nullable=False, server_default="anonymous"))
    op.add_column("questionnaire_link", sa.Column("minimum_group", sa.Integer(), nullable=False, server_default="5"))


def downgrade() -> None:
    # Triggers on the columns would forbid dropping them; the program makes them anew when it goes up again.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS keep_promise ON questionnaire_link")
        op.execute("DROP TRIGGER IF EXISTS name_nobody ON respondent_key")
    else:
        op.execute("DROP TRIGGER IF EXISTS keep_promise")
        op.execute("DROP TRIGGER IF EXISTS name_nobody")
    op.drop_column("questionnaire_link", "minimum_group")
    op.drop_column("questionnaire_link", "privacy")
