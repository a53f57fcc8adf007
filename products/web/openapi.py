"""The OpenAPI document, with problems where the framework would describe its own errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from products.web.problems import MEDIA_TYPE
from products.web.schemas import Problem

_MEANING = {
    401: "No token, or one that is not valid or has expired.",
    403: "Somebody else's session, or not this agent's to do.",
    404: "There is no such thing.",
    409: "The state does not allow it, or the `client_message_id` was used for another message.",
    413: "The body is too large.",
    422: "A field does not hold what it must; `field` names it.",
    429: "Too many failures; `Retry-After` says how long to wait.",
    503: "The database does not answer; try again.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANING[status], "content": content} for status in statuses}


def event_stream(description: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` entry of a route that streams events."""
    example = (
        'id: 42\ndata: {"type":"manual_message","payload":{"role":"agent","content":"Hello","epoch":3},'
        '"timestamp":1763605000.123,"source":"agent_workbench","session_name":"s1","seq":42}\n\n'
    )
    schema = {"schema": {"type": "string"}, "example": example}
    return {200: {"description": description, "content": {"text/event-stream": schema}}}


def install(app: FastAPI) -> None:
    """Describe this application's problems once, and its validation errors as problems too."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            components["Problem"] = Problem.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                components.pop(name, None)
            for path in schema["paths"].values():
                for operation in path.values():
                    if "422" in operation["responses"]:
                        operation["responses"]["422"] = problems(422)[422]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]
