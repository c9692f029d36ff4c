"""The schemas of docs/schemas against what the command prints: neither says more than the other."""
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import pytest
from command import ROOT, said, steppewire, told
from desk import Desk, article, outlet
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from newspaper import Newspaper, story
from once import Played, once, once_told
from sqlalchemy import select
from talk import Talk

import settings
from alerts import token
from alerts.channels.webhook import Webhook
from alerts.events import EVENTS
from alerts.public import PublicUrl
from crawler.archive import Harm
from crawler.items import Block, CommentRead, ThreadState
from demo.life import life
from demo.pages import HOME
from demo.server import Answer, Request
from demo.story import article_page
from pipelines.compare.blame import Blame
from pipelines.compare.diff import Op
from pipelines.compare.judge import Verdict
from pipelines.holds import DECISIONS
from pipelines.judgement import judge
from storage import answers, models, noise
from storage.answers import ACTIONS
from storage.holds import Decision
from storage.kinds import KINDS
from storage.schedule import Digest
from storage.store import Store
from storage.threads import CommentState
from tests.alerts.filled import NAMES, SENDER
from tests.alerts.test_webhook import EDIT, NOW, SAID, due
from verbs.why import Name, State

Document = dict[str, Any]
Documents = dict[str, list[Document]]
SCHEMAS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (ROOT / "docs" / "schemas").glob("*.json")}
JUDGEMENTS = {"open", "passed", "held", "accepted", "rejected", "released"}
# The values that a state may have, in the words of the program where it names them all.
STATES = {
    ("read", ".outcome"): {"clean", "no_text"},
    ("read", ".blocks[].kind"): set(get_args(get_type_hints(Block)["kind"])),
    ("read", ".thread.state"): set(get_args(ThreadState)),
    ("read", ".comments[].parent_source"): {*get_args(get_args(get_type_hints(CommentRead)["parent_source"])[0]), None},
    ("read", ".comments[].certainty"): {*get_args(get_args(get_type_hints(CommentRead)["certainty"])[0]), None},
    ("diff", ".operations[].op"): set(get_args(Op)),
    ("diff", ".kind"): {*KINDS, None},
    ("crawl", ".runs[].state"): {"open", "done", "degraded", "blocked", "failed", "died"},
    ("crawl", ".runs[].judgement"): JUDGEMENTS,
    ("status", ".outlets[].state"): {"new", "ok", "degraded", "blocked", "held", "failing"},
    ("why", ".steps[].step"): set(get_args(Name)),
    ("why", ".steps[].state"): set(get_args(State)),
    ("article-list", ".articles[].state"): {"standing", "moved", "gone"},
    ("article-show", ".state"): {"standing", "moved", "gone"},
    ("article-show", ".versions[].judgement"): JUDGEMENTS,
    ("article-show", ".events[].event"): {"gone", "back", "moved"},
    ("article-thread", ".comments[].state"): set(get_args(CommentState)),
    ("article-thread", ".comments[].versions[].event"): {"posted", "edited", "removed", "restored"},
    ("article-thread", ".reads[].state"): set(get_args(ThreadState)),
    ("article-thread", ".events[].event"): {"closed", "opened", "hidden", "shown", "renamed"},
    ("article-thread", ".thread.thread_state"): {"open", "closed", "hidden", "replaced", None},
    ("alert-list", ".alerts[].state"): {"pending", "held", "mailed", "dropped"},
    ("alert-list", ".alerts[].event"): set(EVENTS),
    ("alert-list", ".alerts[].mail_state"): {"waiting", "sent", "dead", None},
    ("mail-list", ".mails[].state"): {"waiting", "sent", "dead"},
    ("hold-list", ".holds[].decision"): {*get_args(Decision), None},
    ("hold-show", ".decision"): {*get_args(Decision), None},
    ("hold-show", ".changes[].judgement"): JUDGEMENTS,
    **{(f"hold-{verb}", ".decided[].decision"): {"accepted", "rejected", "released"} for verb in DECISIONS},
    **{(f"hold-{verb}", ".decided[].which[].event"): set(EVENTS) for verb in ("accept", "release")},
    **{(f"hold-{verb}", ".decided[].which[].changes[].field"): {"title", "text", "comment"} for verb in ("accept", "release")},
    ("watch-list", ".watches[].origin"): {"config", "cli"},
    ("watch-list", ".watches[].digest"): {*get_args(Digest), None},
    ("watch-test", ".spans[].field"): {"text"},
    ("watch-test", ".hits[].event"): set(EVENTS),
    ("watch-test", ".hits[].changes[].field"): {"title", "text", "comment"},
    ("watch-test", ".events[].event"): set(EVENTS),
    ("watch-stats", ".figures[].events[].event"): set(EVENTS),
    ("watch-stats", ".figures[].answers[].action"): set(ACTIONS),
    ("answer", ".state"): set(get_args(answers.State)) - {"open"},
    ("answer", ".action"): {*ACTIONS, None},
    ("recipient-list", ".recipients[].state"): {"unconfirmed", "confirmed", "dead", None},
    ("recipient-list", ".recipients[].answers[].action"): set(ACTIONS),
    ("recipient-list", ".recipients[].answers[].via"): {"link", "mail", "cli"},
    ("outlet-noise", ".noise[].kind"): {"figures", "label", "below", "line"},
    ("webhook", ".entries[].events[].parts[].field"): {"title", "text", "comment"},
    ("verify", ".damaged[].wrong"): {*get_args(Harm), "other_text"},
    ("reprocess", ".damaged[].wrong"): {*get_args(Harm), "other_text"},
    ("error", ".error.kind"): {"usage", "config", "outlet", "store", "file", "failure"},
}
# What these verbs print is in part what another one prints.
LIKE = {"article-show": "read", "article-diff": "diff", "article-thread": "read"}
WORDS = tuple({path[path.rindex("."):] for _, path in STATES})
TIME = re.compile(r"\d{4}-\d\d-\d\dT.*Z")


def wrong(name: str, document: Any) -> list[str]:
    """What a schema has against a document."""
    return [error.message for error in Draft202012Validator(SCHEMAS[name]).iter_errors(document)]


def steps(schema: Any, root: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property that a schema describes, by its path, such as `.comments[].author`."""
    told = schema.get("description")
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        schema = {**schema, "description": told or schema.get("description")}
    yield path, schema
    for key, inner in schema.get("properties", {}).items():
        yield from steps(inner, root, f"{path}.{key}")
    if "items" in schema:
        yield from steps(schema["items"], root, f"{path}[]")


def printed(value: Any, path: str = "") -> Iterator[str]:
    """Every path of a document; the keys of origins are names of fields, not a shape."""
    yield path
    if isinstance(value, dict) and path != ".origins":
        for key, inner in value.items():
            yield from printed(inner, f"{path}.{key}")
    if isinstance(value, list):
        for inner in value:
            yield from printed(inner, f"{path}[]")


# --- real documents

class Paper(Newspaper):
    """A newspaper with a page that is none and a page that cannot be had."""

    def answer(self, request: Request) -> Answer:
        broken = {"/news/7": Answer(b'{"no": "page"}'), "/news/8": Answer(status=500)}
        return broken.get(request.path) or super().answer(request)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "pages", write_pages)


def write_pages(folder: Path) -> None:
    """One article of the replica outlet as it was first and as it is later, a feed, and a page that says nothing."""
    article = next(article for article in life().every_article if article.id == "khorgos")
    for name, step in (("old", 0), ("new", 4)):
        (folder / f"{name}.html").write_bytes(article_page(life(), article, step))
    (folder / "feed.xml").write_text("<rss version='2.0'><channel><title>A feed</title></channel></rss>", encoding="utf-8")
    (folder / "empty.html").write_text("<html><body><p></p></body></html>", encoding="utf-8")
    (folder / "url").write_text(HOME + article.path, encoding="utf-8")


@pytest.fixture(scope="module")
def lines(played: Played, pages: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    found: list[Document] = once_told(tmp_path_factory, "lines", lambda: ask_lines(played, pages))
    return found


def ask_lines(played: Played, pages: Path) -> list[Document]:
    """What `read --jsonl -` answers to six lines, the third and the fourth of them bad."""
    url = (pages / "url").read_text(encoding="utf-8")
    given = [json.dumps({"file": str(pages / "new.html"), "url": url}), json.dumps({"file": str(pages / "feed.xml")}),
             '{"file": "half a line', json.dumps({"file": str(pages / "missing.html"), "url": url}),
             json.dumps({"file": str(pages / "empty.html")}),
             json.dumps({"file": str(pages / "old.html"), "url": url, "outlet": "none", "at": "2026-03-02T06:00:00Z"})]
    ended = steppewire("--config", played.config, "read", "--jsonl", "-", given="\n".join(given) + "\n")
    assert ended.returncode == 1, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module")
def documents(played: Played, pages: Path, lines: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Documents:
    found: Documents = once_told(tmp_path_factory, "documents",
                                 lambda: ask_all(played, pages, lines, tmp_path_factory.mktemp("paper")))
    return found


def ask_all(played: Played, pages: Path, lines: list[Document], folder: Path) -> Documents:
    """What each verb prints, once or more often, by the name of its schema."""
    def ask(*arguments: str | Path) -> Document:
        return told("--config", played.config, *arguments)

    url = (pages / "url").read_text(encoding="utf-8")
    found: Documents = {
        "demo": [played.document], "read": [line for line in lines if "error" not in line],
        "error": [line for line in lines if "error" in line], "article-list": [ask("article", "list")],
        "alert-list": [ask("alert", "list")], "mail-list": [ask("mail", "list")], "status": [ask("status")],
        "why": [ask("why", url), ask("why", "https://nowhere.example/a")], "check": [ask("check")],
        "diff": [ask("diff", pages / "old.html", pages / "new.html", "--url", url)]}
    most, = [article for article in found["article-list"][0]["articles"] if article["versions"] == 3]
    talked = {alert["article"] for alert in found["alert-list"][0]["alerts"]
              if alert["event"] in ("comment_edited", "comment_removed")}
    assert len(talked) == 2
    found["article-show"] = [ask("article", "show", most["article"], "--version", "1"), ask("article", "show", url)]
    found["article-show"] += [ask("article", "show", article["article"]) for article in found["article-list"][0]["articles"]
                              if article["state"] == "gone"]
    found["article-diff"] = [ask("article", "diff", most["article"], "--from", "1", "--to", "2")]
    found["article-thread"] = [ask("article", "thread", article) for article in sorted(talked)]
    found["article-thread"].append(closed(folder))
    found["reprocess"], found["verify"] = [ask("reprocess")], [ask("verify")]
    said = found["article-thread"][0]["comments"][0]["comment"]
    found["forget"] = [ask("forget", "--comment", said, "--dry-run"), ask("forget")]
    with Store(f"sqlite:///{played.folder / 'store.db'}").lock():
        found["status"].append(ask("status"))
    found |= watched(played) | answered(played) | {"webhook": posted()}
    for name, more in (*troubled(folder).items(), *held(folder).items()):
        found[name] = found.get(name, []) + more
    return found


def watched(played: Played) -> Documents:
    """The documents about watches: those of the settings, one that was added and rests, and what a recipient said to a mail."""
    said("--config", played.config, "watch", "add", "debts", "--word", "debt", "--recipient", "a@a.example", "--country", "KZ",
         "--outlet", "steppe", "--language", "ru", "--field", "text", "--event", "article_edited", "--kind", "figures",
         "--quiet", "22:00", "06:00", "--cap", "3", "--digest", "week")
    said("--config", played.config, "watch", "pause", "debts")
    store = Store(f"sqlite:///{played.folder / 'store.db'}")
    with store.writing() as session:
        mail = session.scalars(select(models.Mail).where(models.Mail.watch_id.is_not(None)).limit(1)).one()
        for action in ("not_relevant", "end_watch"):
            session.add(models.Answer(at=mail.made_at, action=action, via="cli", watch_id=mail.watch_id, mail_id=mail.id,
                                      recipient=mail.recipient))
    store.engine.dispose()
    text = played.folder / "text"
    text.write_text("A railway, and another railway.", encoding="utf-8")
    tested = [told("--config", played.config, "watch", "test", *given, code=code) for given, code in (
        (("railway OR gas", "--since", "2000-01-01"), 0), (("--watch", "debts"), 0), (("railway", "--text", text), 0),
        (('"railway',), 2))]
    return {"watch-test": tested, "watch-list": [told("--config", played.config, "watch", "list")],
            "watch-stats": [told("--config", played.config, "watch", "stats")]}


def posted() -> list[Document]:
    """The documents that a webhook is posted, with and without an address of pages."""
    alerts = [due(1, EDIT, "article_edited"), due(2, SAID, "comment_posted"), due(3, SAID, "comment_posted", quote=False)]
    return [json.loads(Webhook.write(alerts, NOW, sender=SENDER, public_url=url, names=NAMES).bytes)
            for url in (None, PublicUrl("https://wire.example", b"k" * 32))]


def answered(played: Played) -> Documents:
    """What is printed of answers to mails: one that is done and one that is none; and of who gave them."""
    store = Store(f"sqlite:///{played.folder / 'store.db'}")
    with store.reading() as session:
        mail, article = session.execute(select(models.Mail.message_id, models.Alert.article_id)
                                        .join(models.Alert, models.Alert.mail_id == models.Mail.id).limit(1)).one()
    store.engine.dispose()
    made = token.make(settings.load(played.config).answer_key(), "mute_outlet", mail[1:].partition("@")[0], article)
    return {"answer": [told("--config", played.config, "answer", made),
                       told("--config", played.config, "answer", "nonsense", code=1)],
            "recipient-list": [told("--config", played.config, "recipient", "list")]}


def held(folder: Path) -> Documents:
    """The documents of three holds, each of one article, while they wait and once they are decided."""
    config, store = folder / "held.toml", Store(f"sqlite:///{folder / 'held.db'}")
    config.write_text(f'outlets = []\ndata = "."\ndatabase = "sqlite:///{folder / "held.db"}"\n', encoding="utf-8")
    store.upgrade()
    for own in ("a", "b", "c"):
        desk = Desk(store, datetime(2026, 3, 2, tzinfo=timezone.utc), outlet(own))
        desk.watch("railway")
        desk.begin()
        desk.next_run()
        own_edit = "\nA railway bridge was opened." if own == "a" else ""
        for text in ("The railway was opened.", f"The railway was closed.{own_edit}"):
            desk.see(article(text))
            desk.end()
            judge(store, desk.now, timedelta(0), lambda edits, *_: Verdict(
                "all of it changed", Blame(("The railway was closed.",)), frozenset(edit.version for edit in edits)))
            desk.now += timedelta(hours=2)
            desk.begin()
    with store.writing() as session:
        noise.add(session, "a", [noise.Learned("figures", "almaty +0", "Almaty +12", 9, 4)], desk.now)
    store.engine.dispose()

    def seen() -> Documents:
        return {"hold-list": [told("--config", config, "hold", "list")],
                "hold-show": [told("--config", config, "hold", "show", "1")],
                "outlet-noise": [told("--config", config, "outlet", "noise")]}

    before = seen()
    decided = {f"hold-{verb}": [told("--config", config, "hold", verb, str(number), "--who", "Aigul", *more)
                                for more in (["--dry-run"], [])]
               for number, verb in enumerate(DECISIONS, start=1)}
    told("--config", config, "outlet", "noise", "--forget", "1")
    return {name: before[name] + made for name, made in seen().items()} | decided


def closed(folder: Path) -> Document:
    """The document of a thread that was closed."""
    config, store = folder / "closed.toml", Store(f"sqlite:///{folder / 'closed.db'}")
    config.write_text(f'outlets = []\ndata = "."\ndatabase = "sqlite:///{folder / "closed.db"}"\n', encoding="utf-8")
    store.upgrade()
    with store.writing() as session:
        talk = Talk(session, "https://a.example/", datetime(2026, 3, 2, tzinfo=timezone.utc), state="closed")
        look = talk.look(talk.now)
        talk.comment("The first.", parent_id=talk.comment("The second.", position=1))
        talk.happened("closed", look, talk.look(talk.now + timedelta(hours=1)))
    store.engine.dispose()
    return told("--config", config, "article", "thread", "1", "--limit", "1")


def troubled(folder: Path) -> Documents:
    """The documents of a wire that has trouble: a page that is none, one that cannot be had, no mail server, no outlet."""
    with Paper(folder, articles=1) as paper:
        first = told("--config", paper.config, "crawl")
        paper.stories |= {f"/news/{number}": story(number) for number in (7, 8, 9)}
        paper.stories["/news/9"].comments = [("c1", "A railway at last, and who is to pay for it?")]
        paper.sink.__exit__(None, None, None)
        found: Documents = {"crawl": [first, told("--config", paper.config, "crawl", "paper0")]}
        paper.sink.__enter__()
    old = folder / "old.warc"
    old.write_bytes(b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://paper.example/news/0\r\n"
                    b"WARC-Date: 2019-01-02T03:04:05Z\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>\r\n\r\n")
    found["import"] = [told("--config", paper.config, "import", old),
                       told("--config", paper.config, "import", old, old, "--outlet", "paper0")]
    with paper.config.open("a", encoding="utf-8") as config:
        config.write('[operator]\nafter = "0s"\n')  # the mail that waits needs a person at once
    found["status"] = [told("--config", paper.config, "status", code=1)]
    found["mail-list"] = [told("--config", paper.config, "mail", "list")]
    for file in (folder / "archive").rglob("*.warc.gz"):
        file.write_bytes(bytes(40) + file.read_bytes()[40:])
    found["forget"] = [told("--config", paper.config, "forget", "--comment", "https://paper.example/news/9#c1", code=1)]
    for file in (folder / "archive").rglob("*.warc.gz"):
        file.unlink()
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as store:
        store.execute("DELETE FROM reading WHERE id = 1")
        store.execute("UPDATE reading SET text = 'something else' WHERE id = 2")
        store.execute("UPDATE page SET outlet = 'dropped' WHERE id = (SELECT max(id) FROM page)")
    found |= {verb: [told("--config", paper.config, verb, code=1)] for verb in ("reprocess", "verify")}
    paper.config.write_text('outlets = ["nowhere"]', encoding="utf-8")
    found["check"] = [told("--config", paper.config, "check", code=2)]
    return found


# --- what holds for every schema

@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_one_itself_and_describes_every_property(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["properties"]["schema"]["const"] == 1
    for path, schema in steps(SCHEMAS[name], SCHEMAS[name]):
        assert path.endswith("[]") or schema.get("description"), path
        if "properties" in schema:
            assert schema["additionalProperties"] is True, path
            assert set(schema["required"]) == set(schema["properties"]), path


def test_what_two_schemas_define_by_one_name_is_one_thing() -> None:
    known: dict[str, Any] = {}
    for schema in SCHEMAS.values():
        for name, definition in schema.get("$defs", {}).items():
            assert known.setdefault(name, definition) == definition, name


def test_every_verb_with_json_has_a_schema_and_no_schema_has_no_verb() -> None:
    from cli import steppewire

    def verbs(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[str]:
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from verbs(command, (*above, name))
            elif any("--json" in parameter.opts for parameter in command.params):
                yield "-".join((*above, name))

    assert {*verbs(steppewire), "error", "webhook"} == set(SCHEMAS)


def test_every_list_of_states_is_closed_and_is_the_promised_one() -> None:
    found = {(name, path): set(schema["enum"]) for name, root in SCHEMAS.items() for path, schema in steps(root, root)
             if "enum" in schema}
    for (name, path), states in found.items():
        assert states == (STATES.get((name, path)) or STATES[LIKE[name], path]), (name, path)
    assert set(STATES) <= set(found)


# --- every schema against what is printed

@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_what_is_printed_keeps_the_schema(name: str, documents: Documents) -> None:
    assert documents[name]
    for each in documents[name]:
        assert wrong(name, each) == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schema_describes_what_is_printed_and_nothing_else(name: str, documents: Documents) -> None:
    described = {path for path, _ in steps(SCHEMAS[name], SCHEMAS[name])}
    assert {path for each in documents[name] for path in printed(each)} == described


def spoilt(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """A value with one thing wrong each time, and what that is."""
    yield f"{path} is of another kind", [] if isinstance(value, dict) else {}
    if isinstance(value, dict):
        for key, inner in value.items() if path != ".origins" else ():
            yield f"{path}.{key} is missing", {other: kept for other, kept in value.items() if other != key}
            yield from ((what, value | {key: bad}) for what, bad in spoilt(inner, f"{path}.{key}"))
    elif isinstance(value, list):
        for place, inner in enumerate(value[:3]):
            yield from ((what, [*value[:place], bad, *value[place + 1:]]) for what, bad in spoilt(inner, f"{path}[]"))
    elif isinstance(value, str) and path.endswith(WORDS):
        yield f"{path} is no such state", "some other state"
    elif isinstance(value, str) and TIME.fullmatch(value) and not path.endswith("_raw"):
        yield f"{path} is not in UTC", value.removesuffix("Z") + "+05:00"
        yield f"{path} is in no zone", value.removesuffix("Z")


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_document_with_one_thing_wrong_is_refused(name: str, documents: Documents) -> None:
    tried = 0
    for each in documents[name]:
        for what, bad in spoilt(each):
            assert wrong(name, bad), what
            tried += 1
    assert tried > 5


def extended(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: extended(inner) if key != "origins" else inner for key, inner in value.items()} | {"later": [1]}
    return [extended(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_more_fields_may_join(name: str, documents: Documents) -> None:
    assert wrong(name, extended(documents[name][0])) == []


@pytest.mark.parametrize("name", ["read", "article-show", "article-thread"])
def test_a_comment_s_parent_is_another_comment_of_the_document_one_level_up(name: str, documents: Documents) -> None:
    answers = 0
    for each in documents[name]:
        depths = {comment["id"]: comment["depth"] for comment in each["comments"]}
        assert len(depths) == len(each["comments"])
        for comment in each["comments"]:
            assert comment["depth"] == (0 if comment["parent"] is None else depths[comment["parent"]] + 1)
            answers += comment["parent"] is not None
    assert answers


# --- errors

@pytest.mark.parametrize(("kind", "code", "arguments"), [
    ("usage", 2, ("article", "list", "--limit", "many")),
    ("usage", 2, ("nonsense",)),
    ("config", 2, ("--config", "nowhere.toml", "status")),
    ("config", 2, ("--config", "unknown-key.toml", "status")),
    ("config", 2, ("--config", "no-store.toml", "article", "list")),
    ("config", 2, ("--config", "no-store.toml", "crawl", "nowhere")),
    ("outlet", 2, ("read", "page.html", "--outlet", "nowhere")),
    ("outlet", 2, ("--config", "PLAYED", "reprocess", "nowhere")),
    ("file", 1, ("read", "nowhere.html")),
    ("store", 1, ("--config", "no-tables.toml", "article", "list")),
    ("failure", 1, ("--config", "PLAYED", "article", "show", "999")),
    ("failure", 1, ("--config", "PLAYED", "article", "diff", "1", "--to", "9")),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else None)
def test_an_error_is_one_document_with_its_kind_and_exit_code(kind: str, code: int, arguments: tuple[str, ...], played: Played,
                                                              tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unknown-key.toml").write_text('colour = "red"', encoding="utf-8")
    (tmp_path / "no-store.toml").write_text("", encoding="utf-8")
    (tmp_path / "no-tables.toml").write_text('data = "."', encoding="utf-8")
    (tmp_path / "page.html").write_text("<p>A page.</p>", encoding="utf-8")
    (tmp_path / "store.db").touch()
    ended = said(*(played.config if word == "PLAYED" else word for word in arguments), "--json")
    error = json.loads(ended.stdout)
    assert (ended.returncode, error["error"]["kind"]) == (code, kind), ended.stderr
    assert wrong("error", error) == []
    assert error["error"]["message"] in ended.stderr
    assert kind in ("usage", "failure", "store") or error["error"]["remedy"]


def test_a_bad_line_gets_an_error_in_its_place_and_the_rest_is_answered(lines: list[Document], pages: Path) -> None:
    assert ["error" in line for line in lines] == [False, False, True, True, False, False]
    assert [line["error"]["file"] for line in lines[2:4]] == [None, str(pages / "missing.html")]
    assert [line["outcome"] for line in lines if "error" not in line] == ["clean", "no_text", "no_text", "clean"]
    assert lines[1]["reason"] == "not_article"
    assert all(wrong("error" if "error" in line else "read", line) == [] for line in lines)
