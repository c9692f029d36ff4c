"""A webhook's server in a trial, whose log says what it was told: it takes most of what is posted, now and then refuses for a
moment, and now and then hangs up without having said that it took it."""
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.alerts.sink import SECRET, Sink

ID = "desk"
DOES: tuple[int | str, ...] = (200, 200, 200, 200, 200, 200, 503, "cut")


@dataclass(frozen=True, slots=True)
class Post:
    """A document that came whole: its key, its bytes, and what the server did with it."""

    key: str
    body: str
    does: int | str


class Desk(Sink):
    """The server and what came of it, until it ends."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._log = folder / "posts.jsonl"
        super().__init__(folder)

    @property
    def settings(self) -> str:
        """The channel, for the end of the settings' tables."""
        return f'[channel.{ID}]\nkind = "webhook"\nurl = "{self.url}"\nsecret = "{SECRET}"\n'

    def keep(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.does = self._random.choice(DOES)
        super().keep(path, headers, body)

    def posted(self) -> list[Post]:
        """Everything that came, in order."""
        text = self._log.read_text(encoding="utf-8") if self._log.exists() else ""
        return [Post(**json.loads(line)) for line in text[:text.rfind("\n") + 1].splitlines()]

    def taken(self) -> list[Post]:
        """What it kept, whether or not it said so."""
        return [post for post in self.posted() if post.does != 503]

    def faults(self, died: Iterable[str]) -> list[str]:
        """All that is not as it must be; died has the key of each attempt whose sender was killed in it."""
        taken, unknown = self.taken(), Counter(died)
        unknown.update(post.key for post in taken if post.does == "cut")
        times = Counter(post.key for post in taken)
        found = [f"{key} was posted {number} times, and the outcome was unknown {unknown[key]} times"
                 for key, number in times.items() if number > 1 + unknown[key]]
        bodies: dict[str, set[str]] = defaultdict(set)
        for post in self.posted():
            bodies[post.key].add(post.body)
            if json.loads(post.body)["id"] != post.key:
                found.append(f"{post.key} is not the document's own id")
        return found + [f"{key} came with other bytes" for key, each in bodies.items() if len(each) > 1]

    def again(self) -> int:
        """Documents that came once more than needed."""
        return len(self.taken()) - len({post.key for post in self.taken()})
