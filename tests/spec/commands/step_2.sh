# 测试 Redis 模式
USE_REDIS_SSE=true python3 -c "
import asyncio
from infrastructure.bootstrap.redis_sse import init_redis_sse
from infrastructure.bootstrap.sse import enqueue_sse_message
async def test():
    init_redis_sse()
    await enqueue_sse_message('test-session', {'type': 'test'})
    print('✅ Step 2 Redis 模式通过')
asyncio.run(test())
"

# 测试降级模式
USE_REDIS_SSE=false python3 -c "
import asyncio
from infrastructure.bootstrap.sse import enqueue_sse_message
async def test():
    await enqueue_sse_message('test-session', {'type': 'test'})
    print('✅ Step 2 降级模式通过')
asyncio.run(test())
"
