"""Options that several verbs take, and the values that they can have."""
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

import logs
from verbs.shared import long_ago

FAILED, USAGE, TAKEN = 1, 2, 75


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")


def as_html(verb: Callable[..., None]) -> Callable[..., None]:
    """The options of a verb that can give a page."""
    verb = click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="FILE",
                        help="Write the page to this file; else it is printed.")(verb)
    return click.option("--html", "as_html", is_flag=True, help="Give one HTML page, which needs no other file.")(verb)


def _choose_format(context: click.Context, _option: click.Parameter, name: str | None) -> None:
    if name is not None and not context.resilient_parsing:
        logs.choose(name)


log_format = click.option("--log-format", type=click.Choice(logs.FORMATS), default=None, expose_value=False,
                          envvar=logs.VARIABLE, callback=_choose_format,
                          help=f"Log lines for people, or JSON objects, a line each; else ${logs.VARIABLE}, else text.")
limit = click.option("--limit", type=click.IntRange(1), default=None, help="At most so many.")


class When(click.ParamType[datetime]):
    """A time as RFC 3339, or a bare day; without a zone it is UTC."""

    name = "time"
    ways = "write 2026-03-02 or 2026-03-02T06:00:00Z"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: {self.ways}", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


class Since(When):
    """A time, or how long ago it was."""

    ways = "write 2026-03-02 or 2026-03-02T06:00:00Z, or how long ago: 36h, 2d"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        ago: datetime | None = long_ago(value) if isinstance(value, str) else None
        return ago or super().convert(value, param, ctx)
