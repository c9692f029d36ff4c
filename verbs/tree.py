"""A thread for people: a comment below the one it answers, with what happened to it said in words. What readers wrote is
printed as text, and can neither steer the terminal nor turn a line around."""
import shlex
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from alerts.text import line, lines

BAR = "│ "
INSET = "  "
DIM = Style(dim=True)
# Beyond so much of the line the tree does not go to the right any more, and says how deep it is.
INDENTED = 0.5
# Where lines are wrapped by who shows them.
LONGEST = 100_000
LOCAL = "~"
STYLES = {"removed": "red", "edited": "yellow", "forgotten": "dim"}


def show(head: dict[str, Any], comments: Iterable[dict[str, Any]]) -> None:
    """Prints a thread, its comments as they come."""
    console = Console(highlight=False, markup=False, emoji=False)
    _head(console, head)
    draw(console, comments)
    if head["next"] is not None:
        console.print(f"\nThere is more: steppewire article thread {head['article']} --after {shlex.quote(line(head['next']))}",
                      soft_wrap=True)


def summary(head: dict[str, Any]) -> list[str]:
    """What is said above a thread's comments, a line each."""
    console = Console(file=StringIO(), width=LONGEST, color_system=None, highlight=False, markup=False, emoji=False)
    _head(console, head)
    said = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO
    return [each.strip() for each in said.splitlines() if each.strip()]


def draw(console: Console, comments: Iterable[dict[str, Any]]) -> None:
    """Prints comments, each after the one that it answers."""
    local, width = False, console.width
    deepest = max(int(width * INDENTED) // len(BAR), 1)
    for comment in comments:
        local |= comment["posted"] is not None and comment["certainty"] == "local"
        bars = BAR * min(comment["depth"], deepest)
        console.print(Segments([segment for text, more in _parts(comment, deepest)
                                for segment in _segments(console, bars + more, text, width)]), end="")
    if local:
        console.print(f"\n{LOCAL} The page writes no zone with this time: it is taken as one of the outlet's own.")


def _parts(comment: dict[str, Any], deepest: int) -> Iterator[tuple[Text, str]]:
    """What is printed of a comment, each part with how far it is set in."""
    if comment.get("repeated"):
        yield Text(f"… {author(comment)}, {posted(comment)} (see the page before)", "dim"), ""
        return
    state = "forgotten" if comment.get("forgotten") else comment.get("state") or "removed" * comment["deleted"]
    style = STYLES.get(state, "")
    title = Text(f"{author(comment)} · {posted(comment)}", style or "bold")
    for mark in marks(comment, deepest):
        title.append(f" · {mark}", style or "green")
    yield title, ""
    if comment["text"]:
        yield Text(lines(comment["text"]), style), INSET
    for event in happened(comment):
        yield event, INSET


def _segments(console: Console, before: str, text: Text, width: int) -> Iterator[Segment]:
    """A text in the width that is left, each of its lines behind what stands before."""
    for each in text.wrap(console, max(width - len(before), 20), overflow="fold"):
        each.rstrip()
        yield Segment(before, DIM)
        yield from each.render(console, "\n")


def _head(console: Console, head: dict[str, Any]) -> None:
    thread, counts = head["thread"], head["counts"]
    if thread["thread"] is None:
        console.print("There is no thread: none was seen on the article's page.")
        return
    declared = "of an unknown number" if thread["declared"] is None else f"of {thread['declared']} declared"
    console.print(f"Thread of {line(thread['system'])}: {thread['state']} at the last look, {moment(thread['at'])}: "
                  f"{thread['seen']} comments seen, {declared}.")
    if thread["reason"]:
        console.print(Text(f"Why it is {thread['state']}: {line(thread['reason'])}.", "yellow"))
    if thread["thread_state"] != "open":
        console.print(Text(f"The thread is {thread['thread_state']}.", "yellow"))
    for event in head["events"]:
        console.print(f"The thread was {event['event']} {between(event)}.")
    said = ", ".join(f"{counts[name]} {name}" for name in ("edited", "removed") if counts[name])
    new = f", {counts['new']} new since {moment(head['since'])}" if head["since"] else ""
    console.print(f"Comments: {counts['standing']} standing{f', {said}' if said else ''}{new}.")
    reads = head["reads"]
    short = [read for read in reads if read["state"] != "complete"]
    if short:
        console.print(f"Of the last {len(reads)} looks, {len(short)} not complete: " + "; ".join(
            f"{moment(read['at'])} {read['state']}" + (f" ({line(read['reason'])})" if read["reason"] else "")
            for read in short[:3]) + ("; …" if len(short) > 3 else "."))
    if len(head["editions"]) > 1:
        console.print("It is shown under:")
        for edition in head["editions"]:
            console.print(f"  {edition['article']}  {line(edition['url'])}", soft_wrap=True)
    console.print()


def moment(value: str | None) -> str:
    """A time of a document to the minute; all are UTC."""
    return f"{value[:16].replace('T', ' ')} UTC" if value else "an unknown time"


def between(event: dict[str, Any]) -> str:
    """When something happened, by the two looks around it."""
    if event["after"] is None:
        return f"before the first look, {moment(event['before'])}"
    return f"between {event['after'][:16].replace('T', ' ')} and {moment(event['before'])}"


def author(comment: dict[str, Any]) -> str:
    """Who wrote a comment, on one line."""
    return line(comment["author"] or "") or "no name"


def posted(comment: dict[str, Any]) -> str:
    """When it was posted, no surer than that is."""
    if comment["posted"] is not None:
        day: str = comment["posted"][:10]
        return day if comment["certainty"] == "day" else LOCAL * (comment["certainty"] == "local") + moment(comment["posted"])
    raw = f"“{line(comment['posted_raw'])}”" if comment["posted_raw"] else "no time"
    return f"{raw}, first seen {moment(comment['first_seen'])}" if comment.get("first_seen") else raw


def marks(comment: dict[str, Any], deepest: int) -> list[str]:
    """What is said behind a comment's author and time; deepest is how far it is set in at most."""
    found = []
    if comment.get("new"):
        found.append("new")
    if comment.get("forgotten"):
        found.append(f"forgotten {moment(comment['forgotten'])}")
    elif not comment["text"]:
        found.append("its text was never seen")
    if comment.get("state") == "edited":
        found.append("✎ edited")
    if comment["deleted"]:
        found.append("✗ removed")
    if comment.get("versions") and comment["versions"][-1]["event"] == "restored":
        found.append("restored")
    if comment["depth"] > deepest:
        found.append(f"{comment['depth']} levels down")
    return found


def happened(comment: dict[str, Any]) -> Iterator[Text]:
    """What happened to a comment since it was posted; of an edit with the text before it."""
    was = None
    for version in comment.get("versions", ()):
        if version["event"] != "posted":
            guess = ", or it was edited: which of the two is a guess" if version["guess"] else ""
            told = Text(f"{version['event']} {between(version)}{guess}", "dim")
            if version["event"] == "edited" and was:
                told.append("; was: ").append(lines(was), "red strike")
            yield told
        was = version["text"] or was
