"""The documents about watches for people."""
from typing import Any

from rich.console import Console
from rich.text import Text

from alerts.text import line
from verbs.table import MARKS, cell, table

# So many hits are shown with their passages; --json has all.
SHOWN = 20


def watches(console: Console, document: dict[str, Any]) -> None:
    """The watches that stand."""
    rows = [row | {"asks": _asks(row), "state": _state(row),
                   "recipients": [f"{each} (ended it)" if each in row["ended_by"] else each for each in row["recipients"]]}
            for row in document["watches"]]
    table(console, rows, {"watch": "watch", "": "state", "words": "words", "to": "recipients", "asks for": "asks",
                           "since": "since", "alerts in 30 days": "alerts_30_days", "next mail": "next_mail_at",
                           "from": "origin"},
           "no watch stands: `steppewire watch add` adds one")
    for row in document["watches"]:
        if row["broken"]:
            console.print(Text(f"{MARKS['bad']} {row['watch']} is broken and finds nothing: {row['broken']}", "red"))


def _state(row: dict[str, Any]) -> str:
    if row["broken"]:
        return "broken"
    if row["paused_at"]:
        return "rests"
    return "tells nobody" if set(row["recipients"]) <= set(row["ended_by"]) else "stands"


def _asks(row: dict[str, Any]) -> str:
    """What a watch asks for besides its words, as far as that is not what every watch does."""
    said = [", ".join(row[name]) for name in ("outlets", "countries", "languages", "fields", "events", "kinds") if row[name]]
    if row["least"]:
        said.append(f"{row['least']} characters")
    if row["digest"]:
        said.append(f"{row['digest']}ly" if row["digest"] != "day" else "daily")
    if row["quiet"]:
        said.append(f"quiet {'–'.join(row['quiet'])}")
    if row["digest"] in ("day", "week") or row["quiet"]:
        said.append(f"by the clock of {row['zone']}")
    if row["cap"]:
        said.append(f"{row['cap']} mails an hour")
    return "; ".join(said)


def figures(console: Console, document: dict[str, Any]) -> None:
    """What watches have told."""
    rows = [row | {"events": {each["event"]: each["alerts"] for each in row["events"]},
                   "precision": _precision(row),
                   "state": "ended" if row["ended_at"] else ""} for row in document["figures"]]
    table(console, rows, {"watch": "watch", "": "state", "alerts": "alerts", "mailed": "mailed", "mails": "mails",
                           "of": "events", "not relevant": "not_relevant", "precision": "precision",
                           "ended by": "ended_by"}, "no watch stands: `steppewire watch add` adds one")


def _precision(row: dict[str, Any]) -> str:
    if row["precision"] is not None:
        return f"{row['precision']:.0%}"
    return "no answers" if row["mailed"] else ""


def tested(console: Console, document: dict[str, Any]) -> None:
    """What a query or a watch finds."""
    if document["error"]:
        return  # it is told on standard error
    for span in document["spans"]:
        console.print(f"{span['start']}–{span['end']}: {span['term']}")
    if document["since"] is None:
        console.print(f"It matches: {len(document['spans'])} places." if document["matched"] else "It does not match.")
        return
    for hit in document["hits"][-SHOWN:]:
        which = f" version {hit['seq']}" if hit["seq"] is not None else ""
        console.print(Text(f"{cell(hit['seen_at'])} {hit['event']}{which}: {line(hit['headline'])}", "bold"))
        console.print(f"  {line(hit['url'])} ({', '.join(hit['words'])})", soft_wrap=True)
        for change in hit["changes"]:
            if change["old"] == change["new"] and change["new"] is not None:  # it has a word, and nobody changed it
                console.print(Text(f"    {line(change['new'])}"))
                continue
            for mark, colour, side in (("-", "red", change["old"]), ("+", "green", change["new"])):
                if side is not None:
                    console.print(Text(f"  {mark} {line(side)}", colour))
    if (more := len(document["hits"]) - SHOWN) > 0:
        console.print(f"These are the newest {SHOWN}; --json has {more} more.")
    console.print()
    table(console, document["days"], {"day": "day", "outlet": "outlet", "hits": "hits"}, "nothing would have been told")
    counts = ", ".join(f"{each['hits']} {each['event']}" for each in document["events"]) or "none"
    console.print(f"Since {cell(document['since'])}: hits: {counts}; mails to each recipient: {document['mails']}.")
    if document["backlog"]:
        console.print(f"Of the backlog nothing is told but what changes: {document['backlog']} of the stored articles with "
                      "these words were there when their outlet was first crawled.")


DRAWN = {"watches": watches, "figures": figures, "spans": tested}
