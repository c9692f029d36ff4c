"""`steppewire hold`: changes that wait for a person."""
from datetime import datetime, timezone
from pathlib import Path

import click

from commands.options import FAILED, USAGE, as_json
from verbs.shared import fail, load, open_store, present


@click.group()
def hold() -> None:
    """Changes of outlets that behave unlike themselves, which wait for you to decide."""


@hold.command("list")
@as_json
@click.pass_obj
def hold_list(config: Path | None, as_json: bool) -> None:
    """List the holds, those that wait for a decision first.

    \b
    Example: steppewire hold list
    """
    from verbs import holds

    with open_store(config).reading() as session:
        present(holds.listing(session), as_json)


@hold.command("show")
@click.argument("which", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@as_json
@click.pass_obj
def hold_show(config: Path | None, which: int, as_json: bool) -> None:
    """Show why an outlet's changes are held, samples of them, and all of them by article.

    \b
    Example: steppewire hold show 3
    """
    from verbs import holds

    try:
        with open_store(config).reading() as session:
            document = holds.show(session, which)
    except holds.Unknown as wrong:
        fail(wrong, USAGE)
    present(document, as_json)


def _decide(config: Path | None, verb: str, which: tuple[int, ...], who: str | None, as_json: bool, dry_run: bool) -> None:
    from verbs import holds

    store = open_store(config)
    try:
        document = holds.decide(load(config), store, verb, which, who or holds.login(), datetime.now(timezone.utc),
                                only_look=dry_run)
    except holds.Unknown as wrong:
        fail(wrong, USAGE)
    except holds.Refused as refused:
        fail(refused, FAILED)
    present(document, as_json)
    if not as_json and not dry_run and any(each["alerts"]["told"] for each in document["decided"]) and not store.holder():
        click.echo("no daemon runs: `steppewire crawl` or `steppewire run` mails them")


hold_ids = click.argument("which", metavar="ID...", nargs=-1, required=True, type=click.IntRange(1, 2**31 - 1))
only_look = click.option("--dry-run", is_flag=True, help="Decide nothing: only list what would be mailed.")
by_whom = click.option("--who", default=None, metavar="NAME", help="Who decides, for the record; else your login name.")


@hold.command("accept")
@hold_ids
@by_whom
@only_look
@as_json
@click.pass_obj
def hold_accept(config: Path | None, which: tuple[int, ...], who: str | None, dry_run: bool, as_json: bool) -> None:
    """It is a redesign: what the changes have in common is told to nobody, what is left of them is mailed.

    \b
    Example: steppewire hold accept 3
    """
    _decide(config, "accept", which, who, as_json, dry_run)


@hold.command("reject")
@hold_ids
@by_whom
@only_look
@as_json
@click.pass_obj
def hold_reject(config: Path | None, which: tuple[int, ...], who: str | None, dry_run: bool, as_json: bool) -> None:
    """It is a fault or a wall: none of it counts, nobody is told, the articles stay as they were before.

    \b
    Example: steppewire hold reject 3 --who Aigul
    """
    _decide(config, "reject", which, who, as_json, dry_run)


@hold.command("release")
@hold_ids
@by_whom
@only_look
@as_json
@click.pass_obj
def hold_release(config: Path | None, which: tuple[int, ...], who: str | None, dry_run: bool, as_json: bool) -> None:
    """It is news: everything is mailed as it is.

    \b
    Example: steppewire hold release 3
    """
    _decide(config, "release", which, who, as_json, dry_run)
