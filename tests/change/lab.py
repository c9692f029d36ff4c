"""The lab of judgement: redesigns met a few articles at a time, and months of an outlet that is none but edits; fixed seeds.

    PYTHONPATH=.:tests python -m tests.change.lab slowly 3      a table of three seeds; also: "at once", quiet"""
import random
import sys
from dataclasses import dataclass, replace

from pipelines.compare.blame import Edit
from tests.change.layouts import CHANGES, Layout
from tests.change.outlet import DAY, HOUR, LADDER, Outlet, Shown, due
from tests.change.stories import EDITS, Edited, Story, edited, stories

ARTICLES = 60
WINDOW = 2 * DAY
EDITED = 0.25
AT_ONCE = ARTICLES
HABIT = 60


@dataclass
class Counted:
    """What came of a redesign: alerts that tell no edit of an author's, before the hold began and after; edits that a look
    could have seen, and how many of them were told."""

    false_before: int
    false_after: int
    edits: int
    told: int
    held: bool


def shows_mark(edit: Edit, mark: str) -> bool:
    """Whether one side alone has a mark."""
    return (words(mark) in words(edit.old_title, *edit.old)) != (words(mark) in words(edit.new_title, *edit.new))


def words(*lines: str) -> str:
    """Lines as one, however a layout cuts and writes them."""
    return "".join("".join(lines).casefold().split())


def redesign(name: str, at_a_time: int, seed: int, pages_take: float = 0.0) -> Counted:
    """A redesign of sixty articles over 48 hours of the ladder, met so many at a time, then accepted, then the rest is met.
    pages_take: over so many minutes its pages change one by one, as caches give them up."""
    chance = random.Random(f"{name} {at_a_time} {seed}")
    before, after = CHANGES[name]
    count = ARTICLES
    ages = [chance.uniform(0, 2 * DAY) if chance.random() < 0.5 else chance.uniform(2 * DAY, 33 * DAY) for _ in range(count)]
    changes_at = [chance.uniform(0, pages_take) for _ in range(count)]
    edits: dict[int, tuple[float, Edited]] = {
        story.number: (chance.uniform(0, WINDOW), edited(story, chance)) for story in stories(count)
        if chance.random() < EDITED}

    def shows(article: int, at: float) -> Shown:
        layout = after if at >= changes_at[article] else before
        story = stories(count)[article]
        if article in edits and at >= edits[article][0]:
            story = edits[article][1].story
        return layout.headline(story), layout.lines(story)

    outlet = Outlet(chance, shows, {number: shows(number, -1.0) for number in range(count)})
    looks = sorted((at, number) for number in range(count) for at in due(-ages[number], 0, WINDOW))
    if at_a_time >= count:
        looks = [(1.0, number) for number in range(count)] + looks
    for place in range(0, len(looks), at_a_time):
        some = looks[place:place + at_a_time]
        outlet.run(some[-1][0], list(dict.fromkeys(number for _, number in some)))
    held = outlet.hold is not None
    began = outlet.began if held else WINDOW
    outlet.accept(WINDOW)
    late = WINDOW + max(1.0, pages_take)
    for place in range(0, count, at_a_time):
        outlet.run(late + place, list(range(place, min(count, place + at_a_time))))
    outlet.accept(late + count)
    marks = {number: edit.mark for number, (_, edit) in edits.items()}
    false = [told for told in outlet.told if told.edit.article not in marks or told.at < edits[told.edit.article][0]]
    visible = {number for number, (_, edit) in edits.items() if _visible(after, stories(count)[number], edit)}
    found = {told.edit.article for told in outlet.told
             if told.edit.article in marks and shows_mark(told.edit, marks[told.edit.article])}
    return Counted(sum(one.at < began for one in false), sum(one.at >= began for one in false), len(visible),
                   len(visible & found), held)


def _visible(after: Layout, story: Story, edit: Edited) -> bool:
    """Whether the new layout shows what was edited: no reader sees what is behind a wall."""
    now = edit.story
    return shows_mark(Edit(0, 0, after.headline(story), after.headline(now), after.lines(story), after.lines(now)), edit.mark)


# --- an outlet that is none but edits

@dataclass
class Life:
    """An article's pages over time: from each time on it shows so."""

    published: float
    states: list[tuple[float, Shown]]


def quiet(seed: int, days: int = 30, a_day: int = 40) -> Outlet:
    """An outlet over some days without any redesign; its verdicts are false. Beside edits of every kind there are shared
    corrections and death tolls, agency lines, stories that develop, a live blog and a digest a day, and hours in which half of
    the fresh stories are edited."""
    chance = random.Random(seed)
    pool = [line for story in stories(ARTICLES) for line in story.paragraphs if len(line) > 80]
    lives: list[Life] = []
    for day in range(-8, days):
        lives += _day(day * DAY, chance, pool, a_day)

    def shows(article: int, at: float) -> Shown:
        return next(shown for time, shown in reversed(lives[article].states) if time <= at)

    outlet = Outlet(chance, shows)
    looks: dict[int, list[int]] = {}
    for number, life in enumerate(lives):
        times = [life.published + 1, *(life.published + rung for rung in LADDER)]
        times += [time + rung for time, _ in life.states[1:] for rung in (10.0, HOUR)]
        for time in times:
            if time < days * DAY:
                looks.setdefault(int(time // 10), []).append(number)
    for slot in sorted(looks):
        outlet.run(slot * 10 + 10.0, list(dict.fromkeys(looks[slot])))
    return outlet


def _day(start: float, chance: random.Random, pool: list[str], a_day: int) -> list[Life]:
    made = [_life(start + chance.uniform(6 * HOUR, 22 * HOUR), chance, pool) for _ in range(a_day)]
    whole = Story(0, "", (), "", "", "", "")
    for life in made:
        if chance.random() < 0.3:
            for _ in range(1 + int(chance.expovariate(1.5))):
                _edit(life, life.published + chance.expovariate(1 / (5 * HOUR)), chance, whole, EDITS)
        if chance.random() < 0.1:
            _append(life, life.published + chance.uniform(20, 300),
                    f"{chance.choice(pool)}\n(Reporting by {chance.choice(('A. Sadyk', 'B. Usenov'))}; editing by C. Wei)")
    place = chance.choice(("Osh", "Karatau", "Termez"))
    event = f"the landslide near {place}"
    siblings = chance.sample(made, 4)
    first = max(life.published for life in siblings)
    for life in siblings:
        _instead(life, 0, f"Rescuers searched for survivors of {event} where houses were buried, officials in {place} said.")
    if chance.random() < 0.5:
        toll = f"The death toll of {event} has risen to {chance.randint(5, 40)}, officials said."
        for life in siblings:
            _append(life, first + chance.uniform(30, 120), toll)
    if chance.random() < 0.25:
        notice = f"Correction: an earlier version of this article misstated the name of the governor of {place}."
        for life in siblings[:3]:
            _append(life, first + chance.uniform(200, 400), notice)
    for life in chance.sample(made, 3):
        line = "This is a developing story and will be updated."
        title = life.states[0][1][0]
        life.states = [(time, (said, (*text, line))) for time, (said, text) in life.states]
        life.states.append((life.published + chance.uniform(100, 300), (title, life.states[-1][1][1][:-1])))
        life.states.sort(key=lambda one: one[0])
    live, digest = made[0], made[1]
    for number in range(20):
        at = live.published + 20 + number * 20
        _edit(live, at, chance, whole, {"put in": EDITS["put in"]})
    rates = f"Rates: a dollar is {chance.randint(400, 550)} tenge"
    _append(digest, digest.published + 60, f"Weather: {chance.choice(pool)[:70]}\n{rates}")
    if chance.random() < 0.3:
        burst = start + 12 * HOUR
        fresh = [_life(burst + chance.uniform(0, 30), chance, pool) for _ in range(10)]
        for life in fresh[:5]:
            _edit(life, life.published + chance.uniform(5, 50), chance, whole, EDITS)
        made += fresh
    if chance.random() < 0.2:
        for number in range(20):
            _edit(made[2], made[2].published + 6 * number + 5, chance, whole, EDITS)
    return made


def _life(published: float, chance: random.Random, pool: list[str]) -> Life:
    return Life(published, [(published, (chance.choice(pool)[:70], tuple(chance.sample(pool, chance.randint(5, 9)))))])


def _edit(life: Life, at: float, chance: random.Random, whole: Story, kinds: dict[str, object]) -> None:
    title, lines = life.states[-1][1]
    at = max(at, life.states[-1][0] + 1)
    now = EDITS[chance.choice(sorted(kinds))](replace(whole, headline=title, paragraphs=lines), chance).story
    if now.paragraphs:
        life.states.append((at, (now.headline, now.paragraphs)))


def _append(life: Life, at: float, text: str) -> None:
    title, lines = life.states[-1][1]
    life.states.append((max(at, life.states[-1][0] + 1), (title, (*lines, *text.split("\n")))))


def _instead(life: Life, place: int, line: str) -> None:
    """The line stood there from the beginning."""
    life.states = [(time, (title, (*lines[:place], line, *lines[place + 1:]))) for time, (title, lines) in life.states]


def main(part: str, seeds: int) -> None:
    """Prints a table: `at once` and `slowly` are redesigns, whose pages change all at once or one by one over two days; `quiet`
    is an outlet without any."""
    if part == "quiet":
        for seed in range(seeds):
            outlet = quiet(seed)
            print(f"{seed} | {outlet.runs} runs | {outlet.changes - HABIT} edits | {len(outlet.verdicts)} false holds")
            for at, verdict in outlet.verdicts:
                print(f"  day {at / DAY:.1f}: {verdict.reason}")
        return
    print("redesign | at a time | false before the hold | false after | edits told | of | held")
    for name in CHANGES:
        for at_a_time in (1, 3, 6, AT_ONCE) if name != "markup alone" else ():
            all_of = [redesign(name, at_a_time, seed, WINDOW if part == "slowly" else 0.0) for seed in range(seeds)]
            print(name, at_a_time, max(one.false_before for one in all_of), max(one.false_after for one in all_of),
                  sum(one.told for one in all_of), sum(one.edits for one in all_of),
                  f"{sum(one.held for one in all_of)}/{seeds}", sep=" | ", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
