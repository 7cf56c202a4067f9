"""Invitations, mail, dates of waves, retention"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_mail_text_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_text")),
        sa.UniqueConstraint(
            "study_id", "audience", "kind", "language", name=op.f("uq_mail_text_study_id_audience_kind_language")
        ),
    )
    with op.batch_alter_table("mail_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_text_study_id"), ["study_id"], unique=False)

    op.create_table(
        "opt_out",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_opt_out_study_id_study"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_id", "address_hash", name=op.f("pk_opt_out")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fieldwork_closing",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_fieldwork_closing_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_fieldwork_closing")),
    )
    op.create_table(
        "fieldwork_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_fieldwork_day_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fieldwork_day")),
        sa.UniqueConstraint("link_id", "day", name=op.f("uq_fieldwork_day_link_id_day")),
    )
    op.create_table(
        "finished_mark",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_finished_mark_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_finished_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_receipt_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slip_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("n_slips", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_slip_batch_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_batch")),
    )
    with op.batch_alter_table("slip_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slip_batch_link_id"), ["link_id"], unique=False)

    op.create_table(
        "spent_link",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_spent_link_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spent_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("is_bounced", sa.Boolean(), nullable=False),
        sa.Column("has_refused", sa.Boolean(), nullable=False),
        sa.Column("is_ineligible", sa.Boolean(), nullable=False),
        sa.Column("has_opted_out", sa.Boolean(), nullable=False),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["slip_batch.id"], name=op.f("fk_invitation_batch_id_slip_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["questionnaire_link.id"],
            name=op.f("fk_invitation_link_id_questionnaire_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_link_id"), ["link_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column("handled_on", sa.Date(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_outbox_invitation_id_invitation"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_outbox_wave_id_wave"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("invitation_id", "wave_id", "kind", name=op.f("uq_outbox_invitation_id_wave_id_kind")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_wave_id"), ["wave_id"], unique=False)

    op.create_table(
        "respondent_key",
        sa.Column("response_key", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_respondent_key_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_key"], ["response.key"], name=op.f("fk_respondent_key_response_key_response"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_key", name=op.f("pk_respondent_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("respondent_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_respondent_key_invitation_id"), ["invitation_id"], unique=False)

    op.add_column(
        "questionnaire_link", sa.Column("is_by_invitation", sa.Boolean(), server_default=sa.false(), nullable=False)
    )

    op.add_column("study", sa.Column("retain_until", sa.Date(), nullable=True))
    op.add_column("study", sa.Column("erasure", sa.String(length=20), server_default="roster", nullable=False))
    op.add_column("study", sa.Column("erased_on", sa.Date(), nullable=True))

    op.add_column("wave", sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("wave", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("wave", sa.Column("complete_from", sa.Double(), server_default="0.8", nullable=False))
    op.add_column("wave", sa.Column("partial_from", sa.Double(), server_default="0.5", nullable=False))


def downgrade() -> None:
    op.drop_column("wave", "partial_from")
    op.drop_column("wave", "complete_from")
    op.drop_column("wave", "closes_at")
    op.drop_column("wave", "opens_at")

    op.drop_column("study", "erased_on")
    op.drop_column("study", "erasure")
    op.drop_column("study", "retain_until")

    op.drop_column("questionnaire_link", "is_by_invitation")

    with op.batch_alter_table("respondent_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_respondent_key_invitation_id"))

    op.drop_table("respondent_key")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_wave_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_link_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_batch_id"))

    op.drop_table("invitation")
    op.drop_table("spent_link")
    with op.batch_alter_table("slip_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slip_batch_link_id"))

    op.drop_table("slip_batch")
    op.drop_table("receipt")
    op.drop_table("finished_mark")
    op.drop_table("fieldwork_day")
    op.drop_table("fieldwork_closing")
    op.drop_table("opt_out")
    with op.batch_alter_table("mail_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_text_study_id"))

    op.drop_table("mail_text")
