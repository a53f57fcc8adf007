"""What can be set from outside: environment variables, and a `.env` file in the working directory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import Misconfigured
from infrastructure.bootstrap.secret_file import MIN_SECRET_CHARACTERS, kept_secret
from infrastructure.bootstrap.urls import OWN_PORTS, anatomy, origin, redacted_url
from infrastructure.orders.shopify.shops import parse_shops

_REDIS_SCHEMES = ("redis", "rediss", "unix")
_SQLITE_SCHEMES = ("sqlite", "sqlite+aiosqlite")
_POSTGRESQL_SCHEMES = ("postgresql", "postgresql+asyncpg")

_Port = Annotated[int, Field(ge=0, le=65535)]
# Below 10 ms a loop does nothing but sweep; above a minute nobody would call it a safety net.
_SweepSeconds = Annotated[float, Field(ge=0.01, le=60)]
_WaitSeconds = Annotated[float, Field(gt=0, le=300)]

# One name for each case of `infrastructure/bootstrap/engines.py`.
EngineName = Literal["builtin", "openai", "coze"]

KnowledgeSource = Literal["auto", "demo", "database"]


class Settings(BaseSettings):
    """Every setting. The variable of a field is its name in capitals; one that is set but empty counts as not set.

    Durations are in the unit that the name ends with.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        # A `.env` may serve other programs too.
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        validate_default=True,
    )

    use_redis_sse: bool = Field(
        True,
        description="Carry events between processes over Redis. Without it processes learn of each other's events from "
        "the database alone, which is slower; enough when everything runs in one process.",
    )
    redis_url: str = Field(
        "redis://localhost:6379/0",
        repr=False,
        description="Where Redis is: redis://[user:password@]host[:port][/number], rediss:// for TLS, unix:// for a "
        "socket.",
    )
    database_url: str = Field(
        "sqlite:///./data/baton.db",
        repr=False,
        description="Where the database is: sqlite:///path/to/file (three slashes for a relative path, four for an "
        "absolute one) or postgresql://user:password@host[:port]/name.",
    )
    sqlite_full_sync: bool = Field(
        False,
        description="With SQLite, wait at every commit until the disk has it. Off, a killed process loses nothing, but "
        "a power cut may lose the last instant; on, it loses nothing either, and writes take longer.",
    )
    auto_migrate: bool = Field(
        True,
        description="Bring the database's tables up to date at the start. Off, the start fails when they are not.",
    )
    demo: bool = Field(
        False,
        description="Demo mode: accounts with published passwords and sample data. Never with customers' data.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="The secret that signs tokens, at least 32 characters; the same for all processes. Empty: a random "
        "one is made once and kept in the file secret_key in DATA_DIR.",
    )
    data_dir: Path = Field(
        Path("./data"),
        description="The folder for what the processes of one machine keep; made when it is missing.",
    )
    chatbot_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="The address on which the customer's side listens. 127.0.0.1: this machine only, as behind a "
        "proxy; 0.0.0.0: all of its addresses, as inside a container.",
    )
    chatbot_port: _Port = Field(8000, description="The port of the customer's side; 0 for any that is free.")
    workbench_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="The address on which the agent's side listens, as above.",
    )
    workbench_port: _Port = Field(8002, description="The port of the agent's side; 0 for any that is free.")
    public_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="The origins of the pages that hold the chat widget, separated by commas, such as "
        "https://shop.example,https://www.shop.example. Pages of other origins cannot call the customer's side.",
    )
    cookie_secure: bool = Field(
        False,
        description="Send cookies over HTTPS only. Turn it on wherever the public address is https.",
    )
    customer_token_days: int = Field(30, ge=1, le=3650, description="How long a customer can return to a session.")
    access_token_minutes: int = Field(15, ge=1, le=1440, description="How long an agent's access token is good for.")
    refresh_token_days: int = Field(
        14, ge=1, le=365, description="How long an agent stays signed in without using the workbench."
    )
    stream_ticket_seconds: int = Field(
        30, ge=1, le=300, description="How long the ticket in the URL of an event stream is good for."
    )
    heartbeat_seconds: float = Field(
        15, gt=0, le=30, description="After how much silence an event stream sends a heartbeat."
    )
    mailbox_size: int = Field(
        256,
        ge=1,
        le=100_000,
        description="How many events wait for a slow reader of a stream before it catches up from the database "
        "instead.",
    )
    sweep_seconds: _SweepSeconds = Field(
        5, description="How often to look in the database for what no announcement brought, while Redis is healthy."
    )
    degraded_sweep_seconds: _SweepSeconds = Field(
        0.25, description="How often to look in the database while Redis is not healthy."
    )
    reply_timeout_seconds: _WaitSeconds = Field(
        30, description="How long an AI may take for an answer before another one is asked."
    )
    reply_stall_seconds: _WaitSeconds = Field(
        10, description="How long an AI may be silent in the middle of its work before another one is asked."
    )
    reply_lease_seconds: _WaitSeconds = Field(
        10,
        description="How long the right to answer as the AI lasts unless it is renewed: so long after a crash another "
        "process takes the answer over.",
    )
    ai_engine: EngineName = Field(
        "builtin",
        description="Which AI answers. builtin: answers from the shop's knowledge base, needs no key. openai: a model "
        "behind any endpoint that speaks OpenAI's protocol, see OPENAI_…. coze: a workflow at Coze, see COZE_….",
    )
    ai_fallback: Annotated[tuple[EngineName, ...], NoDecode] = Field(
        ("builtin",),
        description="Which AIs answer when AI_ENGINE fails or stalls, in this order, separated by commas; none: "
        "nobody, the customer is then offered a person at once.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", description="The least level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
    log_format: Literal["auto", "json", "pretty"] = Field(
        "auto", description="json: a line of JSON for each event; pretty: for people; auto: pretty on a terminal only."
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""),
        description="The key for the endpoint; needed when AI_ENGINE or AI_FALLBACK names openai. For an endpoint that "
        "asks for none any word does.",
    )
    openai_base_url: str = Field(
        "https://api.openai.com/v1",
        repr=False,
        description="The endpoint: the part of its address before /chat/completions. Customers' messages are sent "
        "there.",
    )
    openai_model: str = Field("", description="The model's name at the endpoint; needed like the key.")
    openai_prompt_version: str = Field(
        "newest", description="The version of the prompt for answers (infrastructure/ai/openai/prompts): newest, v1, …"
    )
    openai_summary_prompt_version: str = Field("newest", description="The same of the prompt for summaries.")
    openai_max_output_tokens: int = Field(
        1000, ge=50, le=100_000, description="How many tokens one call may produce; models that think count that too."
    )
    openai_token_limit_field: Literal["max_completion_tokens", "max_tokens"] = Field(
        "max_completion_tokens",
        description="What the endpoint calls that bound: max_completion_tokens, or max_tokens for most others than "
        "OpenAI's own.",
    )
    openai_connect_seconds: _WaitSeconds = Field(5, description="How long connecting to the endpoint may take.")
    openai_chunk_seconds: _WaitSeconds = Field(
        10, description="How long the endpoint may be silent before and within a stream."
    )
    openai_input_price: float = Field(
        0, ge=0, description="What a million tokens of input cost, in US dollars, for evaluations; 0: unknown."
    )
    openai_output_price: float = Field(0, ge=0, description="The same of output.")
    coze_api_base: str = Field(
        "https://api.coze.com",
        description="Coze's API: https://api.coze.com or https://api.coze.cn. Customers' messages are sent there.",
    )
    coze_workflow_id: str = Field(
        "",
        description="The published workflow (a chatflow) that answers; needed, like those below, when AI_ENGINE or "
        "AI_FALLBACK names coze.",
    )
    coze_app_id: str = Field("", description="The app at Coze that the workflow belongs to.")
    coze_oauth_client_id: str = Field("", description="The client id of an OAuth app at Coze, of the kind service.")
    coze_oauth_public_key_id: str = Field("", description="What Coze calls the public key of that app.")
    coze_oauth_private_key: SecretStr = Field(
        SecretStr(""), description="The private key of that app, as PEM; its line breaks may be written as \\n."
    )
    coze_oauth_private_key_file: str = Field("", description="Or the file that holds it.")

    orders: Literal["demo", "shopify"] = Field(
        "demo", description="Whose orders and products are looked up. demo: made-up ones; shopify: see SHOPIFY_SHOPS."
    )
    shopify_shops: SecretStr = Field(
        SecretStr(""),
        description="The shops, separated by commas, each prefix=shop.myshopify.com:token, such as "
        "UK=uk-shop.myshopify.com:shpat_…,DE=de-shop.myshopify.com:shpat_…: a number that begins with a prefix is "
        "looked up in that shop, any other in all of them; a shop whose numbers have none goes without prefix=. The "
        "token is an Admin API access token with read_orders, read_customers and read_products.",
    )
    shopify_api_version: str = Field(
        "2026-10", description="The version of Shopify's Admin API; each is supported for a year at least."
    )
    shopify_timeout_seconds: _WaitSeconds = Field(
        6, description="How long a shop may take for an answer, all retries and waits for its limits included."
    )
    shopify_cache_seconds: _WaitSeconds = Field(60, description="How long a shop's answer is good for.")
    tracking: Literal["none", "demo", "17track"] = Field(
        "demo",
        description="Who says where parcels are. none: nobody; demo: made up for the demo shop's parcels; 17track: see "
        "TRACKING_API_KEY.",
    )
    tracking_api_key: SecretStr = Field(
        SecretStr(""),
        description="The key of the account at 17TRACK, which pays once for each number that is asked for.",
    )
    tracking_api_base: str = Field("https://api.17track.net/track/v2.4", description="Where 17TRACK's API is.")
    tracking_cache_seconds: float = Field(
        600, ge=1, le=86400, description="How long what is known of a parcel is good for."
    )
    order_session_tries: int = Field(
        5, ge=1, le=1000, description="How many wrong pairs of order number and e-mail a customer's session may try."
    )
    order_session_tries_minutes: int = Field(15, ge=1, le=1440, description="Within how long, from the first on.")
    order_tries: int = Field(
        10,
        ge=1,
        le=10000,
        description="How many wrong pairs may be tried with one order number, or with one e-mail, in all sessions "
        "together. Once a number's are gone each session has one try more there, as many again in all within "
        "ORDER_SESSION_TRIES_MINUTES.",
    )
    order_tries_minutes: int = Field(60, ge=1, le=1440, description="Within how long, from the first on.")

    knowledge_source: KnowledgeSource = Field(
        "auto",
        description="What the AI answers from. database: what was imported (baton knowledge import); demo: the demo "
        "shop's entries; auto: what was imported, and with ORDERS=demo the demo shop's entries while nothing was.",
    )
    knowledge_poll_seconds: Annotated[float, Field(ge=0.1, le=300)] = Field(
        3,
        description="How often each process looks for another version of the knowledge; Redis, if used, tells it at "
        "once.",
    )
    builtin_word_seconds: float = Field(
        0.015, ge=0, le=1, description="How long the engine builtin pauses between words, so that it reads as typing."
    )
    regulator_rules: str = Field(
        "",
        description="The file with the rules when a person takes over (docs/regulator.md), read again when it changes. "
        "Empty: regulator.toml in DATA_DIR if it is there, else the rules that come with Baton.",
    )

    def signing_secret(self) -> SecretStr:
        """The secret that signs tokens: `secret_key`, or else the one kept in `data_dir`, made now if there is none.

        Processes that ask at the same time get the same one. `Misconfigured` when it can be neither read nor kept.
        """
        if self.secret_key.get_secret_value():
            return self.secret_key
        path = self.data_dir / "secret_key"
        try:
            return SecretStr(kept_secret(path))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise Misconfigured(
                f"SECRET_KEY is not set, and no secret can be kept in {str(path)!r} ({reason}): set SECRET_KEY to at "
                f"least {MIN_SECRET_CHARACTERS} random characters, or DATA_DIR to a folder that can be written."
            ) from error

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("log_format", "knowledge_source", "ai_engine", "orders", "tracking", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("ai_fallback", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        named = tuple(name for part in value.lower().split(",") if (name := part.strip()))
        if named == ("none",):
            return ()
        if not set(named) <= set(get_args(EngineName)):
            raise ValueError(f"of {', '.join(get_args(EngineName))}, separated by commas; or none")
        return named

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"at least {MIN_SECRET_CHARACTERS} characters, or nothing")
        return value

    @field_validator("shopify_shops")
    @classmethod
    def _shops(cls, value: SecretStr) -> SecretStr:
        parse_shops(value.get_secret_value())
        return value

    @field_validator("shopify_api_version")
    @classmethod
    def _api_version(cls, value: str) -> str:
        if re.fullmatch(r"\d{4}-(?:01|04|07|10)", value) is None:
            raise ValueError("a version such as 2026-10")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        allowed = "redis://[user:password@]host[:port][/number], or the same with rediss:// or unix://path"
        scheme, port_is_sound = anatomy(value)
        number = urlsplit(value).path.strip("/") if port_is_sound and scheme != "unix" else ""
        if scheme not in _REDIS_SCHEMES or not port_is_sound or not (number == "" or number.isdecimal()):
            raise ValueError(allowed)
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        scheme, port_is_sound = anatomy(value)
        is_sqlite = scheme in _SQLITE_SCHEMES and re.match(r"[^:]+:///[^?]", value) is not None
        if not is_sqlite and not (scheme in _POSTGRESQL_SCHEMES and port_is_sound):
            raise ValueError("sqlite:///path/to/file or postgresql://user:password@host[:port]/name")
        return value

    @field_validator("openai_base_url", "tracking_api_base")
    @classmethod
    def _endpoint(cls, value: str) -> str:
        scheme, port_is_sound = anatomy(value)
        if scheme not in OWN_PORTS or not port_is_sound or not urlsplit(value).hostname:
            raise ValueError("http:// or https://, a host, and perhaps a path such as /v1")
        return value

    @field_validator("coze_api_base")
    @classmethod
    def _server(cls, value: str) -> str:
        scheme, port_is_sound = anatomy(value)
        parts = urlsplit(value) if port_is_sound else None
        if parts is None or scheme not in OWN_PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("http:// or https:// and a host, such as https://api.coze.cn")
        return value.rstrip("/")

    @field_validator("openai_prompt_version", "openai_summary_prompt_version")
    @classmethod
    def _version(cls, value: str) -> str:
        if re.fullmatch(r"newest|v[1-9]\d{0,3}", value) is None:
            raise ValueError("newest, or a version such as v1")
        return value

    @field_validator("public_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(origin(part.strip()) for part in value.split(",") if part.strip())


def load_settings() -> Settings:
    """The settings as the environment and `.env` say; `Misconfigured`, in one line, when one has an impossible value.

    The line names the variable, its value (never that of a secret, never a password within a URL) and what is allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        complaints = [_complaint(str(details["loc"][0]), details) for details in error.errors(include_url=False)]
    except (OSError, UnicodeDecodeError) as error:
        complaints = [f"The file .env cannot be read: {type(error).__name__}. It must be text in UTF-8."]
    # Outside of the handlers, so that no traceback shows the values.
    raise Misconfigured(" ".join(complaints))


def _complaint(name: str, details: Mapping[str, Any]) -> str:
    """What is wrong with one setting, as one line."""
    field = Settings.model_fields[name]
    allowed = str(details["ctx"]["error"]) if details["type"] == "value_error" else _allowed(field)
    if field.annotation is SecretStr:
        return f"{name.upper()} has a value that cannot work (not shown); allowed: {allowed}."
    # As a literal, so that a line break within the value does not break the line.
    return f"{name.upper()}={redacted_url(str(details['input']))!r} cannot work; allowed: {allowed}."


def _allowed(field: FieldInfo) -> str:
    if field.annotation is bool:
        return "true or false"
    choices = getattr(field.annotation, "__args__", None)
    if choices and field.annotation is not None and all(isinstance(choice, str) for choice in choices):
        return ", ".join(choices)
    if field.annotation is int:
        return " ".join(["a whole number", *_bounds(field)])
    if field.annotation is float:
        return " ".join(["a number", *_bounds(field)])
    return "a text that is not empty"


def _bounds(field: FieldInfo) -> list[str]:
    bounds: list[str] = []
    for bound in field.metadata:
        if isinstance(bound, Gt):
            bounds.append(f"above {bound.gt}")
        elif isinstance(bound, Ge):
            bounds.append(f"from {bound.ge}")
        elif isinstance(bound, Le):
            bounds.append(f"up to {bound.le}")
    return bounds
