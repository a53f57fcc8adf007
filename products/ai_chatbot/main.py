"""The customer's side as a server runs it: `uvicorn products.ai_chatbot.main:app --port 8000`."""

from __future__ import annotations

from products.ai_chatbot.application import create_app
from products.web.application import settings_or_exit

app = create_app(settings_or_exit())
