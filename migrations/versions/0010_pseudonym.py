"""Pseudonyms of invited people, and the day on which the keys of a confidential questionnaire were deleted"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pseudonym",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"],
                                name=op.f("fk_pseudonym_invitation_id_invitation"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_pseudonym")), sqlite_with_rowid=False)
    op.create_index(op.f("ix_pseudonym_name"), "pseudonym", ["name"])
    op.add_column("questionnaire_link", sa.Column("keys_deleted_on", sa.Date(), nullable=True))
    # What these respondents are promised holds only for people who were invited.
    op.execute("UPDATE questionnaire_link SET is_by_invitation = true WHERE privacy <> 'anonymous' AND NOT is_test")


def downgrade() -> None:
    op.drop_column("questionnaire_link", "keys_deleted_on")
    op.drop_index(op.f("ix_pseudonym_name"), "pseudonym")
    op.drop_table("pseudonym")
