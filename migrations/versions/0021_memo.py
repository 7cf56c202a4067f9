"""Memos, the version of a link coding, and codings whose words a correction of the text touched"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
_MARKS = ("coding", "link_coding")


def upgrade() -> None:
    for table in _MARKS:
        with op.batch_alter_table(table) as batch:
            if table == "link_coding":
                batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
            batch.add_column(sa.Column("needs_review", sa.Boolean(), nullable=False, server_default=sa.false()))
            batch.add_column(sa.Column("former_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_former_id_segment"), "segment", ["former_id"], ["id"],
                                     ondelete="SET NULL")
            batch.create_index(op.f(f"ix_{table}_former_id"), ["former_id"])
    op.create_table(
        "memo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("segment_id", sa.Integer(), nullable=True),
        sa.Column("code_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("former_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        _to("study_id", "study"), _to("account_id", "account", None), _to("interview_id", "interview"),
        _to("segment_id", "segment"), _to("code_id", "code"), _to("former_id", "segment", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")))
    for column in ("study_id", "account_id", "interview_id", "segment_id", "code_id", "former_id"):
        op.create_index(op.f(f"ix_memo_{column}"), "memo", [column])


def _to(column: str, target: str, ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_memo_{column}_{target}"),
                                   ondelete=ondelete)


def downgrade() -> None:
    op.drop_table("memo")
    for table in _MARKS:
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_former_id"))
            batch.drop_constraint(op.f(f"fk_{table}_former_id_segment"), type_="foreignkey")
            batch.drop_column("former_id")
            batch.drop_column("needs_review")
            if table == "link_coding":
                batch.drop_column("version")
