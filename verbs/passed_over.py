"""Why a watch says nothing of an article that has one of its words, and what would have it do so; and who hears nothing."""
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from pipelines.match.words import find
from storage import answers, articles, trace, watches
from storage.models import Article, Reading, Watch
from storage.trace import Telling
from verbs.needs import moment

SILENCES = {"mute_story": "muted this article in the watch {}", "mute_outlet": "muted its outlet in the watch {}",
            "end_watch": "ended the watch {}"}


def passed_over(session: Session, watch: Watch, article: Article, reading: Reading, country: str | None) -> tuple[str, str]:
    """The first of the watch's wishes that the article does not meet, and the remedy; country is that of its outlet."""
    if (wish := unmet(watch, article, reading, country)) is not None:
        return wish
    if silent := silenced_all(session, watch, article):
        return "; ".join(note for note, _ in silent), " and ".join(remedy for _, remedy in silent)
    return f"the watch {watch.id} has a word in it now and had none when it was stored", "look at its versions"


def unmet(watch: Watch, article: Article, reading: Reading, country: str | None) -> tuple[str, str] | None:
    """The same but for what recipients answered; None where the article meets all wishes."""
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
    return None


def silenced_all(session: Session, watch: Watch, article: Article) -> list[tuple[str, str]]:
    """The recipients of a watch with what they answered, where all of them want to hear nothing of the article; else none."""
    silent = silenced(session, article, {watch.id: watch.recipients})
    return silent if len(silent) == len(set(watch.recipients)) else []


def silenced(session: Session, article: Article, told: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Those recipients of watches, by the watch's id, who want to hear nothing of the article, each with what they answered
    and the remedy."""
    found = answers.silencing(session, article.id, article.outlet)
    return [(f"{recipient} {SILENCES[said.action].format(watch)} {moment(said.at)} (answer {said.id})",
             f"`steppewire recipient undo {said.id}`")
            for watch, recipients in told.items() for recipient in dict.fromkeys(recipients)
            if (said := found.get((watch, recipient))) is not None]


def unheard(session: Session, article: Article, country: str | None, told: Sequence[Telling]) -> list[tuple[str, str]]:
    """Who wants to hear nothing of an article that others were told of, and was not told of it either: recipients of the same
    watches, and all recipients of a watch that would have told of it; country
    is that of the article's outlet."""
    heard = {(one.alert.watch_id, one.alert.recipient) for one in told if one.alert.state != "dropped"}
    standing, telling = trace.standing_watches(session), {one.alert.watch_id for one in told}
    of_watches = {watch.id: [each for each in watch.recipients if (watch.id, each) not in heard]
                  for watch in standing if watch.id in telling}
    head = articles.versions(session, article.id)[-1].reading
    others = [each for watch in standing if watch.id not in telling and unmet(watch, article, head, country) is None
              for each in silenced_all(session, watch, article)]
    return [*silenced(session, article, of_watches), *others]
