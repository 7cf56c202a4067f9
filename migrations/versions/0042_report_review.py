"""Drafts, comments, edited wordings, management's response, reviewers"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def _person(name: str, table: str, *, nullable: bool = True) -> list[sa.schema.SchemaItem]:
    return [sa.Column(name, sa.Integer(), nullable=nullable),
            sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_{table}_{name}_account"))]


def _owner(name: str, of: str, table: str) -> list[sa.schema.SchemaItem]:
    return [sa.Column(name, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_{table}_{name}_{of}"), ondelete="CASCADE")]


def upgrade() -> None:
    op.add_column("report", sa.Column("is_draft", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "report_comment",
        sa.Column("id", sa.Integer(), nullable=False), *_owner("report_id", "report", "report_comment"),
        sa.Column("place", sa.String(length=160), nullable=False), sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False), *_person("account_id", "report_comment"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False), *_person("answered_by", "report_comment"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_comment")))
    op.create_index(op.f("ix_report_comment_report_id"), "report_comment", ["report_id"])
    op.create_table(
        "report_edit",
        sa.Column("id", sa.Integer(), nullable=False), *_owner("study_id", "study", "report_edit"),
        *_owner("diagnosis_id", "diagnosis", "report_edit"),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column("original_hash", sa.String(length=64), nullable=False),
        sa.Column("original", sa.Text(), nullable=False), sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False), sa.Column("number", sa.Integer(), nullable=False),
        *_person("account_id", "report_edit"), sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edit")),
        sa.UniqueConstraint("diagnosis_id", "language", "section", "original_hash", "number",
                            name=op.f("uq_report_edit_diagnosis_id_language_section_original_hash_number")))
    op.create_index(op.f("ix_report_edit_study_id"), "report_edit", ["study_id"])
    op.create_index(op.f("ix_report_edit_diagnosis_id"), "report_edit", ["diagnosis_id"])
    op.create_table(
        "management_response",
        sa.Column("id", sa.Integer(), nullable=False), *_owner("study_id", "study", "management_response"),
        *_owner("diagnosis_id", "diagnosis", "management_response"),
        sa.Column("construct", sa.String(length=80), nullable=False),
        sa.Column("stance", sa.String(length=12), nullable=False), sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False), *_person("account_id", "management_response"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_management_response")),
        sa.UniqueConstraint("diagnosis_id", "construct", "number",
                            name=op.f("uq_management_response_diagnosis_id_construct_number")))
    op.create_index(op.f("ix_management_response_study_id"), "management_response", ["study_id"])
    op.create_index(op.f("ix_management_response_diagnosis_id"), "management_response", ["diagnosis_id"])
    op.create_table(
        "report_review",
        sa.Column("id", sa.Integer(), nullable=False), *_owner("report_id", "report", "report_review"),
        *_person("account_id", "report_review", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_review")),
        sa.UniqueConstraint("report_id", "account_id", name=op.f("uq_report_review_report_id_account_id")))
    op.create_index(op.f("ix_report_review_report_id"), "report_review", ["report_id"])


def downgrade() -> None:
    for table in ("report_review", "management_response", "report_edit", "report_comment"):
        op.drop_table(table)
    op.drop_column("report", "is_draft")
