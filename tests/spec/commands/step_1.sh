python3 -c "
from infrastructure.bootstrap.redis_sse import init_redis_sse
import asyncio
async def test():
    manager = init_redis_sse()
    await manager.connect()
    await manager.publish('test', {'type': 'test'})
    print('✅ Step 1 通过')
asyncio.run(test())
"
