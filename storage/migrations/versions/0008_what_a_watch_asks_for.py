"""What a watch asks for and when, channels besides mail, what recipients answer, and how their addresses are"""
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("countries", "languages", "fields", "events", "kinds"):
        op.add_column("watch", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("watch", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("watch", sa.Column("least", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("watch", sa.Column("quote_comments", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("watch", sa.Column("schedule", sa.JSON(), nullable=True))
    op.add_column("watch", sa.Column("cap", sa.Integer(), nullable=True))
    op.add_column("watch", sa.Column("paused_at", TIME, nullable=True))
    op.add_column("mail", sa.Column("channel", sa.Text(), nullable=False, server_default="mail"))
    op.add_column("mail", sa.Column("bounced_at", TIME, nullable=True))
    op.add_column("mail", sa.Column("bounce", sa.Text(), nullable=True))
    op.create_index("ix_mail_made_for", "mail", ["watch_id", "recipient", "made_at"])
    op.create_table("recipient",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("dead_at", TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("revived_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("address", name="pk_recipient")
    )
    op.create_table("answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("watch_id", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("outlet", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("undone_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name="fk_answer_watch_id"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_answer_article_id"),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_answer_mail_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.UniqueConstraint("token", name="uq_answer_token")
    )
    for column in ("watch_id", "article_id", "mail_id"):
        op.create_index(f"ix_answer_{column}", "answer", [column])
