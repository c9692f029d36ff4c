"""The writer thread: what is handed in is done, whoever waits for it."""
import asyncio
import threading

from storage.writer import Writer

LONG = 30


def test_what_was_interrupted_while_a_job_was_in_hand_leaves_the_job_done_and_the_thread_as_it_was() -> None:
    writer, began, go_on = Writer(), threading.Event(), threading.Event()
    done: list[str] = []

    def job() -> None:
        began.set()
        assert go_on.wait(LONG)
        done.append("the first")

    async def interrupted() -> None:
        task = asyncio.create_task(writer.do(job))
        assert await asyncio.to_thread(began.wait, LONG)
        task.cancel()

    async def another() -> str:
        return await writer.do(lambda: done.append("the second") or "told")

    asyncio.run(interrupted())
    go_on.set()  # its loop is closed by now
    assert asyncio.run(asyncio.wait_for(another(), LONG)) == "told"
    assert done == ["the first", "the second"]
