"""What kind a change is of. It is told from what the change is made of and stored nowhere, so that a better rule also holds for
what is long past."""
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import case, literal_column
from sqlalchemy.dialects import postgresql

from storage.models import Change

# Below this likeness of old and new text an address shows another story.
REPLACED = 0.2
# Of a text that is written anew little is left; where less was changed, it was edited in many places.
REWRITTEN = 0.85
# So many words put in, and few taken out, are more than another wording, also within one sentence; and the other way round.
CLAUSE = 6

# The first rule that holds names the kind. A rule is written once for a row of figures and for columns of the table `change`,
# so it may only use what both know: + * < > & and numbers. A block that moved is none of the other kinds: no word was changed,
# and `wording` would say that one was.
RULES: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("replaced", lambda row: (row.similarity < REPLACED) & (2 * row.words_removed > row.words_old)
                             & (2 * row.words_added > row.words_new)),
    ("correction", lambda row: row.correction),
    ("headline", lambda row: row.headline & (row.chars_added + row.chars_removed < 1)),
    ("moved", lambda row: (row.blocks_moved > 0) & (row.chars_added + row.chars_removed < 1)),
    ("expanded", lambda row: (row.sentences_added + 2 > row.sentences_removed + row.sentences_changed)
                             & (row.words_added > 3 * row.words_removed + CLAUSE - 1)),
    ("expanded", lambda row: (row.sentences_added > row.sentences_removed + row.sentences_changed)
                             & (row.words_added > 3 * row.words_removed)),
    ("cut", lambda row: (row.sentences_removed + 2 > row.sentences_added + row.sentences_changed)
                        & (row.words_removed > 3 * row.words_added + CLAUSE - 1)),
    ("cut", lambda row: (row.sentences_removed > row.sentences_added + row.sentences_changed)
                        & (row.words_removed > 3 * row.words_added)),
    # Most sentences of both texts: of a text to which a second half was added the first half is as it was.
    ("rewritten", lambda row: (2 * (row.sentences_changed + row.sentences_removed) > row.sentences_old)
                              & (2 * (row.sentences_changed + row.sentences_added) > row.sentences_new)
                              & (row.similarity < REWRITTEN)),
    ("figures", lambda row: (row.figures > 0) & (row.sentences_changed > 0)),
    ("quote", lambda row: row.quotes > 0),
)
OTHER = "wording"
KINDS = (*dict.fromkeys(kind for kind, _ in RULES), OTHER)


def kind(statistics: Any) -> str:
    """The kind of a change, of which statistics has the figures under the names of the columns."""
    return next((kind for kind, holds in RULES if holds(statistics)), OTHER)


def sql(alias: str) -> str:
    """The expression that gives the kind of a row of the table `change`, known by an alias, in the words of both databases."""
    row = SimpleNamespace(**{column.name: literal_column(f"{alias}.{column.name}", column.type)
                             for column in Change.__table__.columns})
    cases = case(*((holds(row), kind) for kind, holds in RULES), else_=OTHER)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's is untyped
    return str(cases.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
