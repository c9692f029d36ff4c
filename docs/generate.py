"""Writes docs/cli.md from the help texts of the commands; with --check it writes nothing and fails where the file is stale."""
import sys
from collections.abc import Iterator
from pathlib import Path

import click

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # this tree's commands, not those of an installed copy

from cli import steppewire  # noqa: E402  # it is found only now

HEAD = """\
# The command line

<!-- Written by docs/generate.py from the commands' own help texts; a test fails when it is stale. Change the texts there. -->

People read tables; programs read `--json`: exactly one document on standard output (with `--jsonl` one a line), all else on
standard error. [schemas/](schemas) has a JSON Schema for each document: the keys that it requires are always there, more may
join, and none will go. In every document `schema` is 1, what is unknown is null, times are RFC 3339 in UTC, ids are strings,
and numbers of characters are numbers of code points.

The exit code is 0 when it is done, 1 when it failed, 2 for wrong usage or settings. An error with `--json` is a document too
([schemas/error.json](schemas/error.json)). With `read --jsonl` a bad line gets an error in its place and the others are
answered; the exit code is then 1. `status` and `check` print their own documents also when something is wrong.
"""


def commands(command: click.Command, above: click.Context | None = None) -> Iterator[tuple[click.Command, click.Context]]:
    """A command and all below it, in the order in which they are defined."""
    context = click.Context(command, info_name=command.name, parent=above, terminal_width=100, **command.context_settings)
    yield command, context
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from commands(inner, context)


def section(command: click.Command, context: click.Context) -> str:
    """A command's heading and help text, and where its document is described."""
    path = context.command_path
    schema = f"schemas/{'-'.join(path.split()[1:])}.json"
    document = any("--json" in parameter.opts for parameter in command.params)
    said = f"\nWith `--json`: [{schema}]({schema}).\n" if document else ""
    return f"\n## {path}\n\n```text\n{command.get_help(context)}\n```\n{said}"


def main() -> None:
    file = DOCS / "cli.md"
    text = HEAD + "".join(section(command, context) for command, context in commands(steppewire))
    if "--check" not in sys.argv[1:]:
        file.write_text(text, encoding="utf-8")
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        sys.exit("docs/cli.md is stale: run python docs/generate.py")


if __name__ == "__main__":
    main()
