"""When a watch's alerts are mailed: at once, in a digest at an hour of its clock, and never in its quiet hours."""
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Literal
from zoneinfo import ZoneInfo

Digest = Literal["hour", "day", "week"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UTC = "UTC"
# A day of a zone's clock has at most 25 hours, and a week eight days to look through.
DAYS = 9


@dataclass(frozen=True, slots=True)
class Schedule:
    """digest is how often alerts are mailed together, None: at once; at is the hour of the day by the zone's clock, of a day's
    or a week's digest, and weekday the week's day. quiet is from when to when, by the same clock, nothing is mailed."""

    zone: str = UTC
    digest: Digest | None = None
    at: time = time(7)
    weekday: str = WEEKDAYS[0]
    quiet: tuple[time, time] | None = None

    def after(self, moment: datetime) -> datetime:
        """The first time, not before a moment, at which alerts are mailed.

        Through changes of the zone's clock there is one such time in each hour, local day or local week: an hour that the clock
        skips is that after the gap, and of one that comes twice the first. A digest whose time is in the quiet hours is mailed
        at their end.
        """
        return self._loud(moment if self.digest is None else self._digest(moment))

    def to_json(self) -> dict[str, Any]:
        """The schedule as the watch's row keeps it."""
        return {"zone": self.zone, "digest": self.digest, "at": f"{self.at:%H:%M}", "weekday": self.weekday,
                "quiet": [f"{each:%H:%M}" for each in self.quiet] if self.quiet else None}

    @classmethod
    def from_json(cls, data: Any) -> "Schedule":
        """The schedule of a watch's row; ValueError where a hand has written there what is none."""
        if data is None:
            return cls()
        try:
            quiet = data["quiet"]
            found = cls(data["zone"], data["digest"], time.fromisoformat(data["at"]), data["weekday"],
                        (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None)
            ZoneInfo(found.zone)
        except (LookupError, TypeError, ValueError, OSError) as error:
            raise ValueError(f"it cannot be read: {type(error).__name__}: {error}") from error
        if found.digest not in (None, "hour", "day", "week") or found.weekday not in WEEKDAYS:
            raise ValueError(f"there is no digest {found.digest!r} on {found.weekday!r}")
        return found

    @classmethod
    def kept(cls, data: Any) -> "Schedule":
        """The schedule of a watch's row. Where it cannot be read its watch is broken; what waits of it is mailed at once."""
        try:
            return cls.from_json(data)
        except ValueError:
            return cls()

    def _digest(self, moment: datetime) -> datetime:
        if self.digest == "hour":
            # Hours are counted in UTC: a zone may be off by half of one, and its clock may skip or repeat one.
            whole = moment.astimezone(timezone.utc).replace(minute=0, second=0, microsecond=0)
            return whole if whole == moment else whole + timedelta(hours=1)
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        for day in (today + timedelta(days=ahead) for ahead in range(-1, DAYS)):
            if self.digest == "day" or WEEKDAYS[day.weekday()] == self.weekday:
                found = self._at(day, self.at)
                if found >= moment:
                    return found
        raise AssertionError(f"no day of a week is {self.weekday}")

    def _loud(self, moment: datetime) -> datetime:
        """The moment, or the end of the quiet hours where it lies in them."""
        if self.quiet is None:
            return moment
        begin, end = self.quiet
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        for day in (today - timedelta(days=1), today):
            until = self._at(day + timedelta(days=int(end <= begin)), end)
            if self._at(day, begin) <= moment < until:
                return until
        return moment

    def _at(self, day: date, hour: time) -> datetime:
        """When a day's clock shows an hour, in UTC."""
        zone = ZoneInfo(self.zone)
        local = datetime.combine(day, hour, zone)
        found = local.astimezone(timezone.utc)
        if found.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            # The clock skips it. fold=0 reads it by the clock before the gap: that is as much behind the gap's end as the hour
            # is behind its begin; fold=1 reads it by the clock after it. The gap's end lies between both.
            return _gap_end(local.replace(fold=1).astimezone(timezone.utc), found, zone)
        return found


def _gap_end(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The second at which a zone's clock is set forward, which lies in (low, high]."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
