"""What an alert will say, as the match wrote it: a later reading or query never changes a mail."""
from dataclasses import dataclass
from typing import Any, Literal

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One place in an article or comment: its old and its new text, None where there is none. The spans are the watched words
    in them, as (start, end) in code points."""

    field: Literal["title", "text", "comment"]
    old: str | None = None
    new: str | None = None
    old_spans: Spans = ()
    new_spans: Spans = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """headline is the article's as it stood; words are the watch's own words that matched; author is the comment's."""

    headline: str
    words: tuple[str, ...]
    parts: tuple[Part, ...]
    author: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The passage as the alert's row keeps it."""
        # In the order of the fields; asdict, which asks each what it is, takes a fifth of a millisecond.
        parts = [{"field": part.field, "old": part.old, "new": part.new, "old_spans": part.old_spans,
                  "new_spans": part.new_spans} for part in self.parts]
        return {"headline": self.headline, "words": self.words, "parts": parts, "author": self.author}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Passage":
        """The passage of an alert's row."""
        def spans(pairs: list[list[int]]) -> Spans:
            return tuple((start, end) for start, end in pairs)
        parts = tuple(Part(part["field"], part["old"], part["new"], spans(part["old_spans"]), spans(part["new_spans"]))
                      for part in data["parts"])
        return cls(data["headline"], tuple(data["words"]), parts, data["author"])
