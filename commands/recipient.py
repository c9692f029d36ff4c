"""`steppewire recipient`: who is mailed, whether mails reach them, and what they said to them."""
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from commands.options import as_json
from verbs.shared import open_store, present


@click.group()
def recipient() -> None:
    """The addresses that alerts go to, and what their owners answered."""


@recipient.command("list")
@as_json
@click.pass_obj
def recipient_list(config: Path | None, as_json: bool) -> None:
    """List the addresses: whether they are confirmed or dead, what waits for them, and what was ended, muted or not relevant.

    \b
    Example: steppewire recipient list
    """
    from verbs import answering

    with open_store(config).reading() as session:
        present(answering.listing(session), as_json)


@recipient.command("confirm")
@click.argument("address")
@click.pass_obj
def recipient_confirm(config: Path | None, address: str) -> None:
    """Let an address have its mails without a yes of its owner, because you have it: what waits for it goes out.

    \b
    Example: steppewire recipient confirm analyst@example.org
    """
    from verbs import answering

    _change(config, lambda session, now: answering.confirm(session, address, now))
    click.echo(f"{address} is confirmed: what waits for it goes out with the next mails")


@recipient.command("revive")
@click.argument("address")
@click.pass_obj
def recipient_revive(config: Path | None, address: str) -> None:
    """Mail again to an address that mails came back from: what waits for it goes out.

    \b
    Example: steppewire recipient revive analyst@example.org
    """
    from verbs import answering

    waiting = _change(config, lambda session, now: answering.revive(session, address, now))
    click.echo(f"{address} is mailed to again; alerts that waited: {waiting}")


@recipient.command("undo")
@click.argument("which", metavar="ANSWER", type=click.IntRange(1, 2**31 - 1))
@click.pass_obj
def recipient_undo(config: Path | None, which: int) -> None:
    """Take back an answer of a recipient: from now on the watch tells again what was ended or muted. What was dropped stays so.

    \b
    Example: steppewire recipient undo 7
    """
    from verbs import answering

    taken = _change(config, lambda session, now: answering.undo(session, which, now))
    click.echo(f"taken back: {taken.action} of {taken.recipient}, watch {taken.watch}")


def _change(config: Path | None, change: Callable[[Any, datetime], Any]) -> Any:
    with open_store(config).writing() as session:
        return change(session, datetime.now(timezone.utc))
