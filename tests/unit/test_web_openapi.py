"""The OpenAPI documents say what the services do: every call, what it takes, what it gives, how it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from infrastructure.bootstrap.settings import Settings
from products.agent_workbench.application import create_app as create_workbench
from products.ai_chatbot.application import create_app as create_chatbot

Json = dict[str, Any]

# What protocol.md promises, and nothing else.
CHATBOT = {
    "GET /api/health",
    "POST /api/sessions",
    "GET /api/sessions/{name}",
    "GET /api/sessions/{name}/events",
    "POST /api/sessions/{name}/ticket",
    "POST /api/chat",
    "POST /api/chat/stream",
    "POST /api/conversation/new",
    "POST /api/manual/escalate",
    "POST /api/manual/messages",
    "POST /api/manual/typing",
    "GET /api/orders/{number}",
    "GET /api/knowledge/{entry_id}",
}
WORKBENCH = {
    "GET /api/health",
    *(f"{call} /api/auth/{name}" for call, name in (("GET", "demo"), ("GET", "me"))),
    *(f"POST /api/auth/{name}" for name in ("login", "refresh", "logout")),
    "GET /api/agents",
    "GET /api/sessions",
    "GET /api/sessions/{name}",
    "GET /api/sessions/{name}/events",
    "GET /api/events",
    "POST /api/events/ticket",
    *(
        f"POST /api/sessions/{{name}}/{name}"
        for name in ("ticket", "takeover", "release", "close", "transfer", "messages", "notes", "typing")
    ),
    "GET /api/shopify/orders/global-search",
    *(f"GET /api/knowledge{rest}" for rest in ("", "/versions", "/versions/{number}/files", "/{entry_id}")),
    "DELETE /api/knowledge/files/{name}",
    *(f"POST /api/knowledge/{rest}" for rest in ("import", "test", "versions/{number}/activate")),
}
NEEDS_NO_TOKEN = {"GET /api/health", "POST /api/sessions", "GET /api/auth/demo"}


@pytest.fixture(params=["chatbot", "workbench"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> FastAPI:
    """Each application; nothing is opened."""
    create = create_chatbot if request.param == "chatbot" else create_workbench
    return create(Settings(database_url=f"sqlite:///{tmp_path}/unused.db", data_dir=tmp_path))


@pytest.fixture
def document(app: FastAPI) -> Json:
    """Its OpenAPI document."""
    return app.openapi()


def test_it_describes_exactly_what_the_protocol_promises(app: FastAPI, document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == app.title
    assert document["info"]["description"]
    assert set(_operations(document)) == (CHATBOT if "chatbot" in app.title else WORKBENCH)


def test_every_call_is_described(document: Json) -> None:
    ids = [operation["operationId"] for operation in _operations(document).values()]
    assert len(ids) == len(set(ids))
    for call, operation in _operations(document).items():
        assert operation["summary"], call
        assert operation["description"], call
        assert operation["tags"], call
        for parameter in operation.get("parameters", []):
            assert parameter["schema"], (call, parameter["name"])


def test_every_answer_has_a_schema(document: Json) -> None:
    for call, operation in _operations(document).items():
        for status, answer in operation["responses"].items():
            assert answer["description"], (call, status)
            if status == "204":
                assert "content" not in answer, call
                continue
            (content,) = answer["content"].items()
            media_type, described = content
            assert described["schema"], (call, status)
            if status.startswith("2"):
                streams = call.endswith(("/events", "/stream"))
                assert (media_type == "text/event-stream") == streams, call
            elif call != "GET /api/health":
                assert media_type == "application/problem+json", (call, status)
                assert described["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_call_says_how_it_fails(document: Json) -> None:
    for call, operation in _operations(document).items():
        statuses = set(operation["responses"])
        assert sum(status.startswith("2") for status in statuses) == 1, call
        assert ("401" in statuses) == (call not in NEEDS_NO_TOKEN), call
        if "requestBody" in operation:
            assert {"413", "422"} <= statuses, call
        if operation.get("parameters"):
            assert "422" in statuses, call


def test_every_reference_leads_somewhere(document: Json) -> None:
    schemas = document["components"]["schemas"]
    found = _references(document)
    assert "#/components/schemas/Problem" in found
    assert {reference.removeprefix("#/components/schemas/") for reference in found} == set(schemas)


def _operations(document: Json) -> dict[str, Json]:
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def _references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_references(item) for item in value))
    return set()
