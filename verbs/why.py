"""Why a recipient did or did not hear of an article: its way from the outlet to the mail, step by step."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal, get_args

from protego import Protego
from sqlalchemy.orm import Session

from crawler.politeness import host_of
from pipelines.match.words import find
from settings import Settings
from storage import absences, articles, runs, trace
from storage.clock import NEVER_YEAR
from storage.models import Alert, Article, Host, Page
from storage.store import Store
from storage.trace import Telling
from verbs import documents
from verbs.finding import Owner, owner, spellings
from verbs.needs import moment
from verbs.passed_over import passed_over, unheard
from verbs.tables import BECAME
from verbs.waiting import paused

State = Literal["yes", "no", "waiting", "unknown"]
Name = Literal["outlet", "robots", "discovered", "fetched", "read", "stored", "matched", "mailed"]
STEPS: tuple[Name, ...] = get_args(Name)
STOPPED: dict[Name, str] = {
    "outlet": "No outlet reads it", "robots": "Its robots.txt stands in the way", "discovered": "It was not discovered",
    "fetched": "It was not fetched", "read": "It was not read as an article", "stored": "It was not stored",
    "matched": "It was matched by no watch", "mailed": "It was not mailed"}
# So many of what was told earlier say what became of an article.
EARLIER = 3
# What came earlier is of no account once the page was fetched all the same.
BEFORE_FETCHED = ("outlet", "robots")


class NoAddress(ValueError):
    """What was asked about is no web address."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: at says when it was taken, note why it is as it is, remedy what a person can do; brief is the note
    for the answer, where the note itself says more than fits there; partly says to how many it was mailed where not to all."""

    state: State
    note: str
    at: datetime | None = None
    remedy: str = ""
    brief: str = ""
    partly: str = ""


def why(settings: Settings, store: Store, url: str, now: datetime) -> dict[str, Any]:
    """The way of the page with this address, in whatever spelling, and the first step that stopped it; NoAddress."""
    if not (urls := spellings(url)):
        raise NoAddress(f"{url} is no web address")
    with store.reading() as session:
        found = trace.pages_at(session, urls)
        whose = owner(settings, urls, found[0].outlet if found else None)
        if whose.outlet is not None:
            found.sort(key=lambda page: page.outlet != whose.outlet.id)  # type: ignore[union-attr]  # as just asked
        page = found[0] if found else None
        steps = _steps(settings, session, urls, whose, page, now)
    return documents.SCHEMA | {
        "url": page.url if page is not None else urls[0], "answer": _answer(steps, daemon=store.holder() is not None),
        "steps": [{"step": name, "state": step.state, "at": documents.time(step.at), "note": step.note}
                  for name, step in steps.items()]}


def _steps(settings: Settings, session: Session, urls: Sequence[str], whose: Owner, page: Page | None,
           now: datetime) -> dict[Name, Step]:
    article = session.get(Article, page.article_id) if page is not None and page.article_id is not None else None
    told = [each for each in trace.tellings(session, article.id) if each.alert.comment_version_id is None] if article else []
    own = next((url for url in urls if whose.outlet is not None and whose.outlet.owns(url)), urls[0])
    return {"outlet": _outlet(whose), "robots": _robots(settings, session, whose, page.url if page is not None else own),
            "discovered": _discovered(session, whose, page), "fetched": _fetched(session, page),
            "read": _read(session, page), "stored": _stored(session, article),
            "matched": _matched(settings, session, whose, article, told),
            "mailed": _mailed(settings, session, whose, article, told, now)}


def _answer(steps: dict[Name, Step], *, daemon: bool) -> str:
    """One sentence: what stopped it, and what to do."""
    if steps["mailed"].state == "yes":
        return f"It was mailed: {steps['mailed'].brief}."
    if steps["mailed"].partly:
        step = steps["mailed"]
        return f"It was mailed to {step.partly}: {step.brief}{f'; {step.remedy}' if step.remedy else ''}."
    passed = BEFORE_FETCHED if steps["fetched"].state == "yes" else ()
    name, step = next((name, step) for name, step in steps.items() if step.state in ("no", "waiting") and name not in passed)
    if step.state == "no":
        return f"{STOPPED[name]}: {step.brief or step.note}{f'; {step.remedy}' if step.remedy else ''}."
    remedy = step.remedy or ("the daemon will see to it" if daemon
                             else "no daemon runs: start `steppewire run`, or make one pass with `steppewire crawl`")
    return f"It is not {name} yet: {step.brief or step.note}; {remedy}."


def _outlet(whose: Owner) -> Step:
    if whose.wrong or whose.outlet is None:
        return Step("no", whose.wrong, remedy=whose.remedy)
    return Step("yes", f"it is one of the outlet {whose.outlet.id}, {whose.outlet.name}")


def _robots(settings: Settings, session: Session, whose: Owner, url: str) -> Step:
    host = session.get(Host, host_of(url))
    if host is None or host.robots_at is None:
        return Step("unknown", f"robots.txt of {host_of(url)} was not asked for yet")
    if host.robots is None:
        answer = f"status {host.robots_status}" if host.robots_status else "no answer"
        return Step("no", f"robots.txt of {host.name} could not be had ({answer}), and without it nothing is crawled there",
                    host.robots_at, "it is asked for again in each run; see whether the host answers at all")
    if not Protego.parse(host.robots).can_fetch(url, settings.user_agent.partition("/")[0]):
        return Step("no", f"robots.txt of {host.name} forbids it", host.robots_at, "ask the outlet's webmaster for leave")
    note = f"robots.txt of {host.name} allows it" if host.robots else f"{host.name} has no robots.txt"
    return Step("yes", note, host.robots_at)


def _discovered(session: Session, whose: Owner, page: Page | None) -> Step:
    if page is not None:
        source = session.get(Page, page.found_on_id) if page.found_on_id is not None else None
        where = f"found on {source.url}" if source is not None else "the outlet's file names it" if page.kind == "source" else (
            "the thread of comments of an article goes on there" if page.kind == "thread" else
            f"an import brought it in, run {run.id} at {moment(run.started_at)}" if (run := trace.brought_in(session, page))
            else "another page redirected to it")
        return Step("yes", where, page.found_at)
    if whose.outlet is None:
        return Step("no", "no outlet looks for it")
    sources = trace.sources(session, whose.outlet.id)
    if not any(source.confirmed_at or source.tries for source in sources):
        return Step("waiting", f"no source of {whose.outlet.id} was looked at yet")
    looks = "; ".join(_look(source) for source in sources)
    failing = [source for source in sources if source.tries]
    remedy = "mend what is wrong with its sources" if len(failing) == len(sources) else (
        "it may have left their lists before we looked, or not be on them yet: a further source that lists it finds it")
    last = max((source.confirmed_at for source in sources if source.confirmed_at), default=None)
    shown = f"no source of {whose.outlet.id} has shown it"
    brief = f"{shown}, at the last look {moment(last)}" if last is not None else shown
    if failing:
        brief += f"; {len(failing)} of its {len(sources)} sources fail, the first with: {failing[0].reason}"
    return Step("no", f"{shown}: {looks}", last, remedy, brief)


def _look(source: Page) -> str:
    seen = f"last answered {moment(source.confirmed_at)}" if source.confirmed_at else "never answered as it should"
    failed = f", has failed {_times(source.tries)} since ({source.reason})" if source.tries else ""
    return f"{source.url} {seen}{failed}, is looked at again {moment(source.next_due_at)}"


def _fetched(session: Session, page: Page | None) -> Step:
    if page is None:
        return Step("no", "what was not discovered is not asked for")
    again = ("not looked at again by itself" if page.next_due_at.year == NEVER_YEAR
             else f"looked at again {moment(page.next_due_at)}")
    last, good = trace.last_capture(session, page.id), trace.last_capture(session, page.id, 200)
    trouble = f"{page.reason}, {_times(page.tries)} in a row" if page.tries and page.state != "quarantined" else ""
    if page.state == "moved":
        state: State = "yes" if page.article_id is not None else "no"
        return Step(state, f"it {page.reason}", last.at if last else None, "ask about the address that it redirects to")
    if good is not None:
        # A miss by a redirect or in words was answered by 200.
        how = f"({page.reason}) " if last is not None and last.status == 200 and page.reason else ""
        answered = f"not been there {how}" if how else f"answered {last.status if last else 404} "
        state_now = (f"it is gone since, having {answered}{_times(page.misses)}"
                     if page.state == "gone" else f"it has since answered that it is not there {how}".rstrip()
                     + f", {_times(page.misses)}"
                     if page.misses else f"since then: {trouble}" if trouble else "")
        at = page.confirmed_at or good.at
        return Step("yes", f"it answered 200{f'; {state_now}' if state_now else ''}; {again}", at)
    if page.misses:
        return Step("no", f"it is not there: status {last.status if last else 404}, {_times(page.misses)}; {again}",
                    last.at if last else None, "see whether the address is right")
    if trouble:
        return Step("no", f"{trouble}; {again}", last.at if last else None,
                    "see whether the page opens in a browser; it is tried again by itself")
    return Step("waiting", f"it {page.reason}; it is due {moment(page.next_due_at)}" if page.reason else
                f"it is due {moment(page.next_due_at)}")


def _read(session: Session, page: Page | None) -> Step:
    if page is None:
        return Step("no", "nothing was fetched")
    if page.kind == "source":
        return Step("no", "it is a source: it announces articles and is none", remedy="ask about one of its articles")
    if page.kind == "thread":
        of = session.get_one(Article, page.article_id)
        return Step("no", "it shows comments, and is fetched with their article", remedy=f"ask about {of.url}")
    clean, failed = trace.last_reading(session, page.id, "clean"), trace.last_reading(session, page.id, "no_text")
    if clean is not None:
        reading, capture = clean
        later = f"; its last answer could not be read ({page.reason})" if page.state == "quarantined" else ""
        return Step("yes", f"{reading.title or 'without a headline'}, {len(reading.text or '')} characters{later}", capture.at)
    if failed is not None:
        return Step("no", f"quarantined, its bytes are kept: {page.reason or failed[0].reason}", failed[1].at,
                    "see what `steppewire read` makes of the saved page, and mend the outlet's selectors")
    return Step("no", "nothing was fetched that could be read")


def _stored(session: Session, article: Article | None) -> Step:
    if article is None:
        return Step("no", "no article was read")
    versions = articles.versions(session, article.id)
    number = f"article {article.id}, {len(versions)} version{'s' if len(versions) != 1 else ''}, {article.state}"
    if events := absences.events(session, article.id):
        last = events[-1]
        number += f" ({BECAME[last.event].format(last.url)} {moment(last.seen_at)})"
    if articles.shown(versions):
        return Step("yes", number, article.first_seen_at)
    judgements = {row.version.judgement for row in versions}
    if judgements == {"open"}:
        return Step("waiting", f"{number}: its run is not judged yet", article.first_seen_at)
    return Step("no", f"{number}: judged {' and '.join(sorted(judgements))}", article.first_seen_at)


def _matched(settings: Settings, session: Session, whose: Owner, article: Article | None, told: Sequence[Telling]) -> Step:
    if article is None:
        return Step("no", "no article is stored that could match")
    if told:
        events = dict.fromkeys(f"{each.alert.watch_id} ({each.alert.event})" for each in told)
        return Step("yes", f"by {', '.join(events)}", told[0].alert.made_at)
    versions = articles.versions(session, article.id)
    run, = runs.get(session, [versions[0].version.run_id])
    if run.backlog:
        return Step("no", "it was there when the outlet was new, and such a backlog is stored and told to nobody", remedy=(
            f"`steppewire article show {article.id}` shows it; what changes in it is told"))
    standing = trace.standing_watches(session)
    if not standing:
        missing = "the watches of the settings are not in the store yet" if settings.watch else "there is no watch"
        return Step("no", missing, remedy="start the daemon anew" if settings.watch else "add a watch to the settings")
    head = versions[-1].reading
    text = f"{head.title or ''}\n{head.text or ''}"
    wordless = [watch.id for watch in standing if not find(watch.words, text)]
    passed = [passed_over(session, watch, article, head, whose.outlet.country if whose.outlet is not None else None)
              for watch in standing if watch.id not in wordless]
    if wordless:
        passed.append((f"no word of the watch{'es' if len(wordless) > 1 else ''} {', '.join(wordless)} is in it",
                       "add a word that is in it to a watch"))
    return Step("no", "; ".join(note for note, _ in passed), remedy=", or ".join(dict.fromkeys(remedy for _, remedy in passed)))


def _mailed(settings: Settings, session: Session, whose: Owner, article: Article | None, told: Sequence[Telling],
            now: datetime) -> Step:
    if not told or article is None:
        return Step("no", "nothing was matched that could be mailed")
    newest = told[-1].alert
    same = [one for one in told if _same(one, newest)]
    country = whose.outlet.country if whose.outlet is not None else None
    of_newest = [(one.alert.recipient, _told(settings, one, now)) for one in same]
    _, worst = min(of_newest, key=lambda one: ("no", "waiting", "yes").index(one[1].state))
    heard = [one for one in of_newest if one[1].state == "yes"]
    partly = bool(heard) and len(heard) < len(of_newest)
    yet: dict[State, str] = {"no": "not to", "waiting": "not yet to"}
    missed = [f"{yet[step.state]} {recipient}: {step.note}" if partly else step.note
              for recipient, step in of_newest if step.state != "yes"]
    silent = [f"{note}: {remedy}" for note, remedy in unheard(session, article, country, same)]
    notes = dict.fromkeys([*(step.note for _, step in heard), *missed, *silent] if partly or worst.state == "yes"
                          else [worst.note, *missed, *silent])
    earlier = dict.fromkeys(f"{one.alert.event} of {moment(one.alert.made_at)}: {_told(settings, one, now).note}"
                            for one in reversed(told) if not _same(one, newest))
    before = [f"before that {'; '.join(islice(earlier, EARLIER))}"] if earlier else []
    times = [step.at for _, step in of_newest if step.at is not None]
    return Step(worst.state, "; ".join([*notes, *before]), worst.at or max(times, default=None), worst.remedy,
                "; ".join(notes), f"{len({one for one, _ in heard})} of {len({one for one, _ in of_newest})}" if partly else "")


def _same(one: Telling, newest: Alert) -> bool:
    return (one.alert.event, one.alert.subject) == (newest.event, newest.subject)


def _told(settings: Settings, one: Telling, now: datetime) -> Step:
    alert, mail = one.alert, one.mail
    if mail is None:
        if alert.state == "dropped":
            return Step("no", f"the alert for {alert.recipient} was dropped: {alert.reason}")
        if alert.state == "held":
            held = one.held.rstrip(".") if one.held else "its outlet behaves unlike itself"
            return Step("waiting", f"the alert for {alert.recipient} is held: {held}",
                        remedy=f"decide about hold {one.hold}: `steppewire hold show {one.hold}` says how" if one.hold else
                        "see `steppewire hold list`")
        if one.recipient is not None and one.recipient.state == "dead":
            return Step("no", f"the alert for {alert.recipient} waits, as mails to it come back: {one.recipient.reason}",
                        remedy=f"once it takes mail again: `steppewire recipient revive {alert.recipient}`")
        if one.recipient is not None and one.recipient.state == "unconfirmed":
            return Step("waiting", f"the alert for {alert.recipient} waits for it to confirm that it wants mails",
                        remedy=f"ask there for the mail, or `steppewire recipient confirm {alert.recipient}`")
        when = "once its run is judged" if alert.mail_at is None else f"from {moment(alert.mail_at)} on"
        return Step("waiting", f"the alert for {alert.recipient} goes into a mail {when}")
    name = f"mail {mail.id} to {mail.recipient}"
    if mail.bounced_at is not None:
        return Step("no", f"{name} came back {moment(mail.bounced_at)}: {mail.bounce}", one.tried_at,
                    f"once the address takes mail again: `steppewire recipient revive {mail.recipient}`")
    if mail.state == "sent":
        return Step("yes", f"{name} was taken by the mail server" if mail.channel == "mail" else
                    f"mail {mail.id} was taken by the channel {mail.channel}", one.tried_at)
    if mail.state == "dead":
        return Step("no", f"{name} is dead, tried {_times(one.attempts)}: {mail.reason}", one.tried_at,
                    f"mend that, then `steppewire mail retry {mail.id}`")
    tried = f", tried {_times(one.attempts)}, last answer: {mail.reason}" if one.attempts else ""
    if one.outcome == "paused" and mail.reason is not None:
        what = "the mail server" if mail.channel == "mail" else f"the channel {mail.channel}"
        return Step("waiting", f"{name} waits{tried}; {what} is paused", one.tried_at,
                    paused(settings, mail.reason, mail.channel))
    due = f"tried next {moment(mail.due_at)}" if mail.due_at > now else f"due since {moment(mail.due_at)}"
    return Step("waiting", f"{name} waits{tried}; {due}", one.tried_at)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
