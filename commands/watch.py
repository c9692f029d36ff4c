"""`steppewire watch`: standing queries, those of the settings and those added here."""
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from alerts.text import line
from commands.options import USAGE, Since, as_json
from verbs.shared import config_file, fail, load, open_store, present, tell

own = click.argument("own", metavar="ID")
several = click.argument("own", metavar="ID...", nargs=-1, required=True)


def _now() -> datetime:
    return datetime.now(timezone.utc)


@click.group()
def watch() -> None:
    """Standing queries with recipients, from the settings or added here."""


@watch.command("add")
@own
@click.option("--word", "words", multiple=True, metavar="WORDS",
              help="A word or a phrase that is looked for. May be repeated: any of them is enough.")
@click.option("--recipient", "recipients", multiple=True, metavar="ADDRESS",
              help="Who is told: an address, or a channel of the settings. May be repeated.")
@click.option("--outlet", "outlets", multiple=True, metavar="OUTLET", help="In this outlet only. May be repeated.")
@click.option("--country", "countries", multiple=True, metavar="CC", help="In outlets of this country only, such as KZ.")
@click.option("--language", "languages", multiple=True, metavar="L", help="In articles in this language only, such as ru.")
@click.option("--field", "fields", multiple=True, metavar="FIELD", help="Look in this only: title, text or comments.")
@click.option("--event", "events", multiple=True, metavar="EVENT",
              help="Tell of this event only, such as article_new or words_vanished.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Tell of edits of this kind only, such as figures.")
@click.option("--least", type=int, default=None, metavar="N", help="Tell of edits of so many characters at least.")
@click.option("--quote-comments", is_flag=True, help="Its mails quote comments.")
@click.option("--digest", default=None, metavar="EVERY", help="Mail together by the hour, day or week.")
@click.option("--at", default=None, metavar="HH:MM", help="At this hour, of a day's or week's digest.")
@click.option("--weekday", default=None, metavar="DAY", help="On this day, of a week's digest, such as monday.")
@click.option("--quiet", nargs=2, default=None, metavar="HH:MM HH:MM", help="Mail nothing from then to then.")
@click.option("--zone", default=None, metavar="ZONE", help="Whose clock that is, such as Asia/Almaty; else UTC.")
@click.option("--cap", type=int, default=None, metavar="N", help="So many mails an hour; what is over comes in one after it.")
@click.option("--owner", default=None, metavar="ADDRESS", help="Who keeps it; else its first recipient.")
@click.option("--replace", is_flag=True, help="Write it over the watch that was added under this id.")
@click.pass_obj
def watch_add(config: Path | None, /, own: str, replace: bool, **given: Any) -> None:
    """Add a watch, which tells what appears, changes or disappears from now on; a running daemon goes by it at once.

    Its options are the keys of a [[watch]] in the settings, and mean the same.

    \b
    Example: steppewire watch add debts --word debt --word "China Eximbank" --recipient a@example.org
    """
    from verbs import watching

    chosen = {name: list(value) if isinstance(value, tuple) else value
              for name, value in given.items() if value is not None and value is not False and value != ()}
    row = watching.add(load(config), open_store(config), {"id": own, **chosen}, _now(), replace=replace)
    click.echo(f"{row.id} tells {', '.join(row.recipients)} of what comes from now on. What the last 30 days would have sent: "
               f"steppewire watch test --watch {row.id}")


@watch.command("list")
@as_json
@click.pass_obj
def watch_list(config: Path | None, as_json: bool) -> None:
    """List the watches that stand, also those that rest or are broken.

    \b
    Example: steppewire watch list
    """
    from verbs import watching

    settings = load(config)
    with open_store(config).reading() as session:
        document = watching.listing(session, _now())
    present(document, as_json)
    there = {each["watch"] for each in document["watches"]}
    if missing := [each.id for each in settings.watch if each.id not in there]:
        tell(f"the settings have {', '.join(missing)} besides, which the next start of the daemon or crawl takes up")


@watch.command("test")
@click.argument("query", required=False)
@click.option("--watch", "own", default=None, metavar="ID", help="Test this watch with all that it asks for.")
@click.option("--text", type=click.Path(allow_dash=True, path_type=Path), default=None, metavar="FILE",
              help="Look in this text instead of the store; - is standard input.")
@click.option("--language", default=None, metavar="L", help="The text's language, such as ru.")
@click.option("--since", type=Since(), default=None, metavar="TIME|36h|2d",
              help="What would have been told since then, or so long ago at most; else of the last 30 days.")
@as_json
@click.pass_obj
def watch_test(config: Path | None, query: str | None, own: str | None, text: Path | None, language: str | None,
               since: datetime | None, as_json: bool) -> None:
    """Show what a query, or a watch that stands, would have told in the last 30 days; nothing is mailed.

    A query is one word or phrase, or several with OR between them; a phrase may be quoted. Exit 2 where it is none.

    \b
    Example: steppewire watch test 'railway OR "Belt and Road"' --since 7d
    """
    from pipelines.match.query import QueryError
    from verbs import watch_test as testing
    from verbs import watching

    if (query is None) == (own is None):
        raise click.UsageError("name a query, or a watch with --watch")
    if text is None and language is not None:
        raise click.UsageError("--language is that of the text; add --text")
    if text is not None and since is not None:
        raise click.UsageError("--since is about the store, and --text looks in a text")
    try:
        asked = testing.of_query(query) if query is not None else None
        if asked is not None and text is not None:
            present(testing.in_text(asked, testing.text_of(text), language), as_json)
            return
        with open_store(config).reading() as session:
            asked = asked or testing.of_watch(session, own or "")
            if text is not None:
                document = testing.in_text(asked, testing.text_of(text), language)
            else:
                document = testing.in_store(load(config), session, asked, since or _now() - watching.LATELY)
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    except QueryError as wrong:
        present(testing.refused(wrong), as_json)
        tell(f"the query is wrong at character {wrong.position + 1}: {wrong.message}; {wrong.hint}")
        raise SystemExit(USAGE) from wrong
    present(document, as_json)


@watch.command("explain")
@own
@click.pass_obj
def watch_explain(config: Path | None, own: str) -> None:
    """Say in plain sentences what a watch looks for, whom it tells of what and when, and why it may be silent.

    \b
    Example: steppewire watch explain debts
    """
    from verbs import explaining, watching

    settings = load(config)
    try:
        with open_store(config).reading() as session:
            said = explaining.explain(settings, session, own, _now())
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    click.echo("\n".join(map(line, said)))


@watch.command("pause")
@several
@click.pass_obj
def watch_pause(config: Path | None, own: tuple[str, ...]) -> None:
    """Let watches rest: nothing is looked for until they are resumed. What they had found before is mailed all the same.

    \b
    Example: steppewire watch pause debts
    """
    from verbs import watching

    try:
        waiting = watching.pause(open_store(config), own, _now())
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    for name, number in waiting.items():
        click.echo(f"{name} rests" + (f"; what it had found before is still mailed: {number} alerts" if number else ""))


@watch.command("resume")
@several
@click.pass_obj
def watch_resume(config: Path | None, own: tuple[str, ...]) -> None:
    """Have watches that rest look again, from now on: what came meanwhile is told to nobody.

    \b
    Example: steppewire watch resume debts
    """
    from verbs import watching

    try:
        resumed = watching.resume(open_store(config), own, _now())
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    for name in dict.fromkeys(own):
        click.echo(f"{name} looks again from now on" if name in resumed else f"{name} did not rest")


@watch.command("remove")
@several
@click.pass_obj
def watch_remove(config: Path | None, own: tuple[str, ...]) -> None:
    """End watches that were added with `watch add`; what they told stays on record, what still waits is dropped.

    \b
    Example: steppewire watch remove debts
    """
    from verbs import watching

    try:
        dropped = watching.remove(open_store(config), config_file(config), own, _now())
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    for name, number in dropped.items():
        click.echo(f"{name} has ended" + (f"; dropped, as they were in no mail yet: {number} alerts" if number else ""))


@watch.command("stats")
@click.argument("own", metavar="[ID]", required=False)
@as_json
@click.pass_obj
def watch_stats(config: Path | None, own: str | None, as_json: bool) -> None:
    """Show what watches have told and how much of it their recipients called not relevant; of one, also if it has ended.

    \b
    Example: steppewire watch stats
    """
    from verbs import watching

    try:
        with open_store(config).reading() as session:
            document = watching.stats(session, own)
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    present(document, as_json)


@watch.command("feed")
@own
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="FILE",
              help="Write it to this file, whole or not at all; else it is printed.")
@click.option("--url", "as_url", is_flag=True, help="Say at which address the daemon has it, for whom you give it to.")
@click.pass_obj
def watch_feed(config: Path | None, own: str, output: Path | None, as_url: bool) -> None:
    """Give a watch's newest 50 events as an Atom feed, for a feed reader.

    \b
    Example: steppewire watch feed debts --output /var/www/debts.atom
    """
    from verbs import feeding, watching

    settings, store = load(config), open_store(config)
    try:
        if as_url:
            click.echo(feeding.address(settings, config_file(config), store, own))
            return
        document = feeding.feed(settings, store, own, _now())
    except watching.Unknown as wrong:
        fail(wrong, USAGE)
    if output is None:
        click.echo(document, nl=False)
    else:
        feeding.write(output, document)
