python3 -c "
from products.ai_chatbot.handlers.manual import router
import inspect
# 检查导入了 enqueue_sse_message
from products.ai_chatbot.handlers import manual
assert hasattr(manual, 'enqueue_sse_message') or 'enqueue_sse_message' in dir(manual)
print('✅ Step 6 模块改造成功')
"
