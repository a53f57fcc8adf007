"""A process that writes to one session: `python -m …writer_process URL SESSION PREFIX WRITERS EACH`.

Says `ready`, waits for a line, then lets WRITERS tasks append EACH messages (0: until it is killed), and says the
number of every entry that is kept.
"""

from __future__ import annotations

import asyncio
import sys

from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from tests.integration.desk import asks


async def main(url: str, name: str, prefix: str, writers: int, each: int) -> None:
    engine = open_engine(url)
    store = SqlStore(engine)
    session = await store.get(name)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

    async def write(writer: int) -> None:
        count = 0
        while each == 0 or count < each:
            count += 1
            step = asks(session, f"{prefix}-{writer}-{count}", message_id=f"{prefix}-{writer}-{count}")
            appended = await store.append(step)
            if appended is None:
                raise RuntimeError("a message was refused")
            print(appended.entries[0].seq, flush=True)

    async with asyncio.TaskGroup() as group:
        for writer in range(writers):
            group.create_task(write(writer))
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
