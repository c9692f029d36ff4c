"""What is told of an article: its text as a watch sees it, and the alerts of those who are to hear of an event."""
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.items import ArticleRead
from pipelines.intake import Intake
from pipelines.match import watch as watching
from pipelines.take_thread import Told
from storage import answers
from storage.insert import put_all
from storage.models import Alert, Article, Reading


def text(intake: Intake, of: Reading | ArticleRead) -> watching.Text:
    """An article's text as a watch sees it, without the lines that are noise."""
    return watching.Text(of.title or "", intake.noise.without((of.text or "").split("\n")))


def whole(intake: Intake, of: Reading | ArticleRead) -> watching.Text:
    """What an article that is new, gone or back says: its text without what the outlet's redesigns put into each."""
    return watching.Text(*intake.redesign.without("new", of.title or "", text(intake, of).lines))


def tell(session: Session, intake: Intake, article: Article, told: Iterable[Told], now: datetime,
         version: int | None = None) -> None:
    """Makes the alerts of what the watches are to hear and ask for, for each recipient who has not said that it is not to be;
    version is the one that their events are of, None where they are of the whole article."""
    asked = [one for one in told if one.watch.asks_for(one.event)]
    silent = answers.silent(session, article.id, article.outlet) if asked else frozenset()
    put_all(session, Alert, [
        {"watch_id": one.watch.id, "recipient": recipient, "event": one.event, "subject": one.subject, "article_id": article.id,
         "version_id": version if one.comment_version_id is None else None, "comment_version_id": one.comment_version_id,
         "run_id": intake.run_id, "passage": one.passage.to_json(), "made_at": now}
        for one in asked for recipient in (one.watch.recipients if one.recipients is None else one.recipients)
        if (one.watch.id, recipient) not in silent])
