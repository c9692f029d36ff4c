"""Why a watch says nothing of an article that has one of its words, and what would have it do so."""
from sqlalchemy.orm import Session

from pipelines.match.words import find
from storage import answers, watches
from storage.models import Article, Reading, Watch
from verbs.needs import moment


def passed_over(session: Session, watch: Watch, article: Article, reading: Reading, country: str | None) -> tuple[str, str]:
    """The first of the watch's wishes that the article does not meet, and the remedy; country is that of its outlet."""
    own, name = watches.row(watch), f"the watch {watch.id}"
    if own.outlets and article.outlet not in own.outlets:
        return f"{name} covers {', '.join(own.outlets)} only", f"add {article.outlet} to the watch's outlets"
    if own.countries and country not in own.countries:
        where = f"{article.outlet} is in {country}" if country else f"the file of {article.outlet} names no country"
        return (f"{name} covers outlets in {', '.join(own.countries)} only, and {where}",
                "add its country to the watch's countries, or to the outlet's file")
    if not own.reads(reading.language):
        return (f"{name} reads {', '.join(own.languages)} only, and the article is in {reading.language}",
                f"add {(reading.language or '').partition('-')[0].lower()} to the watch's languages")
    places = [(reading.title or "") if own.looks_in("title") else "", (reading.text or "") if own.looks_in("text") else ""]
    if not find(own.words, "\n".join(places)):
        return f"{name} looks for its words in {' and '.join(own.fields)} only", "add title or text to the watch's fields"
    if watch.paused_at is not None:
        return f"{name} rests since {moment(watch.paused_at)}", f"`steppewire watch resume {watch.id}`"
    if watch.since > article.first_seen_at:
        return (f"{name} counts since {moment(watch.since)}, and the article was there before",
                "wait: what changes in it from now on is told")
    if not own.asks_for("article_new"):
        return f"{name} asks for {', '.join(own.events)} only", "add article_new to the watch's events"
    silent = answers.silent(session, article.id, article.outlet)
    if all((watch.id, recipient) in silent for recipient in own.recipients):
        return (f"whoever {name} tells has ended it, or muted this article or its outlet",
                "see `steppewire recipient list`, and take an answer back with `steppewire recipient undo`")
    return f"{name} has a word in it now and had none when it was stored", "look at its versions"
