"""The judgement of runs that ended: what counts and may be told, and what waits for a person."""
from datetime import datetime, timedelta

import failpoint
from storage import runs
from storage.store import Store


def judge(store: Store, now: datetime, group_wait: timedelta) -> list[int]:
    """Judges every run that ended or died and was not judged; the ids judged. A version that passes counts, and its alerts may
    be mailed after the group wait."""
    with store.writing() as session:
        judged = runs.judge(session, now, group_wait)
        failpoint.reach("run.judging", bool(judged))
    failpoint.reach("run.judged", bool(judged))
    return judged
