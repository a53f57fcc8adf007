"""A product's built pages."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Built files carry a hash of their content in their name; everything else is asked for anew each time.
_IMMUTABLE = "public, max-age=31536000, immutable"
_FRESH = "no-cache"


def serve_frontend(app: FastAPI, folder: Path, *, content_security_policy: str) -> None:
    """Serve the pages in `folder` at `/`; where they are not built, a page that says how."""
    if not (folder / "index.html").is_file():

        @app.get("/", include_in_schema=False)
        async def not_built() -> Response:
            return HTMLResponse("<p>The pages are not built yet: run <code>make build</code>.</p>", status_code=503)

        return
    app.mount("/", _Pages(folder, content_security_policy), name="frontend")


class _Pages(StaticFiles):
    def __init__(self, folder: Path, content_security_policy: str) -> None:
        super().__init__(directory=folder, html=True)
        self._policy = content_security_policy

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _IMMUTABLE if path.startswith("assets/") else _FRESH
        response.headers["Content-Security-Policy"] = self._policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response
