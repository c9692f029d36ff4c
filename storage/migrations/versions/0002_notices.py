"""Notices to the operator, mails that no watch made, and when a person had a mail tried anew"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_notice_mail_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("need", name="uq_notice_need"),
    )
    op.create_index("ix_notice_mail_id", "notice", ["mail_id"])
    with op.batch_alter_table("mail") as mail:
        mail.alter_column("watch_id", existing_type=sa.Text(), nullable=True)
        mail.add_column(sa.Column("retried_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("run") as run:
        run.add_column(sa.Column("newest_page", sa.Integer(), nullable=True))
