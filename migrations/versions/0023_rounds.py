"""Rounds of coding with how they were drawn, decisions where coders differ, and agreement as computed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_rounds()
    _make_decisions()
    _make_results()
    with op.batch_alter_table("coder_assignment") as table:
        table.add_column(sa.Column("round_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("released_at", _TIME, nullable=True))
        table.create_foreign_key(op.f("fk_coder_assignment_round_id_coding_round"), "coding_round",
                                 ["round_id"], ["id"], ondelete="CASCADE")
        table.create_index(op.f("ix_coder_assignment_round_id"), ["round_id"])
    # What every coder had finished was shown from then on.
    op.execute("UPDATE coder_assignment SET released_at = finished_at WHERE interview_id NOT IN "
               "(SELECT interview_id FROM coder_assignment WHERE finished_at IS NULL)")


def _make_rounds() -> None:
    op.create_table(
        "coding_round",
        _id(), _number("study_id"), _number("number"), sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("algorithm", sa.String(length=40), nullable=False), _number("seed", True),
        sa.Column("share", sa.Double(), nullable=True), sa.Column("candidates", _DOCUMENT, nullable=False),
        sa.Column("left_out", _DOCUMENT, nullable=False), sa.Column("coders", _DOCUMENT, nullable=False),
        _number("account_id", True), sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        _to("coding_round", "study_id", "study"), _to("coding_round", "account_id", "account", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_round")),
        sa.UniqueConstraint("study_id", "number", name=op.f("uq_coding_round_study_id_number")))
    op.create_index(op.f("ix_coding_round_study_id"), "coding_round", ["study_id"])
    op.create_table(
        "round_interview",
        _id(), _number("round_id"), _number("interview_id"), sa.Column("is_double", sa.Boolean(), nullable=False),
        _number("n_lines", True),
        _to("round_interview", "round_id", "coding_round"), _to("round_interview", "interview_id", "interview"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_interview")),
        sa.UniqueConstraint("round_id", "interview_id", name=op.f("uq_round_interview_round_id_interview_id")))
    op.create_index(op.f("ix_round_interview_round_id"), "round_interview", ["round_id"])
    op.create_index(op.f("ix_round_interview_interview_id"), "round_interview", ["interview_id"])
    op.create_table(
        "refinement",
        _id(), _number("round_id"), _number("code_id"), sa.Column("text", sa.Text(), nullable=False),
        _number("account_id", True), sa.Column("created_at", _TIME, nullable=False),
        _to("refinement", "round_id", "coding_round"), _to("refinement", "code_id", "code"),
        _to("refinement", "account_id", "account", None), sa.PrimaryKeyConstraint("id", name=op.f("pk_refinement")))
    op.create_index(op.f("ix_refinement_round_id"), "refinement", ["round_id"])


def _make_decisions() -> None:
    op.create_table(
        "decision",
        _id(), _number("interview_id"), sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False), sa.Column("kept", _DOCUMENT, nullable=False),
        _number("code_id", True), sa.Column("polarity", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False), _number("account_id", True),
        sa.Column("created_at", _TIME, nullable=False), sa.Column("undone_at", _TIME, nullable=True),
        _number("undone_by", True),
        _to("decision", "interview_id", "interview"), _to("decision", "code_id", "code"),
        _to("decision", "account_id", "account", None), _to("decision", "undone_by", "account", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")))
    op.create_index(op.f("ix_decision_interview_id"), "decision", ["interview_id"])
    op.create_table(
        "adjudicated_set",
        _id(), _number("interview_id"), _number("account_id", True), sa.Column("settled_at", _TIME, nullable=False),
        _to("adjudicated_set", "interview_id", "interview"), _to("adjudicated_set", "account_id", "account", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjudicated_set")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_adjudicated_set_interview_id")))
    op.create_table(
        "adjudicated_coding",
        _id(), _number("set_id"), _number("coding_id", True), _number("link_id", True), _number("code_id", True),
        sa.Column("polarity", sa.String(length=12), nullable=False), _number("decision_id", True),
        _to("adjudicated_coding", "set_id", "adjudicated_set"), _to("adjudicated_coding", "coding_id", "coding"),
        _to("adjudicated_coding", "link_id", "link_coding"), _to("adjudicated_coding", "code_id", "code"),
        _to("adjudicated_coding", "decision_id", "decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjudicated_coding")))
    op.create_index(op.f("ix_adjudicated_coding_set_id"), "adjudicated_coding", ["set_id"])


def _make_results() -> None:
    op.create_table(
        "agreement_result",
        _id(), _number("study_id"), _number("round_id", True), sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", _DOCUMENT, nullable=False), sa.Column("created_at", _TIME, nullable=False),
        _to("agreement_result", "study_id", "study"), _to("agreement_result", "round_id", "coding_round"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_result")))
    op.create_index(op.f("ix_agreement_result_study_id"), "agreement_result", ["study_id"])
    op.create_index(op.f("ix_agreement_result_input_hash"), "agreement_result", ["input_hash"])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _number(name: str, is_optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=is_optional)


def _to(table: str, column: str, target: str, ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"),
                                   ondelete=ondelete)


def downgrade() -> None:
    with op.batch_alter_table("coder_assignment") as table:
        table.drop_index(op.f("ix_coder_assignment_round_id"))
        table.drop_constraint(op.f("fk_coder_assignment_round_id_coding_round"), type_="foreignkey")
        table.drop_column("released_at")
        table.drop_column("round_id")
    for table_name in ("agreement_result", "adjudicated_coding", "adjudicated_set", "decision", "refinement",
                       "round_interview", "coding_round"):
        op.drop_table(table_name)
