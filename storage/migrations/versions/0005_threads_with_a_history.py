"""Threads of several pages and editions, what becomes of a whole thread, a comment as it is now, and what is to be forgotten"""
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _threads()
    op.add_column("thread_read", sa.Column("off", sa.Integer(), nullable=True))
    op.add_column("capture", sa.Column("redacted_at", TIME, nullable=True))
    op.add_column("mail", sa.Column("redacted_at", TIME, nullable=True))
    op.add_column("comment_version", sa.Column("guess", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table("forgotten",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forgotten"),
        sa.UniqueConstraint("outlet", "kind", "mark", name="uq_forgotten_outlet_kind_mark")
    )
    _comments()


def _threads() -> None:
    op.add_column("thread", sa.Column("state", sa.Text(), nullable=False, server_default="open"))
    op.create_table("edition",
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_edition_article_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_edition_thread_id"),
        sa.PrimaryKeyConstraint("thread_id", "article_id", name="pk_edition")
    )
    op.create_index("ix_edition_article_id", "edition", ["article_id"])
    op.create_table("thread_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("after_read_id", sa.Integer(), nullable=True),
        sa.Column("before_read_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["after_read_id"], ["thread_read.id"], name="fk_thread_event_after_read_id"),
        sa.ForeignKeyConstraint(["before_read_id"], ["thread_read.id"], name="fk_thread_event_before_read_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_thread_event_run_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name="fk_thread_event_thread_id"),
        sa.PrimaryKeyConstraint("id", name="pk_thread_event"),
        sa.UniqueConstraint("thread_id", "seq", name="uq_thread_event_thread_id_seq")
    )
    for column in ("run_id", "after_read_id", "before_read_id"):
        op.create_index(f"ix_thread_event_{column}", "thread_event", [column])
    op.create_table("thread_capture",
        sa.Column("thread_read_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_thread_capture_capture_id"),
        sa.ForeignKeyConstraint(["thread_read_id"], ["thread_read.id"], name="fk_thread_capture_thread_read_id"),
        sa.PrimaryKeyConstraint("thread_read_id", "seq", name="pk_thread_capture")
    )
    op.create_index("ix_thread_capture_capture_id", "thread_capture", ["capture_id"])


def _comments() -> None:
    """A comment as it is now stands in its own row; its versions are its past."""
    for column in (sa.Column("certainty", sa.Text(), nullable=True), sa.Column("text", sa.Text(), nullable=True),
                   sa.Column("state", sa.Text(), nullable=False, server_default="standing"),
                   sa.Column("text_key", sa.Text(), nullable=True), sa.Column("reader", sa.Text(), nullable=True),
                   sa.Column("depth", sa.Integer(), nullable=False, server_default="0"),
                   sa.Column("forgotten_at", TIME, nullable=True)):
        op.add_column("comment", column)
    for statement in (
            "UPDATE comment SET state = 'removed' WHERE (SELECT event FROM comment_version AS last WHERE last.comment_id ="
            " comment.id ORDER BY last.seq DESC LIMIT 1) = 'removed'",
            "UPDATE comment SET text = (SELECT last.text FROM comment_version AS last WHERE last.comment_id = comment.id"
            " AND last.text IS NOT NULL ORDER BY last.seq DESC LIMIT 1)",
            "UPDATE comment SET reader = (SELECT reader FROM thread_read WHERE thread_read.id = comment.last_read_id)",
            "UPDATE comment SET depth = (WITH RECURSIVE above (id, parent_id) AS (SELECT one.id, one.parent_id"
            " FROM comment AS one WHERE one.id = comment.id UNION ALL SELECT one.id, one.parent_id FROM comment AS one"
            " JOIN above ON above.parent_id = one.id) SELECT count(*) - 1 FROM above)"):
        op.execute(statement)
    with op.batch_alter_table("comment") as comment:
        comment.alter_column("reader", existing_type=sa.Text(), nullable=False)
    op.create_index("ix_comment_place", "comment", ["thread_id", "position"])
    op.create_index("ix_comment_text_key", "comment", ["text_key"])
    op.create_index("ix_comment_author", "comment", ["author"])
