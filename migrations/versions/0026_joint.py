"""Judgements of the joint display, the draw for a second rater, confidence in claims"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _belongs(table: str, *, has_account: bool = True) -> list[sa.schema.SchemaItem]:
    found: list[sa.schema.SchemaItem] = [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f(f"fk_{table}_study_id_study"),
                                ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f(f"fk_{table}_wave_id_wave"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]
    if has_account:
        found += [sa.Column("account_id", sa.Integer(), nullable=False),
                  sa.Column("evidence_hash", sa.String(length=64), nullable=False),
                  sa.Column("judged_on", sa.Date(), nullable=False),
                  sa.ForeignKeyConstraint(["account_id"], ["account.id"],
                                          name=op.f(f"fk_{table}_account_id_account"))]
    return found


def upgrade() -> None:
    op.create_table(
        "joint_draw", *_belongs("joint_draw", has_account=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("rows", DOCUMENT, nullable=False),
        sa.Column("waiver", sa.Text(), server_default="", nullable=False),
        sa.Column("waived_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["waived_by"], ["account.id"], name=op.f("fk_joint_draw_waived_by_account")),
        sa.UniqueConstraint("wave_id", name=op.f("uq_joint_draw_wave_id")))
    op.create_table(
        "joint_judgement", *_belongs("joint_judgement"),
        sa.Column("construct", sa.String(length=120), nullable=False),
        *[sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
          for name in ("is_settlement", "is_complementary")],
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("silent", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer_kind", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False))
    op.create_table(
        "stated_confidence", *_belongs("stated_confidence"),
        sa.Column("claim", sa.String(length=240), nullable=False),
        sa.Column("components", DOCUMENT, nullable=False),
        sa.Column("overall", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False))
    for table in ("joint_draw", "joint_judgement", "stated_confidence"):
        op.create_index(op.f(f"ix_{table}_study_id"), table, ["study_id"])
    for table in ("joint_judgement", "stated_confidence"):
        op.create_index(op.f(f"ix_{table}_wave_id"), table, ["wave_id"])


def downgrade() -> None:
    for table in ("stated_confidence", "joint_judgement", "joint_draw"):
        op.drop_table(table)
