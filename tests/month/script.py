"""A script of some days at three outlets: what their authors and readers do, and what of it each watch is to tell whom.

What is to be told is said by this script's own rules, from what it does: it shares no code with what matches, and looks at no
table of ours."""
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PAPERS = ("paper0", "paper1", "paper2")
ANNA, BORIS, CHINARA = "anna@example.org", "boris@example.org", "chinara@example.org"
# Words that are watched; what else is written has none of them.
RAILWAY, CANAL, KHORGOS, BRIDGE = "railway", "canal", "Khorgos", "bridge"
# After something was done to an article nothing else is until so many looks are over: what comes and goes between two looks
# nobody can tell.
LOOKS_APART = 5
COMMENTED = 0.4
# That an article is gone is told a day after it was first missing.
GONE_FOR = timedelta(hours=40)
# One that was gone for long is looked at once a week.
SEEN_BACK = timedelta(days=8)

WHO = ("ministers", "drivers", "farmers", "teachers", "engineers", "traders", "nurses", "students", "herders", "officials")
WHERE = ("valley", "pass", "market", "village", "station", "school", "harbour", "warehouse", "square", "reservoir")
DID = ("waited", "argued", "marched", "worked", "slept outside", "counted lorries", "repaired pumps", "wrote letters")
BUT = ("and nobody told them why", "which the mayor denies", "although it had been promised", "as the year before",
       "until the money came", "and were thanked for it", "while others looked on")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a recipient is to hear of: event by its heading in the mail, mark is a word that stands in the passage
    of it and in no other; empty where it is about a whole article."""

    watch: str
    recipient: str
    event: str
    path: str
    mark: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch of the settings: toml is all that it says besides its id, words and recipients."""

    own: str
    words: tuple[str, ...]
    recipients: tuple[str, ...]
    toml: str
    papers: tuple[str, ...] = PAPERS
    headings: frozenset[str] | None = None  # None: those that a watch hears of unless it says otherwise
    articles: bool = True


WATCHES = (
    Watch("rails", (RAILWAY,), (ANNA, BORIS), "quote_comments = true"),
    Watch("water", (CANAL,), (BORIS,), 'digest = "day"\nat = "07:30"\nzone = "Europe/Berlin"\nquote_comments = true'),
    Watch("border", (KHORGOS,), (CHINARA,), 'events = ["words_appeared", "words_vanished", "headline_changed"]\n'
          'outlets = ["paper0", "paper1"]\ndigest = "week"\nat = "09:00"\nweekday = "friday"\nzone = "Asia/Almaty"', PAPERS[:2],
          frozenset({"Watched words put in by an edit", "Watched words taken out by an edit", "Headline changed"})),
    Watch("talk", (BRIDGE,), (ANNA, CHINARA), 'fields = ["comments"]\nquiet = ["22:00", "06:00"]\nzone = "Asia/Almaty"\n'
          "cap = 1\nquote_comments = true", articles=False))


@dataclass
class Comment:
    own: str
    text: str


@dataclass
class Article:
    """An article as it stands. busy: until when nothing else is done to it."""

    paper: str
    path: str
    title: str
    sentences: list[str]
    comments: list[Comment] = field(default_factory=list)
    gone: bool = False
    busy: datetime | None = None

    @property
    def words(self) -> str:
        return " ".join((self.title, *self.sentences))


class Script:
    """What is done, by a seed; `expected` grows with each step."""

    def __init__(self, seed: int, look: timedelta, articles: int = 12) -> None:
        self.chance, self.look = random.Random(seed), look
        self.articles: list[Article] = []
        self.expected: list[Told] = []
        self._numbers = iter(range(1, 100_000))
        self._told_gone: dict[str, list[tuple[str, str]]] = {}
        for paper in PAPERS:
            for _ in range(articles):
                self._publish(paper)

    def step(self, now: datetime) -> None:
        """What is done between two looks: at each outlet to at most one article, and a new one now and then."""
        for paper in PAPERS:
            if self.chance.random() < 0.12:
                new = self._publish(paper, now)
                self._tell_of_article(new, "New article", "")
                for said in new.comments:
                    self._tell_of_comment(new, "New comment", said.text)
            free = [one for one in self.articles if one.paper == paper and (one.busy is None or one.busy <= now)]
            if free and self.chance.random() < 0.6:
                one = self.chance.choice(free)
                one.busy = now + LOOKS_APART * self.look
                self._happens(one, now)

    def _happens(self, one: Article, now: datetime) -> None:
        if one.gone:
            one.gone, one.busy = False, now + SEEN_BACK
            self._tell("Article back", one.path, "", self._told_gone.pop(one.path, []))
            return
        does = [self._edit, self._headline, self._bring, self._take, self._comment, self._comment, self._edit_comment,
                self._remove_comment]
        if sum(each.gone for each in self.articles if each.paper == one.paper) < 2:
            does.append(self._go)
        if (do := self.chance.choice(does)) == self._go:
            one.busy = now + GONE_FOR
        do(one)

    # --- what authors do

    def _publish(self, paper: str, now: datetime | None = None) -> Article:
        number = next(self._numbers)
        words = self.chance.sample((RAILWAY, CANAL, KHORGOS), self.chance.choice((0, 1, 1, 2)))
        sentences = [self._sentence() for _ in range(6)]
        for word in words:
            sentences[self.chance.randrange(6)] += f" The {word} is part of it."
        one = Article(paper, f"/news/{number}", self._headline_of(self._mark()), sentences,
                      busy=now + LOOKS_APART * self.look if now else None)
        if self.chance.random() < COMMENTED:
            one.comments.append(self._said())
        self.articles.append(one)
        return one

    def _edit(self, one: Article) -> None:
        mark, place = self._mark(), self.chance.randrange(len(one.sentences))
        words = one.sentences[place].split()
        free = [at for at, word in enumerate(words) if word.isalpha() and word not in (RAILWAY, CANAL, KHORGOS)]
        words[self.chance.choice(free)] = mark
        one.sentences[place] = " ".join(words)
        self._tell_of_article(one, "Article edited", mark)

    def _headline(self, one: Article) -> None:
        mark = self._mark()
        one.title = self._headline_of(mark)
        self._tell_of_article(one, "Article edited", mark)
        self._tell_of_article(one, "Headline changed", mark)

    def _bring(self, one: Article) -> None:
        before, word, mark = one.words, self.chance.choice((KHORGOS, RAILWAY)), self._mark()
        one.sentences.insert(2, f"{self._sentence(mark)[:-1]} about the {word}.")
        self._tell_of_article(one, "Article edited", mark)
        if word not in before:
            self._tell_of_article(one, "Watched words put in by an edit", mark, only=word)

    def _take(self, one: Article) -> None:
        """Takes all sentences with a word out, one that nothing else marks put in their place."""
        word = self.chance.choice((KHORGOS, RAILWAY))
        if word not in one.words:
            self._edit(one)
            return
        before, mark = one.words, self._mark()
        one.sentences = [sentence for sentence in one.sentences if word not in sentence]
        while len(one.sentences) < 3:
            one.sentences.append(self._sentence())
        one.sentences.append(self._sentence(mark))
        self._tell_of_article(one, "Article edited", mark, also=before)
        self._tell_of_article(one, "Watched words taken out by an edit", mark, only=word, also=before)

    def _go(self, one: Article) -> None:
        one.gone = True
        heard = list(self._who_hears(one, "Article gone", one.words))
        self._told_gone[one.path] = heard
        self._tell("Article gone", one.path, "", heard)

    # --- what readers do

    def _said(self) -> Comment:
        word = self.chance.choice((BRIDGE, RAILWAY, "road", "road"))
        return Comment(f"c{next(self._numbers)}", f"What {self._mark()} says about the {word} is what I think.")

    def _comment(self, one: Article) -> None:
        one.comments.append(said := self._said())
        self._tell_of_comment(one, "New comment", said.text)

    def _edit_comment(self, one: Article) -> None:
        if not one.comments:
            self._comment(one)
            return
        said = self.chance.choice(one.comments)
        old, said.text = said.text, said.text.replace(self._marked(said.text), self._mark())
        self._tell_of_comment(one, "Comment edited", said.text, old)

    def _remove_comment(self, one: Article) -> None:
        if len(one.comments) < 2:  # a thread that loses all of its comments is another story
            self._comment(one)
            return
        said = one.comments.pop(self.chance.randrange(len(one.comments)))
        self._tell_of_comment(one, "Comment removed", said.text)

    # --- what is to be told

    def _tell_of_article(self, one: Article, event: str, mark: str, *, only: str = "", also: str = "") -> None:
        self._tell(event, one.path, mark, self._who_hears(one, event, f"{one.words} {also}", only))

    def _who_hears(self, one: Article, event: str, words: str, only: str = "") -> Iterator[tuple[str, str]]:
        for watch in WATCHES:
            if watch.articles and one.paper in watch.papers and self._asks(watch, event) and any(
                    word in words for word in watch.words if word == only or not only):
                for recipient in watch.recipients:
                    yield watch.own, recipient

    def _tell_of_comment(self, one: Article, event: str, text: str, old: str = "") -> None:
        self._tell(event, one.path, self._marked(text), (
            (watch.own, recipient) for watch in WATCHES if one.paper in watch.papers and self._asks(watch, event)
            and any(word in f"{text} {old}" for word in watch.words) for recipient in watch.recipients))

    @staticmethod
    def _asks(watch: Watch, event: str) -> bool:
        if watch.headings is None:
            return not event.startswith("Watched words") and event != "Headline changed"
        return event in watch.headings

    def _tell(self, event: str, path: str, mark: str, who: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> None:
        self.expected += [Told(watch, recipient, event, path, mark) for watch, recipient in who]

    # --- words

    def _mark(self) -> str:
        return f"Qyz{next(self._numbers):05d}x"

    @staticmethod
    def _marked(text: str) -> str:
        return next(word for word in text.split() if word.startswith("Qyz"))

    def _headline_of(self, mark: str) -> str:
        doing = self.chance.choice(("waits for", "pays", "asks", "builds without", "sells to", "remembers"))
        return f"{self.chance.choice(WHO).capitalize()} of {mark} {doing} {self.chance.choice(WHO)}"

    def _sentence(self, mark: str = "") -> str:
        begin = self.chance.choice(("In", "Near", "Beyond", "Outside", "Not far from", "All around"))
        days, number = self.chance.randrange(2, 300), self.chance.randrange(3, 990)
        return (f"{begin} the {self.chance.choice(WHERE)} of {mark or self._mark()} {number} {self.chance.choice(WHO)} "
                f"{self.chance.choice(DID)} for {days} {self.chance.choice(('hours', 'days', 'weeks', 'summers'))}, "
                f"{self.chance.choice(BUT)}.")
