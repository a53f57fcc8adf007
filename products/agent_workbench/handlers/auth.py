"""Signing in and out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from domain.errors import TokenMissing
from infrastructure.bootstrap.runtime import Runtime
from products.agent_workbench.dependencies import ACCESS_COOKIE, REFRESH_COOKIE, AgentHere
from products.agent_workbench.schemas import AccountOut, DemoOut, LoginIn, RefreshIn, SignedInOut
from products.web.authority import set_cookie
from products.web.dependencies import RuntimeHere
from products.web.openapi import problems
from services.accounts import SignedIn, refresh, sign_in, sign_out
from services.demo import DEMO_AGENTS

router = APIRouter(prefix="/api/auth", tags=["auth"])

_ACCESS_PATH = "/api"
_REFRESH_PATH = "/api/auth"
_DAY = 24 * 60 * 60


@router.get("/demo", response_model=DemoOut)
async def demo(runtime: RuntimeHere) -> dict[str, Any]:
    """What the sign-in page shows in demo mode."""
    agents = DEMO_AGENTS if runtime.settings.demo else ()
    return {
        "demo": runtime.settings.demo,
        "agents": [
            {"username": agent.username, "password": agent.password, "name": agent.name, "role": agent.role}
            for agent in agents
        ],
    }


@router.post("/login", response_model=SignedInOut, responses=problems(401, 413, 422, 429, 503))
async def login(body: LoginIn, response: Response, runtime: RuntimeHere) -> dict[str, Any]:
    """Sign in. Five failures in a row lock the account for fifteen minutes."""
    signed_in = await sign_in(
        runtime.directory, runtime.passwords, runtime.tokens, username=body.username, password=body.password
    )
    return _handed_out(runtime, response, signed_in)


@router.post("/refresh", response_model=SignedInOut, responses=problems(401, 413, 422, 503))
async def refresh_(
    request: Request, response: Response, runtime: RuntimeHere, body: RefreshIn | None = None
) -> dict[str, Any]:
    """A new access token and a new refresh token for a refresh token, which works once."""
    token = (body.refresh_token if body else None) or request.cookies.get(REFRESH_COOKIE)
    if token is None:
        raise TokenMissing
    return _handed_out(runtime, response, await refresh(runtime.directory, runtime.tokens, token=token))


@router.post("/logout", status_code=204, responses=problems(401, 503))
async def logout(response: Response, agent: AgentHere, runtime: RuntimeHere) -> None:
    """Sign out everywhere."""
    await sign_out(runtime.directory, agent.id)
    response.delete_cookie(ACCESS_COOKIE, path=_ACCESS_PATH)
    response.delete_cookie(REFRESH_COOKIE, path=_REFRESH_PATH)


@router.get("/me", response_model=AccountOut, responses=problems(401))
async def me(agent: AgentHere) -> dict[str, Any]:
    """Whom the access token names."""
    return {"id": agent.id, "username": agent.username, "name": agent.name, "role": agent.role}


def _handed_out(runtime: Runtime, response: Response, signed_in: SignedIn) -> dict[str, Any]:
    settings = runtime.settings
    set_cookie(
        response,
        runtime,
        ACCESS_COOKIE,
        signed_in.access,
        path=_ACCESS_PATH,
        seconds=settings.access_token_minutes * 60,
    )
    set_cookie(
        response,
        runtime,
        REFRESH_COOKIE,
        signed_in.refresh,
        path=_REFRESH_PATH,
        seconds=settings.refresh_token_days * _DAY,
    )
    agent = signed_in.agent
    return {
        "access_token": signed_in.access.token,
        "expires_at": signed_in.access.expires_at,
        "refresh_token": signed_in.refresh.token,
        "agent": {"id": agent.id, "username": agent.username, "name": agent.name, "role": agent.role},
    }
