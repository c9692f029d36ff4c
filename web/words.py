"""What an answer does, in plain words: before it is given, after it, and where nothing was done."""
from collections.abc import Mapping
from dataclasses import dataclass

from storage.answers import Said

BUTTONS = {"not_relevant": "It is not relevant", "mute_story": "Mute this story", "mute_outlet": "Mute this outlet",
           "end_watch": "End this watch", "confirm": "Yes, send them"}
ALREADY = {"not_relevant": "This is noted already", "mute_story": "This story is muted already",
           "mute_outlet": "This outlet is muted already", "end_watch": "This watch is ended already",
           "confirm": "This address is confirmed already"}
NOTHING = "Nothing was done."
# A headline that is read from right to left turns nothing around it.
ISOLATE, END = "\u2068", "\u2069"
BACK = "Whoever runs this wire can take it back."


@dataclass(frozen=True, slots=True)
class Words:
    """What a page or a line says: button is what acts, None where there is nothing to do."""

    title: str
    paragraphs: tuple[str, ...]
    button: str | None = None


def words(said: Said, names: Mapping[str, str]) -> Words:
    """What there is to say of an answer; names gives an outlet's name by its id. Of what is not to be done, or was not done, no
    address is told."""
    if said.state == "open":
        return Words(*_will(said, names), BUTTONS[said.action])
    if said.state == "done":
        return Words(*_did(said, names))
    if said.state == "already":
        return Words(ALREADY[said.action], (NOTHING,))
    if said.state == "used":
        return Words("This link was used before", (f"{NOTHING} Each link works once.",))
    if said.state == "unclear":
        return Words("This mail tells of several articles", (f"{NOTHING} Use the link below the article that you mean.",))
    return unknown()


def unknown() -> Words:
    """Of what was not made here, or not for any mail."""
    return Words("This link is not known here", (f"{NOTHING} It may have lost its end: open it from the mail once more.",))


def _will(said: Said, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    watch, who, what = said.watch, said.recipient, _what(said, names)
    if said.action == "end_watch":
        return "End this watch?", (f"The watch “{watch}” will send nothing more to {who}. What waits for a mail is dropped.",
                                   "Its other recipients and all other watches stay as they are.")
    if said.action == "mute_story":
        return "Mute this story?", (f"The watch “{watch}” will tell {who} nothing more about {what}: no edits and no comments.",
                                    "All other articles are told as before.")
    if said.action == "mute_outlet":
        return "Mute this outlet?", (f"The watch “{watch}” will tell {who} nothing more of {_outlet(said, names)}.",
                                     "All other outlets are told as before.")
    if said.action == "not_relevant":
        return "Was this not relevant?", (f"The button notes: {what}, which the watch “{watch}” told {who}, was not relevant.",
                                          "This helps whoever keeps the watch. It mutes nothing.")
    return "Do you want these mails?", (f"Steppewire will mail to {who} what the watches find that name this address.",)


def _did(said: Said, names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    watch, who, what = said.watch, said.recipient, _what(said, names)
    dropped = () if not said.dropped else (
        f"{said.dropped} alerts that waited are dropped." if said.dropped > 1 else "1 alert that waited is dropped.",)
    if said.action == "end_watch":
        return "This watch is ended", (f"The watch “{watch}” sends nothing more to {who}.", *dropped, BACK)
    if said.action == "mute_story":
        return "This story is muted", (f"The watch “{watch}” tells {who} nothing more about {what}.", *dropped, BACK)
    if said.action == "mute_outlet":
        return "This outlet is muted", (f"The watch “{watch}” tells {who} nothing more of {_outlet(said, names)}.", *dropped,
                                        BACK)
    if said.action == "not_relevant":
        return "This is noted", (f"For {who}, {what} was not relevant to the watch “{watch}”. Nothing is muted.",)
    return "This address is confirmed", (f"Steppewire mails to {who} what the watches find that name this address.",)


def _what(said: Said, names: Mapping[str, str]) -> str:
    if said.headline is None:
        return "what this mail tells of"
    return f"“{ISOLATE}{said.headline}{END}” ({_outlet(said, names)})"


def _outlet(said: Said, names: Mapping[str, str]) -> str:
    return names.get(said.outlet or "", said.outlet or "")
