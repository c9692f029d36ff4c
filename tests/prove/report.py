"""docs/RELIABILITY.md, from what was run."""
from collections import Counter
from collections.abc import Mapping, Sequence

from prove.guards import GUARDS
from prove.parts import PARTS
from prove.trial import Done, Part, upper_bound

HEAD = """# Reliability, as measured

`make prove` runs these campaigns on the machine it is started on and writes this page; `make prove PART=kills` runs one of
them, and a campaign that was interrupted goes on where it stopped. What is true is told by the site's own script and log, the
mail server's spool and the kernel's list of processes, never by the program's tables alone. A trial is repeated from its seed:
`make prove PART=kills ARGS="--kind sqlite --seed 7"`.

The bound is the largest chance of a fault a trial that so many without one still allow, at 95 %: 1 − 0.05^(1/n).
"""


def page(results: Mapping[str, Sequence[Done]]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_part(name, PARTS[name], done) for name, done in results.items())]).rstrip() + "\n"


def _part(name: str, part: Part, done: Sequence[Done]) -> str:
    left = len(part.trials) - len(done)
    lines = [f"## {name}", "", f"{part.promise}.", ""]
    if not done:
        return "\n".join([*lines, "Not run.", ""])
    if left > 0:
        lines += [f"{left} of its {len(part.trials)} trials are still to be run.", ""]
    if name == "guards":
        return "\n".join([*lines, *_guards(done), "", *_faults(done)])
    kinds = list(dict.fromkeys(_row(each.kind) for each in done))
    names = list(dict.fromkeys(count for each in done for count in each.counts))
    lines += [f"| what | trials | seeds | {' | '.join([*names, ''])}faults | at most | minutes |",
              "|---|--:|---|" + "--:|" * (len(names) + 3)]
    for kind in (*kinds, "together") if len(kinds) > 1 and part.summed else kinds:
        lines.append(_line(kind, part, [each for each in done if kind in (_row(each.kind), "together")], names))
    return "\n".join([*lines, "", *_faults(done)])


def _faults(done: Sequence[Done]) -> list[str]:
    faults = [f"- {each.kind}, seed {each.seed}: {' '.join('; '.join(each.faults).split())}" for each in done if each.faults]
    return ["Faults:", "", *faults, ""] if faults else []


def _guards(done: Sequence[Done]) -> list[str]:
    """Each guard with its test, and whether that turned red without it."""
    red = {each.kind: "not red" if each.faults else "red" for each in done}
    number = sum(red.get(guard.name) == "red" for guard in GUARDS)
    return [f"{number} of {len(GUARDS)} guards turn their test red.", "",
            "| what is guarded | in | test | without it |", "|---|---|---|---|",
            *(f"| {guard.name} | {guard.file} | `{guard.test.removeprefix('tests/')}` | {red.get(guard.name, 'not run')} |"
              for guard in GUARDS)]


def _row(kind: str) -> str:
    """Failpoints and the like are many kinds; a row is their last word, the database."""
    return kind.split()[-1]


def _line(kind: str, part: Part, done: Sequence[Done], names: Sequence[str]) -> str:
    total: Counter[str] = Counter()
    for each in done:
        total.update(each.counts)
    faulty = sum(bool(each.faults) for each in done)
    events = total[part.events] if part.events != "trials" else len(done)
    seeds = sorted({each.seed for each in done})
    span = f"{seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else str(seeds[0])
    bound = f"{100 * upper_bound(events):.2g} %" if events and not faulty else "–"
    figures = " | ".join(str(total[name]) for name in names)
    return (f"| {kind} | {len(done)} | {span} | {figures} | {faulty} | {bound} | "
            f"{sum(each.seconds for each in done) / 60:.1f} |")
