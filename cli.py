"""The command line: verbs only, some groups of them in commands/. What each of them does is in verbs/."""
import asyncio
import atexit
import gc
import logging
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

import logs
from commands import article, hold, recipient, watch
from commands.options import FAILED, TAKEN, USAGE, When, as_html, as_json, limit, log_format
from verbs.shared import (
    config_file,
    config_path,
    echo_json,
    fail,
    held_store,
    load,
    open_store,
    present,
    present_changes,
    tell,
)

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="steppewire")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), default=None, metavar="FILE",
              help="The settings; else $STEPPEWIRE_CONFIG, else ./steppewire.toml, else the defaults.")
@log_format
@click.pass_context
def steppewire(context: click.Context, config: Path | None) -> None:
    """A news wire: reads outlets and their readers' comments, keeps every version, and mails what you watch for.

    Start with: steppewire demo
    """
    context.obj = config


# --- setting up

@steppewire.command()
@click.pass_obj
def init(config: Path | None) -> None:
    """Make a settings file that explains every key, and the folders it names.

    \b
    Example: steppewire init && $EDITOR steppewire.toml && steppewire check
    """
    from verbs import starter

    file = config or Path("steppewire.toml")
    starter.make(file)
    click.echo(f"{file} is made. Set your contact, choose outlets, write a watch; then: steppewire check")


@steppewire.command()
@click.option("--smtp", is_flag=True, help="Also talk to mail servers, without sending or changing anything.")
@as_json
@click.pass_obj
def check(config: Path | None, smtp: bool, as_json: bool) -> None:
    """See whether the settings, outlets, store and folders can be used.

    \b
    Example: steppewire check --smtp
    """
    from verbs import checking

    settings = load(config)
    document = checking.check(settings, config_file(config), smtp=smtp)
    present(document, as_json)
    if not document["ok"]:
        raise SystemExit(USAGE)


@steppewire.group()
def db() -> None:
    """The store's tables."""


@db.command()
@click.pass_obj
def upgrade(config: Path | None) -> None:
    """Make the store's tables, or bring them up to date.

    \b
    Example: steppewire db upgrade
    """
    with held_store(config) as (_settings, store):
        click.echo(f"{store} has schema {store.revision()}")


# --- reading without a store

@steppewire.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--url", default=None, help="The page's address.")
@click.option("--outlet", default=None, metavar="ID", help="Read as this outlet's page; `none` reads without any outlet.")
@click.option("--content-type", default=None, metavar="CT", help="The Content-Type it was served with.")
@click.option("--at", type=When(), default=None,
              help="When it was fetched, else now: later dates are none, and of dated layouts that day's counts.")
@click.option("--jsonl", is_flag=True, help='FILE is lines of {"file","url","outlet"?,"at"?}; one answer a line.')
@as_json
@click.pass_obj
def read(config: Path | None, file: Path, url: str | None, outlet: str | None, content_type: str | None, at: datetime | None,
         jsonl: bool, as_json: bool) -> None:
    """Show what would be read from a page in FILE (HTML, also gzipped), or from many (`read --jsonl -`).

    \b
    Example: steppewire read page.html --url https://central.asia-news.com/en_GB/articles/…
    """
    from verbs import reading

    settings = load(config)
    if jsonl:
        with reading.opened(file) as lines:
            raise SystemExit(asyncio.run(reading.answer_lines(settings, lines, lambda document: echo_json(document))))
    request = reading.Request(str(file), url, outlet, content_type, at)
    present(asyncio.run(reading.answer(settings, request)), as_json)


@steppewire.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--url", required=True, help="The address of both.")
@as_html
@as_json
@click.pass_obj
def diff_(config: Path | None, old: Path, new: Path, url: str, as_html: bool, output: Path | None, as_json: bool) -> None:
    """Show what changed in an article between two copies of its page.

    \b
    Example: steppewire diff monday.html tuesday.html --url https://central.asia-news.com/en_GB/articles/…
    """
    from verbs import documents, reading

    settings = load(config)
    one, other = asyncio.run(reading.answer_both(settings, reading.Request(str(old), url), reading.Request(str(new), url)))
    told = documents.changes(one["title"], one["text"] or "", other["title"], other["text"] or "")
    present_changes(told, as_json=as_json, as_html=as_html, output=output)


# --- crawling

@steppewire.command()
@click.argument("outlet", nargs=-1)
@log_format
@as_json
@click.pass_obj
def crawl(config: Path | None, outlet: tuple[str, ...], as_json: bool) -> None:
    """Make one pass over what is due, or over all of the outlets named, and mail what came of it.

    \b
    Example: steppewire crawl caravanserai
    """
    from worker_process import WorkerProcess

    logs.begin(logging.WARNING)
    settings = load(config)

    async def one_pass() -> dict[str, Any]:
        async with WorkerProcess(config_path(config), silent=settings.limits.silence.total_seconds()) as worker:
            from verbs import crawling  # it takes its time, in which the worker loads what it needs itself

            return await crawling.crawl(settings, config, worker, outlet)

    document = asyncio.run(one_pass())
    present(document, as_json)
    if any(run["state"] in ("failed", "died") for run in document["runs"]):
        raise SystemExit(FAILED)


@steppewire.command()
@log_format
@click.pass_obj
def run(config: Path | None) -> None:
    """Run the daemon: crawl what is due, judge, mail; until SIGTERM.

    \b
    Example: steppewire run
    """
    import scheduler
    from health.life import Health
    from health.notify import Manager
    from storage.store import StoreLocked
    from verbs import checking, crawling, listening

    logs.begin(logging.INFO)
    manager = Manager.taken()
    settings = load(config)
    crawling.require_known(settings, (), config_file(config))
    store = checking.awaited(settings, config_file(config), manager)
    try:
        lock = store.take_lock()
    except StoreLocked as taken:
        tell(f"{taken}: one daemon a store")
        raise SystemExit(TAKEN) from taken
    health = Health()
    listening.listen(settings, config_file(config), store, health)
    store.upgrade()
    listening.web(settings, config_file(config), store, scheduler.utcnow)
    # Not asyncio.run, which would wait for a thread that a mail server or a database still holds; what it does is in the store.
    code = asyncio.Runner().run(scheduler.run(settings, config_path(config), store, lock, health=health, manager=manager))
    logging.shutdown()
    os._exit(code)


@steppewire.command()
@as_json
@click.pass_obj
def status(config: Path | None, as_json: bool) -> None:
    """Say how the wire is and what needs a person; exit 1 when something does.

    \b
    Example: steppewire status
    """
    from verbs import checking

    document = checking.status(load(config), open_store(config), datetime.now(timezone.utc))
    present(document, as_json)
    if document["needs"]:
        raise SystemExit(FAILED)


@steppewire.command()
@click.option("--once", is_flag=True, help="End after the last step instead of staying for you to look around.")
@click.option("--steps", type=click.IntRange(0), default=4, show_default=True, help="Play up to and including this step.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-data"), show_default=True,
              help="Where the demo keeps its store, site and mails.")
@as_json
def demo(once: bool, steps: int, data: Path, as_json: bool) -> None:
    """Play the life of a replica outlet: crawl it, keep its versions, mail what is watched; all on this machine.

    \b
    Example: steppewire demo --once --steps 2
    """
    from verbs import playing

    logs.begin(logging.ERROR)
    asyncio.run(playing.play(data, steps, stay=not once, show=lambda document: present(document, as_json),
                             say=lambda line: click.echo(line, err=True)))


@steppewire.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--outlet", default=None, metavar="ID", help="Records of this outlet only.")
@log_format
@as_json
@click.pass_obj
def import_(config: Path | None, files: tuple[Path, ...], outlet: str | None, as_json: bool) -> None:
    """Bring in the articles of old WARC files, as if they had been read then; nobody is mailed of them.

    \b
    Example: steppewire import crawl-2019-*.warc.gz
    """
    from storage.store import StoreLocked
    from verbs import crawling
    from verbs.importing import Importer, need, require_files
    from verbs.reading import FileError

    logs.begin(logging.WARNING)
    try:
        require_files(files)
    except FileError as wrong:
        fail(wrong, USAGE)
    settings = load(config)
    crawling.require_known(settings, (outlet,) if outlet is not None else (), config_file(config))
    try:
        with held_store(config) as (_, store):
            importer = Importer(settings, store, lambda: datetime.now(timezone.utc), outlet)
            document = asyncio.run(importer.bring_in(files))
    except StoreLocked as taken:
        tell(f"{taken}: stop the daemon, or wait for the crawl, then import")
        raise SystemExit(TAKEN) from taken
    present(document, as_json)
    if needed := need(document, settings.outlets if outlet is None else [outlet], config_file(config)):
        tell(needed)


# --- what is in the store

steppewire.add_command(article.article)


@steppewire.command()
@click.argument("url")
@as_json
@click.pass_obj
def why(config: Path | None, url: str, as_json: bool) -> None:
    """Say why you did or did not hear of an article: how far it came on its way, and what stopped it.

    \b
    Example: steppewire why https://central.asia-news.com/en_GB/articles/…
    """
    from verbs import why as way

    try:
        document = way.why(load(config), open_store(config), url, datetime.now(timezone.utc))
    except way.NoAddress as error:
        raise click.BadParameter(str(error), param_hint="URL") from error
    present(document, as_json)


# --- stored captures

@steppewire.command()
@click.argument("outlet", nargs=-1)
@click.option("--since", type=When(), default=None, help="Captures made at or after this time.")
@as_json
@click.pass_obj
def reprocess(config: Path | None, outlet: tuple[str, ...], since: datetime | None, as_json: bool) -> None:
    """Read the stored captures of articles again that this version's reader has not read, of all outlets or those named.

    \b
    It adds readings: versions show the newest one, no version and no mail is made. Interrupt it when you
    like, it goes on from there; a daemon may run beside it. Exit 1 where something could not be read.
    \b
    Example: steppewire reprocess caravanserai --since 2026-03-01
    """
    from verbs import replaying

    document, whole = replaying.reprocess(load(config), open_store(config), outlet, since)
    present(document, as_json)
    if not whole:
        raise SystemExit(FAILED)


@steppewire.command()
@as_json
@click.pass_obj
def verify(config: Path | None, as_json: bool) -> None:
    """See whether the archive still has every answer as it was kept, and the store every text; exit 1 where not.

    It looks at the answers that the store names, at every record of their files, and at the texts of articles; not at titles,
    comments and alerts.

    \b
    Example: steppewire verify
    """
    from verbs import replaying

    document = replaying.verify(load(config), open_store(config))
    present(document, as_json)
    if document["damaged"]:
        raise SystemExit(FAILED)


@steppewire.command()
@click.option("--author", default=None, metavar="NAME",
              help="Every comment of this reader, by the name that the page shows; case and spaces do not count.")
@click.option("--comment", "comments", multiple=True, metavar="ID",
              help="This comment: `comment` in `article thread --json`, or ARTICLE#ID with its native_id. May be repeated.")
@click.option("--outlet", default=None, metavar="ID", help="Of this outlet only.")
@click.option("--dry-run", is_flag=True, help="Only list what would be forgotten.")
@as_json
@click.pass_obj
def forget(config: Path | None, author: str | None, comments: tuple[str, ...], outlet: str | None, dry_run: bool,
           as_json: bool) -> None:
    """Take readers' comments out of all that is stored, for good, and refuse them from now on. It asks nothing.

    \b
    Text, name and pseudonym go from tables, readings, alerts, stored mails and the archive's records; what
    happened, when and below what stays. Without an option it brings an interrupted one to its end. It needs
    the store for itself: stop the daemon. Mails that were sent, backups and copies are out of reach.
    \b
    Example: steppewire forget --author "Aigul B." --outlet caravanserai --dry-run
    """
    from storage.store import StoreLocked
    from verbs import forgetting

    if author is not None and comments:
        raise click.UsageError("name a reader with --author, or comments with --comment, not both")
    if author is not None and not author.strip():
        raise click.BadParameter("the name is empty", param_hint="--author")
    logs.begin(logging.WARNING)
    try:
        with held_store(config) as (settings, store):
            document, whole = forgetting.run(settings, store, author, comments, outlet, only_look=dry_run)
    except forgetting.NotNamed as wrong:
        fail(wrong, USAGE)
    except StoreLocked as taken:
        raise click.ClickException(f"{taken}: stop the daemon, or wait for the crawl, then forget") from taken
    present(document, as_json)
    if not whole:
        raise SystemExit(FAILED)


# --- watches, alerts and mails

steppewire.add_command(watch.watch)


@steppewire.group()
def alert() -> None:
    """What recipients are to hear of."""


@alert.command("list")
@limit
@as_json
@click.pass_obj
def alert_list(config: Path | None, limit: int | None, as_json: bool) -> None:
    """List the alerts, the newest first.

    \b
    Example: steppewire alert list --limit 20
    """
    from verbs import documents

    with open_store(config).reading() as session:
        present(documents.alert_list(session, limit), as_json)


@steppewire.group()
def outlet() -> None:
    """What is known of an outlet."""


@outlet.command("noise")
@click.argument("own", metavar="[OUTLET]", required=False)
@click.option("--forget", "which", default=None, metavar="ID", type=click.IntRange(1, 2**31 - 1),
              help="This is no noise: it is compared again, and not learned a second time.")
@as_json
@click.pass_obj
def outlet_noise(config: Path | None, own: str | None, which: int | None, as_json: bool) -> None:
    """List the lines of outlets' pages that change at nearly every look, as their own history tells: they are kept, and not
    compared.

    \b
    Example: steppewire outlet noise
    """
    from verbs import noise

    store = open_store(config)
    try:
        if which is not None:
            document = noise.forget(store, own, which, datetime.now(timezone.utc))
        else:
            with store.reading() as session:
                document = noise.listing(session, own)
    except noise.Unknown as wrong:
        fail(wrong, USAGE)
    if own is not None and not document["noise"] and own not in load(config).outlets:
        raise click.BadParameter(f"there is no outlet {own!r} in the settings or the store", param_hint="OUTLET")
    present(document, as_json)


steppewire.add_command(hold.hold)


@steppewire.group()
def mail() -> None:
    """What was mailed, and what waits."""


@mail.command("list")
@limit
@as_json
@click.pass_obj
def mail_list(config: Path | None, limit: int | None, as_json: bool) -> None:
    """List the mails, the newest first.

    \b
    Example: steppewire mail list
    """
    from verbs import documents

    with open_store(config).reading() as session:
        present(documents.mail_list(session, limit), as_json)


@mail.command("show")
@click.argument("which", metavar="ID", type=click.IntRange(1))
@click.pass_obj
def mail_show(config: Path | None, which: int) -> None:
    """Print a mail's bytes; on standard error it says where something was taken out of them that is forgotten, and where the
    mail came back.

    \b
    Example: steppewire mail show 3
    """
    from storage import bounces, outbox

    with open_store(config).reading() as session:
        found, redacted_at = outbox.show_mail(session, which), outbox.redacted(session, which)
        came_back = bounces.of(session, which)
    if found is None:
        raise click.ClickException(f"there is no mail {which}: `steppewire mail list` lists them")
    if redacted_at is not None:
        tell(f"these are not the bytes that were made first: something was taken out at {redacted_at:%Y-%m-%d %H:%M} UTC")
    if came_back is not None:
        at, said = came_back
        tell(f"it came back at {at:%Y-%m-%d %H:%M} UTC: {said}" if at else f"it was not delivered at once: {said}")
    click.echo(found, nl=False)


@mail.command("retry")
@click.argument("which", metavar="[ID]...", nargs=-1, type=click.IntRange(1, 2**31 - 1))
@click.option("--all-dead", is_flag=True, help="Every mail that is dead.")
@click.pass_obj
def mail_retry(config: Path | None, which: tuple[int, ...], all_dead: bool) -> None:
    """Have mails tried again at once that are dead or wait: the same bytes, counted anew. What is sent is never sent again.

    \b
    Example: steppewire mail retry 3 7
    """
    from storage import outbox

    if bool(which) == all_dead:
        raise click.UsageError("name the mails that are to be tried again, or all of them with --all-dead")
    store = open_store(config)
    try:
        with store.writing() as session:
            mails = outbox.dead(session) if all_dead else list(dict.fromkeys(which))
            outbox.retry(session, mails, datetime.now(timezone.utc))
    except outbox.NotRetried as refused:
        raise click.ClickException(str(refused)) from refused
    if not mails:
        click.echo("no mail is dead")
        return
    how = "the daemon sends them" if store.holder() else "`steppewire crawl` or the daemon sends them"
    click.echo(f"waiting again: {', '.join(map(str, mails))}; {how}")


# --- what recipients say

@steppewire.command()
@click.argument("token")
@as_json
@click.pass_obj
def answer(config: Path | None, token: str, as_json: bool) -> None:
    """Do what a recipient answered, once: TOKEN is the subject of the mail, or the end of the link.

    \b
    Example: steppewire answer e.0123456789abcdef0123456789abcdef.0.0123456789abcdef0123456789abcdef
    """
    from verbs import answering

    document = answering.answer(load(config), open_store(config), token, datetime.now(timezone.utc))
    present(document, as_json)
    if document["state"] != "done":
        raise SystemExit(FAILED)


steppewire.add_command(recipient.recipient)


def main() -> None:
    """Runs the command line; exits 0 when done, 1 when it failed, 2 for wrong usage or settings."""
    atexit.register(gc.freeze)  # what is loaded ends with the process: to look through it once more takes a sixth of a second
    try:
        steppewire.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        raise SystemExit(USAGE) from None
    except click.UsageError as wrong:
        if wrong.ctx is not None:
            click.echo(wrong.ctx.get_usage(), err=True)
        fail(ValueError(wrong.format_message()), USAGE, "usage")
    except click.Abort:
        raise SystemExit(130) from None
    except click.ClickException as problem:
        fail(problem, FAILED, "failure")
    except Exception as problem:
        if not hasattr(problem, "kind"):
            raise  # ours say what kind they are; anything else is a bug and shows where
        fail(problem, USAGE if problem.kind in ("config", "outlet") else FAILED)
