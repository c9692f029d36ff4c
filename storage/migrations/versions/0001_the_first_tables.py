"""The first tables"""
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("claimed_url", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("outlet", "url", name="uq_article_outlet_url")
    )
    op.create_table("host",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("robots_status", sa.Integer(), nullable=True),
        sa.Column("robots_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_host")
    )
    op.create_table("run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Integer(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run")
    )
    op.create_index("uq_run_open", "run", ["outlet"], unique=True, sqlite_where=sa.text("state = 'open'"),
                    postgresql_where=sa.text("state = 'open'"))
    op.create_table("watch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("outlets", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_watch")
    )
    op.create_table("mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name="fk_mail_watch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("message_id", name="uq_mail_message_id")
    )
    op.create_index("ix_mail_state", "mail", ["state"], unique=False)
    op.create_index("ix_mail_watch_id", "mail", ["watch_id"], unique=False)
    op.create_table("page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("found_on_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("doubt", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("recheck_step", sa.Integer(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_page_article_id"),
        sa.ForeignKeyConstraint(["found_on_id"], ["page.id"], name="fk_page_found_on_id"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint("outlet", "url", name="uq_page_outlet_url")
    )
    op.create_index("ix_page_article_id", "page", ["article_id"], unique=False)
    op.create_index("ix_page_due", "page", ["outlet", "next_due_at"], unique=False)
    op.create_index("ix_page_found_on_id", "page", ["found_on_id"], unique=False)
    op.create_table("thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("native_key", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_thread_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
        sa.UniqueConstraint("outlet", "system", "native_key", name="uq_thread_outlet_system_native_key")
    )
    op.create_index("ix_thread_article_id", "thread", ["article_id"], unique=False)
    op.create_table("attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_attempt_mail_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt")
    )
    op.create_index("ix_attempt_mail_id", "attempt", ["mail_id"], unique=False)
    op.create_table("capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_capture_page_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_capture_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_capture")
    )
    op.create_index("ix_capture_page_id", "capture", ["page_id"], unique=False)
    op.create_index("ix_capture_run_id", "capture", ["run_id"], unique=False)
    op.create_table("reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_raw", sa.Text(), nullable=True),
        sa.Column("modified", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("claimed_url", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("text_sha256", sa.String(length=64), nullable=True),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("captions", sa.JSON(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_reading_capture_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint("capture_id", "reader", name="uq_reading_capture_id_reader")
    )
    op.create_table("thread_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_thread_read_capture_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_thread_read_run_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_thread_read_thread_id"),
        sa.PrimaryKeyConstraint("id", name="pk_thread_read")
    )
    op.create_index("ix_thread_read_capture_id", "thread_read", ["capture_id"], unique=False)
    op.create_index("ix_thread_read_run_id", "thread_read", ["run_id"], unique=False)
    op.create_index("ix_thread_read_thread_id", "thread_read", ["thread_id"], unique=False)
    op.create_table("version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_version_article_id"),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_version_capture_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_version_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_version"),
        sa.UniqueConstraint("article_id", "capture_id", name="uq_version_article_id_capture_id"),
        sa.UniqueConstraint("article_id", "seq", name="uq_version_article_id_seq")
    )
    op.create_index("ix_version_capture_id", "version", ["capture_id"], unique=False)
    op.create_index("ix_version_run_id", "version", ["run_id"], unique=False)
    op.create_table("comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("parent_source", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_raw", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("likes", sa.Integer(), nullable=True),
        sa.Column("dislikes", sa.Integer(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_read_id", sa.Integer(), nullable=False),
        sa.Column("missed_read_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["last_read_id"], ["thread_read.id"], name="fk_comment_last_read_id"),
        sa.ForeignKeyConstraint(["missed_read_id"], ["thread_read.id"], name="fk_comment_missed_read_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name="fk_comment_parent_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_comment_thread_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.UniqueConstraint("thread_id", "native_id", name="uq_comment_thread_id_native_id")
    )
    op.create_index("ix_comment_last_read_id", "comment", ["last_read_id"], unique=False)
    op.create_index("ix_comment_missed_read_id", "comment", ["missed_read_id"], unique=False)
    op.create_index("ix_comment_parent_id", "comment", ["parent_id"], unique=False)
    op.create_table("comment_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_read_id", sa.Integer(), nullable=True),
        sa.Column("before_read_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["after_read_id"], ["thread_read.id"], name="fk_comment_version_after_read_id"),
        sa.ForeignKeyConstraint(["before_read_id"], ["thread_read.id"], name="fk_comment_version_before_read_id"),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_comment_version_capture_id"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name="fk_comment_version_comment_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_comment_version_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comment_version"),
        sa.UniqueConstraint("comment_id", "seq", name="uq_comment_version_comment_id_seq")
    )
    op.create_index("ix_comment_version_after_read_id", "comment_version", ["after_read_id"], unique=False)
    op.create_index("ix_comment_version_before_read_id", "comment_version", ["before_read_id"], unique=False)
    op.create_index("ix_comment_version_capture_id", "comment_version", ["capture_id"], unique=False)
    op.create_index("ix_comment_version_run_id", "comment_version", ["run_id"], unique=False)
    op.create_table("alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("comment_version_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("passage", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_alert_article_id"),
        sa.ForeignKeyConstraint(["comment_version_id"], ["comment_version.id"], name="fk_alert_comment_version_id"),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_alert_mail_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_alert_run_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_alert_version_id"),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name="fk_alert_watch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("watch_id", "recipient", "event", "subject", name="uq_alert_watch_id_recipient_event_subject")
    )
    op.create_index("ix_alert_article_id", "alert", ["article_id"], unique=False)
    op.create_index("ix_alert_comment_version_id", "alert", ["comment_version_id"], unique=False)
    op.create_index("ix_alert_due", "alert", ["state", "mail_at"], unique=False)
    op.create_index("ix_alert_mail_id", "alert", ["mail_id"], unique=False)
    op.create_index("ix_alert_run_id", "alert", ["run_id"], unique=False)
    op.create_index("ix_alert_version_id", "alert", ["version_id"], unique=False)
    op.create_index("ix_alert_watch_id", "alert", ["watch_id"], unique=False)



def downgrade() -> None:
    op.drop_table("alert")
    op.drop_table("comment_version")
    op.drop_table("comment")
    op.drop_table("version")
    op.drop_table("thread_read")
    op.drop_table("reading")
    op.drop_table("capture")
    op.drop_table("attempt")
    op.drop_table("thread")
    op.drop_table("page")
    op.drop_table("mail")
    op.drop_table("watch")
    op.drop_table("run")
    op.drop_table("host")
    op.drop_table("article")
