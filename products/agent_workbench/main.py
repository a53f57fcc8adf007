"""The agent's side as a server runs it: `uvicorn products.agent_workbench.main:app --port 8002`."""

from __future__ import annotations

from products.agent_workbench.application import create_app
from products.web.application import settings_or_exit

app = create_app(settings_or_exit())
