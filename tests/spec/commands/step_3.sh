python3 -c "
import asyncio
from infrastructure.bootstrap.redis_sse import init_redis_sse
from infrastructure.bootstrap.sse import enqueue_sse_message, subscribe_sse_events

async def test():
    init_redis_sse()

    received = []
    async def subscriber():
        async for msg in subscribe_sse_events('test'):
            received.append(msg)
            if len(received) >= 1:
                break

    async def publisher():
        await asyncio.sleep(0.3)
        await enqueue_sse_message('test', {'type': 'hello'})

    await asyncio.wait_for(
        asyncio.gather(subscriber(), publisher()),
        timeout=3.0
    )

    assert len(received) == 1
    print('✅ Step 3 通过')

asyncio.run(test())
"
