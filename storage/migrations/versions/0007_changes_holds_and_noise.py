"""What each change is made of, what becomes of a whole article, holds of an outlet, and lines that are noise"""
import hashlib
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_page_moved", "page", ["reason"], sqlite_where=sa.text("state = 'moved'"),
                    postgresql_where=sa.text("state = 'moved'"))
    _holds()
    op.create_table("change",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("headline", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (
            "chars_old", "chars_new", "chars_added", "chars_removed", "words_old", "words_new", "words_added", "words_removed",
            "sentences_old", "sentences_new", "sentences_added", "sentences_removed", "sentences_changed",
            "blocks_moved", "figures", "names", "quotes")),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("redesign", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_change_version_id"),
        sa.ForeignKeyConstraint(["before_id"], ["version.id"], name="fk_change_before_id"),
        sa.PrimaryKeyConstraint("version_id", name="pk_change")
    )
    op.create_index("ix_change_before_id", "change", ["before_id"])
    _sightings()
    op.create_table("article_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("last_there_at", TIME, nullable=True),
        sa.Column("first_missing_at", TIME, nullable=True),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_event_article_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_article_event_run_id"),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_article_event_capture_id"),
        sa.PrimaryKeyConstraint("id", name="pk_article_event"),
        sa.UniqueConstraint("article_id", "seq", name="uq_article_event_article_id_seq")
    )
    for column in ("run_id", "capture_id"):
        op.create_index(f"ix_article_event_{column}", "article_event", [column])
    op.create_table("noise",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("outlet", "kind", "key", "example")),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("learned_at", TIME, nullable=False),
        sa.Column("forgotten_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_noise"),
        sa.UniqueConstraint("outlet", "kind", "key", name="uq_noise_outlet_kind_key")
    )


# Until now each look at an article's own page that made no version was one at the latest that was not rejected.
SIGHTINGS = """
INSERT INTO sighting (capture_id, version_id)
SELECT capture_id, version_id FROM (
  SELECT capture.id AS capture_id,
         (SELECT version.id FROM version WHERE version.article_id = page.article_id AND version.capture_id <= capture.id
          AND version.judgement <> 'rejected' ORDER BY version.seq DESC LIMIT 1) AS version_id
  FROM capture
  JOIN page ON page.id = capture.page_id
  JOIN article ON article.id = page.article_id AND article.url = page.url
  JOIN run ON run.id = capture.run_id AND run.kind = 'crawl'
  WHERE EXISTS (SELECT 1 FROM reading WHERE reading.capture_id = capture.id AND reading.outcome = 'clean')
    AND NOT EXISTS (SELECT 1 FROM version WHERE version.capture_id = capture.id)) AS looks
WHERE version_id IS NOT NULL
"""


def _sightings() -> None:
    op.create_table("sighting",
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_sighting_capture_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_sighting_version_id"),
        sa.PrimaryKeyConstraint("capture_id", name="pk_sighting")
    )
    op.create_index("ix_sighting_version_id", "sighting", ["version_id"])
    op.execute(SIGHTINGS)
    _keys()
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("cleared_id", sa.Integer(), nullable=True))
        notice.create_foreign_key("fk_notice_cleared_id", "mail", ["cleared_id"], ["id"])
    op.create_index("ix_notice_cleared_id", "notice", ["cleared_id"])
    # What was over before anybody was told of that is not told now.
    op.execute("UPDATE notice SET cleared_id = mail_id WHERE ended_at IS NOT NULL")


# Typography as it was taken out of blocks when they got their keys.
PLAIN = str.maketrans({**dict.fromkeys("“”„‟«»″〝〞‹›", '"'), **dict.fromkeys("‘’‚‛`´′ʻʼ", "'"),
                       **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"), "ё": "е", "Ё": "Е"})


def _keys() -> None:
    """Keys for the blocks of what versions show: what an article says is compared by them over its versions."""
    reading = sa.table("reading", sa.column("id", sa.Integer), sa.column("blocks", sa.JSON))
    connection, last = op.get_bind(), 0
    while rows := connection.execute(sa.text(
            "SELECT id, blocks FROM reading WHERE id > :last AND outcome = 'clean' AND capture_id IN"
            " (SELECT capture_id FROM version) ORDER BY id LIMIT 500").columns(blocks=sa.JSON), {"last": last}).all():
        for own, blocks in rows:
            keyed = [{**block, "key": _key(block["text"])} for block in blocks]
            connection.execute(sa.update(reading).where(reading.c.id == own).values(blocks=keyed))
        last = rows[-1][0]


def _key(text: str) -> str:
    visible = "".join(each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each) != "Cf")
    return hashlib.sha256(" ".join(visible.translate(PLAIN).split()).encode()).hexdigest()[:16]


def _holds() -> None:
    op.create_table("hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("blame", sa.JSON(), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hold")
    )
    op.create_index("uq_hold_undecided", "hold", ["outlet"], unique=True, sqlite_where=sa.text("ended_at IS NULL"),
                    postgresql_where=sa.text("ended_at IS NULL"))
    for table in ("run", "version"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("hold_id", sa.Integer(), nullable=True))
            changed.create_foreign_key(f"fk_{table}_hold_id", "hold", ["hold_id"], ["id"])
        op.create_index(f"ix_{table}_hold_id", table, ["hold_id"])
