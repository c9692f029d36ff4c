"""The views for analysts, in the words of either database. They hold nothing of their own: each migration of the schema drops
them before it begins and makes them anew at its end, so that no table is changed under a view. A view that is changed here
needs a migration, which may be an empty one, to reach stores that exist."""
from sqlalchemy import Connection, text

# The start of the hour of a time; both databases give what they keep in columns of times.
HOUR = {"sqlite": "strftime('%Y-%m-%d %H:00:00.000000', {})", "postgresql": "date_trunc('hour', {}, 'UTC')"}

CURRENT_THREAD = """
SELECT thread.outlet, thread.article_id, article.url, thread.id AS thread_id, thread.state AS thread_state,
       comment.id AS comment_id, comment.native_id, comment.parent_id, comment.depth, comment.position, comment.author,
       comment.posted_at, comment.certainty, comment.first_seen_at, comment.text,
       EXISTS (SELECT 1 FROM comment_version AS past WHERE past.comment_id = comment.id AND past.event = 'edited') AS edited,
       comment.likes, comment.dislikes
FROM comment
JOIN thread ON thread.id = comment.thread_id
JOIN article ON article.id = thread.article_id
WHERE comment.state = 'standing' AND comment.forgotten_at IS NULL
"""

# The last event of a comment is found by the unique index on (comment_id, seq): without that this takes the comments' square.
REMOVED_COMMENT = """
SELECT thread.outlet, thread.article_id, article.url, thread.id AS thread_id, comment.id AS comment_id, comment.native_id,
       comment.parent_id, comment.depth, comment.author, comment.posted_at, comment.certainty, comment.first_seen_at,
       comment.text, there.at AS still_there_at, away.at AS not_there_at, removal.guess
FROM comment
JOIN comment_version AS removal ON removal.comment_id = comment.id
  AND removal.seq = (SELECT max(past.seq) FROM comment_version AS past WHERE past.comment_id = comment.id)
JOIN thread ON thread.id = comment.thread_id
JOIN article ON article.id = thread.article_id
LEFT JOIN thread_read AS there ON there.id = removal.after_read_id
JOIN thread_read AS away ON away.id = removal.before_read_id
WHERE comment.state = 'removed' AND removal.event = 'removed' AND comment.forgotten_at IS NULL
"""

THREAD_DOUBT = """
SELECT thread.outlet, thread.article_id, article.url, thread.id AS thread_id, thread.system, looks.looks, looks.complete_looks,
       looks.last_complete_at, last.at AS last_at, last.state AS last_state, last.reason AS last_reason, last.declared,
       last.seen,
       CASE WHEN last.state <> 'complete' THEN last.state
            WHEN thread.state = 'hidden' THEN 'hidden'
            WHEN looks.complete_looks < 2 THEN 'once' END AS doubt
FROM thread
JOIN article ON article.id = thread.article_id
JOIN (SELECT thread_id, max(id) AS last_id, count(*) AS looks, sum(CASE WHEN state = 'complete' THEN 1 ELSE 0 END)
             AS complete_looks, max(CASE WHEN state = 'complete' THEN at END) AS last_complete_at
      FROM thread_read GROUP BY thread_id) AS looks ON looks.thread_id = thread.id
JOIN thread_read AS last ON last.id = looks.last_id
"""

COMMENT_HOUR = """
SELECT outlet, article_id, url, hour, timed_by, certainty, count(*) AS comments,
       sum(CASE WHEN state = 'removed' THEN 1 ELSE 0 END) AS removed
FROM (SELECT thread.outlet, thread.article_id, article.url, comment.state, comment.certainty,
             CASE WHEN comment.posted_at IS NULL THEN 'first_seen_at' ELSE 'posted_at' END AS timed_by,
             {hour} AS hour
      FROM comment
      JOIN thread ON thread.id = comment.thread_id
      JOIN article ON article.id = thread.article_id
      WHERE comment.forgotten_at IS NULL) AS said
GROUP BY outlet, article_id, url, hour, timed_by, certainty
"""

READER_COMMENT = """
SELECT thread.outlet, comment.author, thread.article_id, article.url, comment.id AS comment_id, comment.parent_id,
       answered.author AS answers, comment.posted_at, comment.certainty, comment.first_seen_at, comment.state, comment.text
FROM comment
JOIN thread ON thread.id = comment.thread_id
JOIN article ON article.id = thread.article_id
LEFT JOIN comment AS answered ON answered.id = comment.parent_id
WHERE comment.author IS NOT NULL AND comment.forgotten_at IS NULL
"""

NEAR_IDENTICAL = """
WITH said AS (
  SELECT comment.id, comment.text_key, thread.outlet, thread.article_id
  FROM comment
  JOIN thread ON thread.id = comment.thread_id
  WHERE comment.text_key IS NOT NULL AND comment.forgotten_at IS NULL
), shared AS (
  SELECT text_key, count(*) AS comments, count(DISTINCT article_id) AS articles, count(DISTINCT outlet) AS outlets
  FROM said GROUP BY text_key HAVING count(DISTINCT article_id) > 1
), rate AS (
  SELECT said.outlet, count(*) AS comments, count(shared.text_key) AS twins
  FROM said LEFT JOIN shared ON shared.text_key = said.text_key GROUP BY said.outlet
)
SELECT said.text_key, said.outlet, said.article_id, article.url, comment.id AS comment_id, comment.author, comment.posted_at,
       comment.certainty, comment.first_seen_at, comment.state, comment.text, shared.comments, shared.articles, shared.outlets,
       rate.comments AS outlet_comments, rate.twins AS outlet_twins,
       CAST(rate.twins AS DOUBLE PRECISION) / rate.comments AS base_rate
FROM said
JOIN shared ON shared.text_key = said.text_key
JOIN rate ON rate.outlet = said.outlet
JOIN comment ON comment.id = said.id
JOIN article ON article.id = said.article_id
"""

VIEWS = {"current_thread": CURRENT_THREAD, "removed_comment": REMOVED_COMMENT, "thread_doubt": THREAD_DOUBT,
         "comment_hour": COMMENT_HOUR, "reader_comment": READER_COMMENT, "near_identical": NEAR_IDENTICAL}


def drop(connection: Connection) -> None:
    """Takes the views away, those that are there."""
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def make(connection: Connection) -> None:
    """Makes all views; the tables are those of the models."""
    hour = HOUR[connection.dialect.name].format("coalesce(comment.posted_at, comment.first_seen_at)")
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query.replace('{hour}', hour)}"))
