"""What recipients said to their mails: what they want to hear nothing of, what was not relevant, that an address is theirs."""
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.models import Answer

ACTIONS = ("not_relevant", "mute_story", "mute_outlet", "end_watch", "confirm")


def silent(session: Session, article: int, outlet: str) -> frozenset[tuple[str, str]]:
    """The watches and recipients, in pairs, who want to hear nothing of an article of an outlet."""
    found = session.execute(select(Answer.watch_id, Answer.recipient).where(Answer.undone_at.is_(None), or_(
        Answer.action == "end_watch", (Answer.action == "mute_story") & (Answer.article_id == article),
        (Answer.action == "mute_outlet") & (Answer.outlet == outlet))))
    return frozenset((watch, recipient) for watch, recipient in found if watch is not None)
