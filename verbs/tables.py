"""The documents for people: each as a table or a short text. What comes from the web is printed as text, never as markup."""
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from verbs import watch_tables
from verbs.table import MARKS
from verbs.table import cell as _cell
from verbs.table import table as _table
from verbs.tree import draw

# Of a stretch without a change this many characters are shown beside a change, and of a block at the place that it left.
BESIDE = 300
MOVED = 60
# What became of an article, by its event: of its address.
BECAME = {"gone": "gone from {}", "back": "back at {}", "moved": "moved to {}"}
# Why records of a file were left out.
LEFT_OUT = {
    "no_answer": "no answers", "not_http": "not of the web", "no_date": "without a date",
    "future": "dated in the future", "foreign": "of no outlet asked for", "not_article": "no articles",
    "status": "not status 200", "too_large": "too large", "truncated": "cut by their writer",
    "digest": "other than their digest", "damaged": "damaged", "no_original": "repeating what is not there",
    "already": "there before"}


def show(document: dict[str, Any]) -> None:
    """Prints a document."""
    console = Console(highlight=False, markup=False, emoji=False)
    for key, told in DRAWN.items():
        if key in document:
            told(console, document)
            return
    raise AssertionError(f"no table for {sorted(document)}")


def _checks(console: Console, document: dict[str, Any]) -> None:
    rows = [row | {"mark": MARKS["ok" if row["ok"] else "bad"]} for row in document["checks"]]
    _table(console, rows, {"": "mark", "what": "what", "note": "note"}, "nothing to check")


def _demo(console: Console, document: dict[str, Any]) -> None:
    console.print(f"Step {document['step']} played in {document['seconds']} s.")
    console.print(f"Stored: {document['articles']} articles in {document['versions']} versions; "
                  f"comments: {_cell(document['comments'])}; looks at threads: {_cell(document['thread_reads'])}.")
    console.print(f"Alerts: {_cell(document['alerts'])}. Mails:")
    _table(console, document["mails"], {"to": "recipient", "subject": "subject"}, "none")


def _runs(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["runs"], {
        "run": "run", "outlet": "outlet", "state": "state", "judged": "judgement", "requests": "requests",
        "unchanged": "not_modified", "articles": "articles_new", "versions": "versions_new", "comments": "comments"},
        "nothing is due")
    for run in document["runs"]:
        if run["backlog"]:
            console.print(f"{run['outlet']} is new: what was found now is its backlog; alerts tell what comes after it")
        for page in run["quarantined"]:
            console.print(f"quarantined: {page['url']}: {page['reason']}")
        for line in run["errors"]:
            console.print(f"{run['outlet']}: {line}")


def _imported(console: Console, document: dict[str, Any]) -> None:
    rows = [row | {"cut": "cut" if row["cut"] else "",
                   "skipped": {LEFT_OUT[reason]: number for reason, number in row["skipped"].items()}}
            for row in document["files"]]
    _table(console, rows, {"file": "file", "records": "records", "taken": "taken", "": "cut", "left out": "skipped"}, "no file")
    _table(console, document["runs"], {
        "run": "run", "outlet": "outlet", "kept": "captures", "articles": "articles_new", "versions": "versions_new",
        "there before": "already", "quarantined": "quarantined"}, "nothing is of an outlet that is crawled")


def _status(console: Console, document: dict[str, Any]) -> None:
    for need in document["needs"]:
        console.print(Text(f"{MARKS['bad']} {need['said']}", "red"))
    daemon = document["daemon"]
    holder = f"process {daemon['pid']} since {_cell(daemon['since'])}" if daemon else "none runs (`steppewire run`)"
    console.print(f"Daemon: {holder}")
    console.print(f"Store: {document['database']}, schema {document['schema_revision']}")
    _table(console, document["outlets"], {"outlet": "outlet", "state": "state", "last ok": "last_ok", "next": "next_due_at",
                                          "reason": "reason"}, "no outlet is crawled")
    for outlet in document["outlets"]:
        if not outlet["verify_tls"]:
            console.print(Text(f"{MARKS['bad']} The certificates of {outlet['outlet']} are not verified: its file says "
                               "verify_tls = false, and what it brings may be anybody's.", "yellow"))
    console.print(f"Alerts pending: {document['alerts']['pending']}. Mails waiting: {document['mails']['waiting']}, "
                  f"dead: {document['mails']['dead']}.")
    several = any(each["channel"] != "mail" for each in document["channels"])
    if document["mails"]["reason"] and not several:
        console.print(Text(f"Why they wait: {document['mails']['reason']}"))
    for each in document["channels"] if several else ():
        console.print(Text(f"Of these by {each['channel']}: waiting {each['waiting']}, dead {each['dead']}"
                           f"{': ' + each['reason'] if each['reason'] else ''}."))


def _why(console: Console, document: dict[str, Any]) -> None:
    console.print(document["answer"])
    console.print()
    _table(console, document["steps"], {"step": "step", "": "state", "when": "at", "what": "note"}, "")


def _articles(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["articles"], {"id": "article", "outlet": "outlet", "title": "title", "state": "state",
                                           "versions": "versions", "comments": "comments", "changed": "last_changed"},
           "no articles yet")


def _alerts(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["alerts"], {"id": "alert", "watch": "watch", "to": "recipient", "event": "event",
                                         "article": "article", "version": "seq", "comment": "comment", "state": "state",
                                         "mail": "mail", "which is": "mail_state"}, "no alerts yet")


def _holds(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["holds"], {
        "id": "hold", "outlet": "outlet", "since": "began_at", "ended": "ended_at", "decision": "decision", "who": "who",
        "articles": "articles", "waiting": "held", "reason": "reason"}, "no holds: every outlet behaves like itself")


def _hold(console: Console, document: dict[str, Any]) -> None:
    console.print(f"Hold {document['hold']} of {document['outlet']} since {_cell(document['began_at'])}: {document['reason']}")
    by = f" by {document['who']}" if document["who"] else ""
    console.print(f"{document['changed']} of {document['looked']} articles looked at had changed. "
                  + (f"Ended {_cell(document['ended_at'])}: {document['decision']}{by}." if document["decision"] else
                     f"Waiting: {_cell(document['held'])}."))
    for each in document["samples"]:
        console.print(f"\n{each['url']}")
        _sides(console, each["old"], each["new"])
    console.print()
    _table(console, [row | {"redesign": "redesign" if row["redesign"] else ""} for row in document["changes"]], {
        "article": "article", "version": "seq", "seen": "seen_at", "judged": "judgement", "": "redesign", "url": "url"},
        "no change")
    if not document["decision"]:
        own = document["hold"]
        console.print(f"\nDecide: `steppewire hold accept {own}` (a redesign), `steppewire hold reject {own}` (a fault), "
                      f"`steppewire hold release {own}` (news). With --dry-run each only lists what would be mailed.")


def _sides(console: Console, old: Iterable[str], new: Iterable[str]) -> None:
    for mark, colour, lines in (("-", "red", old), ("+", "green", new)):
        for line in lines:
            console.print(Text(f"{mark} {line}", colour))


def _decided(console: Console, document: dict[str, Any]) -> None:
    for each in document["decided"]:
        console.print(f"Hold {each['hold']} of {each['outlet']} {'would be' if document['dry_run'] else 'is'} "
                      f"{each['decision']}: versions: {each['versions']}, alerts to be mailed: {each['alerts']['told']}, "
                      f"dropped: {each['alerts']['dropped']}.")
        for alert in each["which"]:
            console.print(f"\n{alert['event']} to {alert['recipient']} (watch {alert['watch']}): {alert['headline']}\n"
                          f"{alert['url']}")
            for change in alert["changes"]:
                _sides(console, [change["old"]] if change["old"] else [], [change["new"]] if change["new"] else [])


def _noise(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["noise"], {
        "id": "noise", "outlet": "outlet", "since": "learned_at", "forgotten": "forgotten_at", "kind": "kind",
        "such as": "example", "looks": "looks", "articles": "articles"},
        "no noise was learned: no line is known that changes at every look")


def _mails(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["mails"], {"id": "mail", "watch": "watch", "to": "recipient", "by": "channel",
                                        "subject": "subject", "state": "state", "attempts": "attempts", "next": "due_at",
                                        "came back": "bounced_at", "reason": "reason"},
           "no mails yet")


def _operations(console: Console, document: dict[str, Any]) -> None:
    if not document["changed"]:
        console.print("nothing changed")
        return
    told = document["statistics"]
    parts = [*(["another headline"] if document["title_changed"] else []),
             *([f"words: {told['words_removed']} out, {told['words_added']} in"]
               if told["words_removed"] or told["words_added"] else []),
             *([f"blocks moved: {told['blocks_moved']}"] if told["blocks_moved"] else [])]
    console.print(": ".join(filter(None, (document["kind"], ", ".join(parts)))))
    console.print()
    if document["title_changed"]:
        console.print(_changed(document["old_title"] or "", document["new_title"] or ""))
        console.print()
    if all(step["op"] == "equal" for step in document["operations"]):
        return
    text = Text()
    for number, step in enumerate(document["operations"]):
        if step["op"] == "equal":
            text.append(_shortened(step["new"], begins=number == 0, ends=number == len(document["operations"]) - 1))
        elif step["move"] is not None:
            text.append(_moved(step))
        else:
            text.append(_changed(step["old"], step["new"]))
    console.print(text)


def _changed(old: str, new: str) -> Text:
    """Old and new words; the brackets say without colour what colour says."""
    text = Text()
    if old:
        text.append(f"[-{old}-]", "red strike")
    if new:
        text.append(f"{{+{new}+}}", "green underline")
    return text


def _moved(step: dict[str, Any]) -> Text:
    """What only stands elsewhere, in full where it stands now."""
    if step["op"] == "delete":
        lines = step["old"].strip().split("\n")
        first = lines[0][:MOVED] + ("…" if len(lines) > 1 or len(lines[0]) > MOVED else "")
        return Text(f"[{step['move']}→ {first}]\n", "blue strike")
    body = step["new"].rstrip("\n")
    return Text(f"[→{step['move']} {body}]{step['new'][len(body):]}", "blue")


def _shortened(text: str, *, begins: bool, ends: bool) -> str:
    """What did not change, or of more than a little of it that which stands beside a change."""
    lines = text.split("\n")
    if len(lines) >= 5:
        text = "\n".join([*([] if begins else lines[:2]), "…", *([] if ends else lines[-2:])])
    if len(text) <= 2 * BESIDE:
        return text
    return ("" if begins else text[:BESIDE].rstrip()) + " … " + ("" if ends else text[-BESIDE:].lstrip())


def _article(console: Console, document: dict[str, Any]) -> None:
    if document["outcome"] != "clean":
        console.print(f"No article: {document['reason']}" + (f" ({document['note']})" if document.get("note") else ""))
        return
    console.print(Text(document["title"] or "(no title)", "bold"))
    if document.get("state") in ("gone", "moved"):
        console.print(f"This article is {document['state']}.")
    for event in document.get("events", ()):
        console.print(f"{_cell(event['seen_at'])}: {BECAME[event['event']].format(event['url'])}")
    facts = [", ".join(document["authors"]), _cell(document["published"]), document["language"]]
    if any(facts):
        console.print(" · ".join(fact for fact in facts if fact))
    console.print(document["url"] or "")
    for block in document["blocks"]:
        console.print()
        console.print(Text(block["text"], "bold" if block["kind"] == "heading" else ""))
    thread = document["thread"]
    why = f" ({thread['reason']})" if thread["reason"] else ""
    console.print(f"\nThread: {thread['state']}, comments: {thread['seen']}{why}")
    draw(console, document["comments"])
    if document.get("versions"):
        _table(console, document["versions"], {"version": "seq", "seen": "seen_at", "judged": "judgement",
                                               "reader": "reader"}, "no versions")


def _reprocessed(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["outlets"], {
        "outlet": "outlet", "captures": "captures", "read before": "already", "articles": "clean", "no text": "no_text",
        "moved": "moved", "pages made due": "made_due"}, "no captures yet")
    for each in document["outlets"]:
        if each["left"]:
            console.print(f"{each['outlet']} is left as it is: {each['left']}", soft_wrap=True)
    _damaged(console, document)


def _verified(console: Console, document: dict[str, Any]) -> None:
    console.print(f"Looked at: {document['captures']} answers, all records of {document['files']} files, "
                  f"{document['readings']} texts; "
                  f"damaged: {len(document['damaged']) or 'none'}.")
    _damaged(console, document)


def _damaged(console: Console, document: dict[str, Any]) -> None:
    for each in document["damaged"]:
        console.print(f"capture {each['capture']} of {each['url']}: {each['note']}" if each["capture"] else each["note"])


def _forgotten(console: Console, document: dict[str, Any]) -> None:
    if document["which"]:
        _table(console, document["which"], {"comment": "comment", "article": "url", "author": "author", "text": "text"}, "")
    places = {"alerts": "alerts", "mails": "mails", "captures": "answers in the archive", "files": "of its files"}
    held = ", ".join(f"{document[key]} {name}" for key, name in places.items() if document[key]) or "nowhere else"
    console.print(f"{'Would be forgotten' if document['dry_run'] else 'Forgotten'}: comments: {document['comments']}, "
                  f"texts of them: {document['versions']}; taken out of: {held}. "
                  f"Marks by which comments are refused{' then' if document['dry_run'] else ''}: {document['refused']}.")


def _recipients(console: Console, document: dict[str, Any]) -> None:
    _table(console, document["recipients"], {"recipient": "address", "state": "state", "why": "reason", "watches": "watches",
                                             "alerts waiting": "waiting"}, "no recipients yet")
    said = [row | {"recipient": each["address"], "about": row["url"] if row["action"] != "mute_outlet" else row["outlet"]}
            for each in document["recipients"] for row in each["answers"]]
    if said:
        console.print("\nWhat they answered:")
        _table(console, said, {"answer": "answer", "recipient": "recipient", "action": "action", "watch": "watch",
                               "about": "about", "at": "at", "taken back": "undone_at"}, "")


def _answered(console: Console, document: dict[str, Any]) -> None:
    console.print(Text("\n".join(document["said"])), soft_wrap=True)


# Told apart by a key that only they have; the document of reprocess has that of status, and the article's
# document has most keys and comes before its parts.
DRAWN = {**watch_tables.DRAWN, "checks": _checks, "recipients": _recipients, "token": _answered, "holds": _holds,
         "noise": _noise, "samples": _hold, "decided": _decided, "refused": _forgotten,
         "made_due": _reprocessed, "readings": _verified, "files": _imported, "step": _demo, "runs": _runs, "steps": _why,
         "outlets": _status, "articles": _articles, "alerts": _alerts, "mails": _mails, "operations": _operations,
         "blocks": _article}
