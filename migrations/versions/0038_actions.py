"""Released reports, the actions decided on their measures, and every version of those"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _key(table: str, column: str, other: str, *, cascades: bool = True) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"),
                                   ondelete="CASCADE" if cascades else None)


def upgrade() -> None:
    op.create_table(
        "report_release",
        sa.Column("id", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.Integer(), nullable=False) for name in ("study_id", "wave_id", "diagnosis_id", "number")],
        sa.Column("files", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("frozen_on", sa.String(length=10), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_by", sa.Integer(), nullable=True),
        sa.Column("recall_reason", sa.Text(), server_default="", nullable=False),
        _key("report_release", "study_id", "study"), _key("report_release", "wave_id", "wave"),
        _key("report_release", "diagnosis_id", "diagnosis"),
        _key("report_release", "released_by", "account", cascades=False),
        _key("report_release", "recalled_by", "account", cascades=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_release")),
        sa.UniqueConstraint("study_id", "number", name=op.f("uq_report_release_study_id_number")))
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=True),
        _key("action", "study_id", "study"), _key("action", "release_id", "report_release"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("release_id", "measure", name=op.f("uq_action_release_id_measure")))
    op.create_table(
        "action_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=True),
        sa.Column("taken_back_to", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("action_version", "action_id", "action"), _key("action_version", "account_id", "account", cascades=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_version")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_action_version_action_id_number")))
    for table, columns in (("report_release", ("study_id", "wave_id", "diagnosis_id")),
                           ("action", ("study_id", "release_id")), ("action_version", ("action_id",))):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("action_version", "action", "report_release"):
        op.drop_table(table)
