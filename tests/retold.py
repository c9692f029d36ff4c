"""What the wire told of a past held against what `watch test` finds in it afterwards."""
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.match.past import past
from storage import watches
from storage.models import Alert, CommentVersion, Run, Version, Watch
from storage.passage import Passage
from storage.store import Store

Key = tuple[str, int, int | None, int | None]


def told(session: Session, watch: str) -> dict[Key, Passage]:
    """What a watch told, or will once its digest is due: event, article, the version's number, the comment."""
    found = session.execute(
        select(Alert, Version.seq, CommentVersion.seq, CommentVersion.comment_id).join(Run, Run.id == Alert.run_id)
        .outerjoin(Version, Version.id == Alert.version_id)
        .outerjoin(CommentVersion, CommentVersion.id == Alert.comment_version_id)
        .where(Alert.watch_id == watch, Alert.state.in_(("pending", "mailed")), Run.judgement != "open"))
    return {(alert.event, alert.article_id, seq if comment is None else said, comment): Passage.from_json(alert.passage)
            for alert, seq, said, comment in found}


def differences(store: Store, countries: Mapping[str, str | None] | None = None,
                wait: timedelta = timedelta(0)) -> tuple[int, list[str]]:
    """How much the watches that stand told in all, and where what is found afterwards is another thing."""
    number, wrong = 0, []
    with store.reading() as session:
        for own, watch in watches.kept(session).items():
            should = told(session, own)
            is_so = {(hit.event, hit.article, hit.seq, hit.comment): hit.passage
                     for hit in past(session, watch, session.get_one(Watch, own).since, wait, countries or {})}
            number += len(should)
            wrong += [f"{own}: {key} was told and is not found" for key in should.keys() - is_so.keys()]
            wrong += [f"{own}: {key} is found and was not told" for key in is_so.keys() - should.keys()]
            wrong += [f"{own}: {key}: {is_so[key]}, not {should[key]}" for key in should.keys() & is_so.keys()
                      if is_so[key] != should[key]]
    return number, wrong
