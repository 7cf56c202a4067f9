"""Versions of the codebook, versions of codes, merges and splits"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "codebook_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        _to("codebook_version", "study_id", "study"), _to("codebook_version", "account_id", "account", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codebook_version")),
        sa.UniqueConstraint("study_id", "number", name=op.f("uq_codebook_version_study_id_number")))
    op.create_index(op.f("ix_codebook_version_study_id"), "codebook_version", ["study_id"])
    with op.batch_alter_table("code") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_code_merged_into_id_code"), "code", ["merged_into_id"], ["id"],
                                 ondelete="SET NULL")
        batch.create_index(op.f("ix_code_merged_into_id"), ["merged_into_id"])
    with op.batch_alter_table("coding") as batch:
        batch.add_column(sa.Column("codebook_version_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_coding_codebook_version_id_codebook_version"), "codebook_version",
                                 ["codebook_version_id"], ["id"], ondelete="SET NULL")
        batch.create_index(op.f("ix_coding_codebook_version_id"), ["codebook_version_id"])
    _create_regroupings()


def _create_regroupings() -> None:
    op.create_table(
        "regrouping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("target_ids", DOCUMENT, nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        _to("regrouping", "study_id", "study"), _to("regrouping", "code_id", "code"),
        _to("regrouping", "account_id", "account", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrouping")))
    op.create_table(
        "regrouped_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regrouping_id", sa.Integer(), nullable=False),
        sa.Column("coding_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("before", DOCUMENT, nullable=False),
        sa.Column("after", DOCUMENT, nullable=False),
        _to("regrouped_mark", "regrouping_id", "regrouping"), _to("regrouped_mark", "coding_id", "coding"),
        _to("regrouped_mark", "link_id", "link_coding"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrouped_mark")))
    for table, columns in (("regrouping", ("study_id", "code_id")),
                           ("regrouped_mark", ("regrouping_id", "coding_id", "link_id"))):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _to(table: str, column: str, target: str, ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"),
                                   ondelete=ondelete)


def downgrade() -> None:
    op.drop_table("regrouped_mark")
    op.drop_table("regrouping")
    with op.batch_alter_table("coding") as batch:
        batch.drop_index(op.f("ix_coding_codebook_version_id"))
        batch.drop_constraint(op.f("fk_coding_codebook_version_id_codebook_version"), type_="foreignkey")
        batch.drop_column("codebook_version_id")
    with op.batch_alter_table("code") as batch:
        batch.drop_index(op.f("ix_code_merged_into_id"))
        batch.drop_constraint(op.f("fk_code_merged_into_id_code"), type_="foreignkey")
        batch.drop_column("merged_into_id")
        batch.drop_column("version")
    op.drop_table("codebook_version")
