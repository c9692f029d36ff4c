"""`steppewire article`: articles, their versions and their comments."""
from datetime import datetime
from pathlib import Path

import click

from commands.options import Since, When, as_html, as_json, limit
from verbs.shared import echo_with, load, one_article, one_version, open_store, present, present_changes


@click.group()
def article() -> None:
    """Articles and their versions."""


@article.command("list")
@click.option("--outlet", default=None, metavar="ID", help="Of this outlet only.")
@click.option("--since", type=When(), default=None, help="Changed at or after this time.")
@limit
@as_json
@click.pass_obj
def article_list(config: Path | None, outlet: str | None, since: datetime | None, limit: int | None, as_json: bool) -> None:
    """List the articles, the last changed one first.

    \b
    Example: steppewire article list --since 2026-03-01 --limit 20
    """
    from verbs import documents

    with open_store(config).reading() as session:
        document = documents.article_list(session, outlet, since, limit)
    if outlet is not None and not document["articles"] and outlet not in load(config).outlets:
        raise click.BadParameter(f"there is no outlet {outlet!r} in the settings or the store", param_hint="--outlet")
    present(document, as_json)


@article.command("show")
@click.argument("which", metavar="ID|URL")
@click.option("--version", type=click.IntRange(1), default=None, metavar="N", help="This version; else the newest.")
@as_json
@click.pass_obj
def article_show(config: Path | None, which: str, version: int | None, as_json: bool) -> None:
    """Show an article: its text, its comments, its versions, and when it went, came back or moved.

    \b
    Example: steppewire article show 7 --version 1
    """
    from storage import absences, articles
    from verbs import documents, threads

    with open_store(config).reading() as session:
        found = one_article(session, which)
        rows = articles.versions(session, found.id)
        shown = one_version(rows, version)
        present(documents.article_show(found, rows, shown, *threads.article_comments(session, found),
                                       absences.events(session, found.id)), as_json)


@article.command("diff")
@click.argument("which", metavar="ID|URL")
@click.option("--from", "start", type=click.IntRange(1), default=None, metavar="N", help="The older one; else the one before.")
@click.option("--to", "end", type=click.IntRange(1), default=None, metavar="M", help="The newer one; else the newest.")
@as_html
@as_json
@click.pass_obj
def article_diff(config: Path | None, which: str, start: int | None, end: int | None, as_html: bool, output: Path | None,
                 as_json: bool) -> None:
    """Show what changed between two versions of an article, whole as they were; noise and redesigns are no part of the kind.

    \b
    Example: steppewire article diff 7 --from 1 --to 3
    """
    from storage import articles
    from verbs import documents

    with open_store(config).reading() as session:
        rows = articles.versions(session, one_article(session, which).id)
        new = one_version(rows, end)
        old = one_version(rows, start if start is not None else max(new.version.seq - 1, 1))
        if old is new and not as_json:
            further = f"; of its {len(rows)} versions --from and --to name others" if len(rows) > 1 else ""
            raise click.ClickException(f"this is one version: there is nothing to compare{further}")
        before, after = old.reading, new.reading
        told = documents.changes(before.title, before.text or "", after.title, after.text or "", old.version.seen_at,
                                 new.version.seen_at, articles.change(session, old.version, new.version))
    present_changes(told, as_json=as_json, as_html=as_html, output=output)


@article.command("thread")
@click.argument("which", metavar="ID|URL")
@click.option("--since", type=Since(), default=None, metavar="TIME|36h|2d",
              help="New is what was first seen after this time, or so long ago at most; else since the look before the last.")
@limit
@click.option("--after", default=None, metavar="COMMENT", help="Go on after this comment: the `next` of the page before.")
@as_json
@click.pass_obj
def article_thread(config: Path | None, which: str, since: datetime | None, limit: int | None, after: str | None,
                   as_json: bool) -> None:
    """Show an article's comments as a tree, with what is new and what was edited, removed and restored.

    \b
    Example: steppewire article thread 7 --since 2d
    """
    from verbs import threads

    with open_store(config).reading() as session:
        try:
            shown = threads.article_thread(session, one_article(session, which), since, after, limit)
        except threads.NoComment as error:
            raise click.BadParameter(str(error), param_hint="--after") from error
        if as_json:
            echo_with(shown.head, "comments", shown.comments)
        else:
            from verbs import tree

            tree.show(shown.head, shown.comments)
