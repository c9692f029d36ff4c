"""What the verbs share: settings and store opened, documents shown, mistakes told. It loads nothing that --help can do
without."""
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import logs

if TYPE_CHECKING:
    from settings import Settings
    from storage.store import Store


def config_file(config: Path | None) -> str:
    """The settings file's name for messages."""
    import settings

    return str(settings.which(config))


def config_path(config: Path | None) -> Path | None:
    """The settings file, whole, for a child; None where the defaults are used."""
    import settings

    file = settings.which(config)
    return file.absolute() if file.exists() else None


def load(config: Path | None) -> "Settings":
    """The settings; SettingsError says what is wrong with them."""
    import settings

    return settings.load(config)


def settled(settings: "Settings", config: Path | None) -> "Store":
    """The store with its folders made; the error says which setting is to be mended."""
    from verbs import checking

    return checking.settle(settings, config_file(config))


def open_store(config: Path | None) -> "Store":
    """The store, to be read until the verb ends; an error where there is none of this program's schema."""
    from verbs import checking

    store = checking.existing(load(config), config_file(config))
    click.get_current_context().call_on_close(store.engine.dispose)
    return store


@contextmanager
def held_store(config: Path | None) -> Iterator[tuple["Settings", "Store"]]:
    """The store with its tables up to date, held by this process."""
    settings = load(config)
    store = settled(settings, config)
    try:
        with store.lock():
            store.upgrade()
            yield settings, store
    finally:
        store.engine.dispose()


def one_article(session: Any, which: str) -> Any:
    """The article with an id or an address; an error where there is none."""
    from storage import articles

    if (found := articles.by_id_or_url(session, which)) is None:
        raise click.ClickException(f"there is no article {which}: `steppewire article list` lists them")
    return found


def long_ago(text: str) -> Any:
    """The time that a duration such as 36h or 2d ago was; None where the text is none."""
    from settings import duration

    try:
        return datetime.now(timezone.utc) - duration(text)
    except (ValueError, OverflowError):
        return None


def one_version(rows: Any, seq: int | None) -> Any:
    """The version with a number of those of an article, without one the newest that is shown; an error where there is none."""
    from storage import articles

    found = (articles.shown(rows) or rows)[-1:] if seq is None else [row for row in rows if row.version.seq == seq]
    if not found:
        raise click.ClickException(f"there is no version {seq}; it has {len(rows)}")
    return found[0]


def present(document: dict[str, Any], as_json: bool) -> None:
    """Prints a document, for people as a table."""
    if as_json:
        echo_json(document)
        return
    from verbs import tables

    tables.show(document)


def present_changes(document: dict[str, Any], *, as_json: bool, as_html: bool, output: Path | None) -> None:
    """Prints what changed between two texts; as a page of HTML also into a file."""
    if as_json and as_html:
        raise click.UsageError("--json and --html are two answers; ask for one of them")
    if output is not None and not as_html:
        raise click.UsageError("--output is the file of the page; add --html")
    if not as_html:
        present(document, as_json)
        return
    from verbs import diff_page

    if output is None:
        click.echo(diff_page.page(document), nl=False)
        return
    try:
        output.write_text(diff_page.page(document), encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(f"the page cannot be written: {output}: {problem.strerror}") from problem


def echo_json(document: dict[str, Any]) -> None:
    """Prints a document as one line."""
    click.echo(json.dumps(document, ensure_ascii=False))


def echo_with(head: dict[str, Any], key: str, rows: Iterable[dict[str, Any]]) -> None:
    """Prints a document as one line, the rows under one key as they come."""
    click.echo(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "{key}": [', nl=False)
    for number, row in enumerate(rows):
        click.echo((", " if number else "") + json.dumps(row, ensure_ascii=False), nl=False)
    click.echo("]}")


def fail(problem: Any, code: int, kind: str | None = None) -> NoReturn:
    """One plain sentence for people, one document for programs."""
    from verbs import documents

    document = documents.error(problem, kind)
    if "--json" in sys.argv or "--jsonl" in sys.argv:
        echo_json(document)
    tell(documents.sentence(problem))
    raise SystemExit(code)


def tell(sentence: str) -> None:
    """One plain sentence on stderr; a log line where those are JSON, so that whoever reads them hears of it."""
    if logs.chosen() == "json":
        logs.begin(logging.INFO)
        logging.getLogger("steppewire").critical(sentence)
    else:
        click.echo(f"steppewire: {sentence}", err=True)
