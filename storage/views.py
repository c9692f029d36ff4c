"""The views for analysts, in the words of either database. They hold nothing of their own: each migration of the schema drops
them before it begins and makes them anew at its end, so that no table is changed under a view. A view that is changed here
needs a migration, which may be an empty one, to reach stores that exist."""
import re

from sqlalchemy import Connection, text

from storage import kinds

# What stands in braces in a view, in the words of either database. The start of the hour of a time is what both keep in columns
# of times; `hours` are those from one time to another; `blocks` are those of a reading, and `block` is what one has by a name.
WORDS = {
    "sqlite": {"hour": "strftime('%Y-%m-%d %H:00:00.000000', {0})", "hours": "((julianday({1}) - julianday({0})) * 24)",
               "blocks": "json_each({0}.blocks) AS block", "block": "json_extract(block.value, '$.{0}')"},
    "postgresql": {"hour": "date_trunc('hour', {0}, 'UTC')",
                   "hours": "CAST(extract(epoch FROM {1} - {0}) / 3600 AS DOUBLE PRECISION)",
                   "blocks": "json_array_elements({0}.blocks) WITH ORDINALITY AS block(value, key)",
                   "block": "(block.value ->> '{0}')"}}
# And in the words of both: whether a version counts, the reading that it shows, the last look that found it unchanged (captures
# of one article are in the order of their times), and the look that found the next version that counts.
COMMON = {
    "counts": "{0}.judgement IN ('passed', 'accepted', 'released')",
    "shown": "(SELECT max(id) FROM reading AS read WHERE read.capture_id = {0}.capture_id AND read.outcome = 'clean')",
    "last": "coalesce((SELECT max(sighting.capture_id) FROM sighting WHERE sighting.version_id = {0}.id), {0}.capture_id)",
    "next": "(SELECT later.capture_id FROM version AS later WHERE later.article_id = {0}.article_id AND later.seq > {0}.seq"
            " AND {{counts|later}} ORDER BY later.seq LIMIT 1)",
    "kind": kinds.sql("change")}

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
             {hour|coalesce(comment.posted_at, comment.first_seen_at)} AS hour
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

EDIT = """
SELECT article.outlet, version.article_id, article.url, version.id AS version_id, version.seq, version.judgement,
       version.hold_id, coalesce(change.redesign, FALSE) AS redesign,
       CASE WHEN change.version_id IS NOT NULL THEN {kind} END AS kind, was.title AS old_title, became.title AS new_title,
       coalesce(became.published, was.published) AS published, first.at AS old_first_seen_at, there.at AS still_there_at,
       found.at AS changed_at,
       {hours|coalesce(became.published, was.published, article.first_seen_at)|found.at} AS hours,
       old.id AS old_version_id, first.id AS old_capture_id, first.file AS old_file, first."offset" AS old_offset,
       there.id AS still_there_capture_id, found.id AS new_capture_id, found.file AS new_file, found."offset" AS new_offset,
       change.headline, change.chars_added, change.chars_removed, change.words_added, change.words_removed,
       change.sentences_added, change.sentences_removed, change.sentences_changed, change.blocks_moved, change.figures,
       change.names, change.quotes, change.correction, change.similarity
FROM version
JOIN version AS old ON old.article_id = version.article_id
  AND old.seq = (SELECT max(earlier.seq) FROM version AS earlier WHERE earlier.article_id = version.article_id
                 AND earlier.seq < version.seq AND {counts|earlier})
JOIN article ON article.id = version.article_id
JOIN reading AS was ON was.id = {shown|old}
JOIN reading AS became ON became.id = {shown|version}
JOIN capture AS first ON first.id = old.capture_id
JOIN capture AS there ON there.id = {last|old}
JOIN capture AS found ON found.id = version.capture_id
LEFT JOIN change ON change.version_id = version.id AND change.before_id = old.id
WHERE {counts|version}
"""

# A block that versions in a row have is one passage: of these rows only those without a neighbour before or after are kept, and
# paired. All is windows over an article, so that one article is looked up in the index on (article_id, seq): a GROUP BY would
# have SQLite read all articles for it. It is told from the readings that versions show and kept nowhere else, so that a better
# reader and a later judgement count for the past as well, and what is forgotten has no copy. It is sorted by the blocks' keys:
# to take typography out here took SQLite four times as long. All of 10,000 versions of 30 blocks took SQLite 4.6 s and
# PostgreSQL 3 s, one article of them 4 ms.
PASSAGES = """
SELECT article_id, text, first_seq, last_seq
FROM (SELECT article_id, text, seq AS first_seq, n, before,
             CASE WHEN after IS NULL OR after > n + 1 THEN seq
                  ELSE lead(seq) OVER (PARTITION BY article_id, key ORDER BY n, place) END AS last_seq
      FROM (SELECT article_id, seq, n, key, place, text,
                   lag(n) OVER (PARTITION BY article_id, key ORDER BY n, place) AS before,
                   lead(n) OVER (PARTITION BY article_id, key ORDER BY n, place) AS after
            FROM (SELECT version.article_id, version.seq, coalesce({block|key}, {block|text}) AS key,
                         {block|text} AS text, block.key AS place,
                         dense_rank() OVER (PARTITION BY version.article_id ORDER BY version.seq) AS n
                  FROM version
                  JOIN reading ON reading.id = {shown|version}
                  CROSS JOIN {blocks|reading}
                  WHERE {counts|version}) AS said) AS told
      WHERE before IS NULL OR before < n - 1 OR after IS NULL OR after > n + 1) AS ends
WHERE before IS NULL OR before < n - 1
"""

# A change says whether its headline is another one, typography aside; of those that were not measured the letters do.
HEADLINES = """
SELECT article_id, title, first_seq, coalesce(lead(before_seq) OVER (PARTITION BY article_id ORDER BY first_seq), newest)
       AS last_seq, row_number() OVER (PARTITION BY article_id ORDER BY first_seq) AS number
FROM (SELECT told.article_id, told.title, told.seq AS first_seq, told.before_seq, told.newest,
             CASE WHEN told.before_seq IS NULL THEN TRUE WHEN change.version_id IS NOT NULL THEN change.headline
                  ELSE coalesce(told.title, '') <> coalesce(told.before_title, '') END AS begins
      FROM (SELECT version.article_id, version.id AS version_id, version.seq, reading.title,
                   lag(version.id) OVER (PARTITION BY version.article_id ORDER BY version.seq) AS before_id,
                   lag(version.seq) OVER (PARTITION BY version.article_id ORDER BY version.seq) AS before_seq,
                   lag(reading.title) OVER (PARTITION BY version.article_id ORDER BY version.seq) AS before_title,
                   max(version.seq) OVER (PARTITION BY version.article_id) AS newest
            FROM version
            JOIN reading ON reading.id = {shown|version}
            WHERE {counts|version}) AS told
      LEFT JOIN change ON change.version_id = told.version_id AND change.before_id = told.before_id) AS began
WHERE begins
"""

# What stood in an article from one version to another, with the looks around that.
STOOD = """
SELECT article.outlet, stood.article_id, article.url, article.state, {told}, stood.first_seq, stood.last_seq,
       first.at AS first_seen_at, there.at AS still_there_at, away.at AS not_there_at,
       {hours|first.at|there.at} AS hours, first.id AS first_capture_id, there.id AS still_there_capture_id,
       away.id AS not_there_capture_id
FROM ({standing}) AS stood
JOIN article ON article.id = stood.article_id
JOIN version AS began ON began.article_id = stood.article_id AND began.seq = stood.first_seq
JOIN version AS ended ON ended.article_id = stood.article_id AND ended.seq = stood.last_seq
JOIN capture AS first ON first.id = began.capture_id
JOIN capture AS there ON there.id = {last|ended}
LEFT JOIN capture AS away ON away.id = {next|ended}
"""
PASSAGE = STOOD.replace("{told}", "stood.text").replace("{standing}", PASSAGES)
HEADLINE = STOOD.replace("{told}", "stood.number, stood.title").replace("{standing}", HEADLINES)

DISAPPEARED_ARTICLE = """
SELECT article.outlet, article.id AS article_id, article.url, article.state, last.title, gone.last_there_at,
       gone.first_missing_at, gone.seen_at AS gone_at, gone.capture_id AS gone_capture_id, back.seen_at AS back_at,
       back.event AS back_as, back.url AS back_url, back.capture_id AS back_capture_id
FROM article_event AS gone
JOIN article ON article.id = gone.article_id
LEFT JOIN article_event AS back ON back.article_id = gone.article_id
  AND back.seq = (SELECT min(earlier.seq) FROM article_event AS earlier WHERE earlier.article_id = gone.article_id
                  AND earlier.seq > gone.seq AND earlier.event <> 'gone')
LEFT JOIN version ON version.article_id = gone.article_id
  AND version.seq = (SELECT max(earlier.seq) FROM version AS earlier WHERE earlier.article_id = gone.article_id
                     AND {counts|earlier})
LEFT JOIN reading AS last ON last.id = {shown|version}
WHERE gone.event = 'gone'
"""

HELD_EDIT = """
SELECT hold.outlet, hold.id AS hold_id, hold.began_at, hold.ended_at, hold.reason, hold.looked, hold.changed, hold.decision,
       hold.who, coalesce(held.articles, 0) AS articles, coalesce(held.versions, 0) AS versions, version.article_id,
       article.url, version.id AS version_id, version.seq, version.judgement, change.redesign,
       CASE WHEN change.version_id IS NOT NULL THEN {kind} END AS kind, was.title AS old_title, became.title AS new_title,
       old.capture_id AS old_capture_id, found.id AS new_capture_id, found.at AS changed_at
FROM hold
LEFT JOIN (SELECT hold_id, count(DISTINCT article_id) AS articles, count(*) AS versions FROM version
           WHERE hold_id IS NOT NULL GROUP BY hold_id) AS held ON held.hold_id = hold.id
LEFT JOIN version ON version.hold_id = hold.id
LEFT JOIN article ON article.id = version.article_id
LEFT JOIN change ON change.version_id = version.id
LEFT JOIN version AS old ON old.id = change.before_id
LEFT JOIN reading AS was ON was.id = {shown|old}
LEFT JOIN reading AS became ON became.id = {shown|version}
LEFT JOIN capture AS found ON found.id = version.capture_id
"""

VIEWS = {"current_thread": CURRENT_THREAD, "removed_comment": REMOVED_COMMENT, "thread_doubt": THREAD_DOUBT,
         "comment_hour": COMMENT_HOUR, "reader_comment": READER_COMMENT, "near_identical": NEAR_IDENTICAL,
         "edit": EDIT, "headline": HEADLINE, "passage": PASSAGE, "disappeared_article": DISAPPEARED_ARTICLE,
         "held_edit": HELD_EDIT}


def drop(connection: Connection) -> None:
    """Takes the views away, those that are there."""
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def make(connection: Connection) -> None:
    """Makes all views; the tables are those of the models."""
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {_worded(query, connection.dialect.name)}"))


def _worded(query: str, dialect: str) -> str:
    words = COMMON | WORDS[dialect]
    while "{" in query:
        query = re.sub(r"\{(\w+)\|?([^{}]*)\}", lambda found: words[found[1]].format(*found[2].split("|")), query)
    return query
