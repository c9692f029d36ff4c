"""Rows of a document as a table for people."""
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

MARKS = {"ok": "✓", "bad": "✗"}


def table(console: Console, rows: list[dict[str, Any]], columns: dict[str, str], empty: str) -> None:
    """Prints rows under the headings of columns, each of which shows a key of theirs; what is said where there are none."""
    if not rows:
        console.print(empty)
        return
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell(row.get(key))) for key in columns.values()))
    console.print(drawn)


def cell(value: Any) -> str:
    """A value of a document as people read it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{number} {name}" for name, number in value.items() if number) or "none"
    text = str(value)
    return text[:19].replace("T", " ") if len(text) >= 20 and text[10:11] == "T" and text.endswith("Z") else text
