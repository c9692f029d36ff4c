"""What is wrong with a setting, said in the words of its file: where, what stands there, and what would be right."""
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

# What an id is made of.
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
# How a key is written, where the validator's own words would only say that something else is wrong.
WRITTEN = {
    "cap": "a whole number, such as cap = 10",
    "countries": 'a list of countries by their two letters, such as countries = ["KZ", "UZ"]',
    "database": 'database = "sqlite:///var/store.db"',
    "events": 'a list of events, such as events = ["article_new", "article_edited"]',
    "fields": 'a list of fields, such as fields = ["title", "text"]',
    "heartbeat_url": 'a whole address, such as heartbeat_url = "https://monitor.example.org/ping/1"',
    "id": 'letters, figures, ".", "_" and "-", the first a letter or a figure, 80 at most, such as id = "belt-and-road"',
    "channel": 'letters, figures, ".", "_" and "-", the first a letter or a figure, 80 at most, such as [channel.desk]',
    "kind": 'kind = "webhook"', "kinds": 'a list of kinds of edits, such as kinds = ["figures", "rewritten"]',
    "languages": 'a list of languages by their two or three small letters, such as languages = ["ru", "kk"]',
    "least": "a whole number, such as least = 20",
    "listen": 'an address and a port, such as listen = "127.0.0.1:8080"',
    "outlets": 'a list of outlets, such as outlets = ["caravanserai"]',
    "outlets_dirs": 'a list of folders, such as outlets_dirs = ["outlets"]',
    "public_url": 'a whole address, such as public_url = "https://wire.example.org"',
    "quiet": 'from when to when, such as quiet = ["22:00", "06:30"]',
    "recipients": 'a list of addresses, such as recipients = ["analyst@example.org"]',
    "words": 'a list of words and phrases, such as words = ["railway", "Belt and Road"]',
}
# What the validator says where the value has another shape, by its kind of mistake.
SHAPES = {"tuple_type": "a list of texts", "string_type": "a text in quotes", "path_type": "a text in quotes",
          "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
          "bool_type": "true or false", "bool_parsing": "true or false", "model_type": "a table", "dict_type": "a table"}
# The kinds of mistakes of which the validator says nothing that helps, besides those of SHAPES.
MUTE = ("too_short", "too_long", "string_pattern_mismatch", "string_too_long", "missing")


class SettingsError(ValueError):
    """The settings are wrong: file, key and value say where, remedy what would be right."""

    kind = "config"

    def __init__(self, message: str, *, file: str, key: str | None = None, value: Any = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.key, self.value, self.remedy = message, file, key, value, remedy


def plain(error: ValidationError, file: str, data: Mapping[str, Any], settings: type[BaseModel],
          tables: Mapping[str, type[BaseModel]]) -> SettingsError:
    """The first thing that is wrong in the data, in the words of the file; tables has the models of the settings' tables by
    their names. Without the data a watch is named by its number."""
    # A misspelt key says more than the one that is then missing.
    first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    place, value = _place(first["loc"], data), first["input"]
    if first["type"] == "missing" and isinstance(first["loc"][-1], int):
        place.pop()  # a pair that has one half only is what is wrong, not the other half
    key = ".".join(place) or None
    if first["type"] == "extra_forbidden":
        model = settings
        for part in first["loc"][:-1]:
            model = tables.get(str(part), model)
        return SettingsError("this key is unknown", file=file, key=key, value=value,
                             remedy=f"known here are {', '.join(model.model_fields)}")
    names = [part for part in first["loc"] if isinstance(part, str)]
    written = WRITTEN.get(names[0] if names[-1] == "[key]" else names[-1]) if names else None
    if first["type"] == "missing" and isinstance(first["loc"][-1], str):
        return SettingsError("this key is missing", file=file, key=key, remedy=f"add it: {written}" if written else "add it")
    if first["type"] == "too_short" and key and key.endswith("recipients"):
        return SettingsError("a watch needs a recipient", file=file, key=key, value=value,
                             remedy='write recipients = ["analyst@example.org"]')
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] in (*SHAPES, *MUTE):
        message = f"write {written or SHAPES.get(first['type'], message)}"
    return SettingsError(message, file=file, key=key, value=value, remedy=message)


def _place(location: Sequence[int | str], data: Mapping[str, Any]) -> list[str]:
    """The parts of a key's name: a watch by its id where it alone has that, else things of lists as people count."""
    parts = [str(part + 1 if isinstance(part, int) else part) for part in location]
    watches = data.get("watch")
    if len(location) > 2 and location[0] == "watch" and isinstance(watches, list):
        ids = [watch.get("id") if isinstance(watch, dict) else None for watch in watches]
        own = ids[int(location[1])]
        if isinstance(own, str) and re.fullmatch(NAME, own) and ids.count(own) == 1:
            parts[1] = own
    return parts
