"""What can be set from outside: environment variables, and a `.env` file in the working directory."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import Misconfigured

# RFC 7518, 3.2: a key for HS256 has at least 256 bits.
MIN_SECRET_CHARACTERS = 32

# 256 bits of randomness; 43 characters.
_SECRET_BYTES = 32

_REDIS_SCHEMES = ("redis", "rediss", "unix")
_SQLITE_SCHEMES = ("sqlite", "sqlite+aiosqlite")
_POSTGRESQL_SCHEMES = ("postgresql", "postgresql+asyncpg")

_Port = Annotated[int, Field(ge=0, le=65535)]
# Below 10 ms a loop does nothing but sweep; above a minute nobody would call it a safety net.
_SweepSeconds = Annotated[float, Field(ge=0.01, le=60)]
_WaitSeconds = Annotated[float, Field(gt=0, le=300)]


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
    reply_timeout_seconds: _WaitSeconds = Field(30, description="How long the AI may take for an answer.")
    reply_lease_seconds: _WaitSeconds = Field(
        10,
        description="How long the right to answer as the AI lasts unless it is renewed: so long after a crash another "
        "process takes the answer over.",
    )
    ai_engine: Literal["builtin"] = Field(
        "builtin", description="Which AI answers. builtin: answers from the shop's knowledge base, needs no key."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", description="The least level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
    log_format: Literal["auto", "json", "pretty"] = Field(
        "auto", description="json: a line of JSON for each event; pretty: for people; auto: pretty on a terminal only."
    )

    def signing_secret(self) -> SecretStr:
        """The secret that signs tokens: `secret_key`, or else the one kept in `data_dir`, made now if there is none.

        Processes that ask at the same time get the same one. `Misconfigured` when it can be neither read nor kept.
        """
        if self.secret_key.get_secret_value():
            return self.secret_key
        path = self.data_dir / "secret_key"
        try:
            return SecretStr(_kept_secret(path))
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

    @field_validator("log_format", "ai_engine", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"at least {MIN_SECRET_CHARACTERS} characters, or nothing")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        allowed = "redis://[user:password@]host[:port][/number], or the same with rediss:// or unix://path"
        scheme, port_is_sound = _anatomy(value)
        number = urlsplit(value).path.strip("/") if port_is_sound and scheme != "unix" else ""
        if scheme not in _REDIS_SCHEMES or not port_is_sound or not (number == "" or number.isdecimal()):
            raise ValueError(allowed)
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        scheme, port_is_sound = _anatomy(value)
        is_sqlite = scheme in _SQLITE_SCHEMES and re.match(r"[^:]+:///[^?]", value) is not None
        if not is_sqlite and not (scheme in _POSTGRESQL_SCHEMES and port_is_sound):
            raise ValueError("sqlite:///path/to/file or postgresql://user:password@host[:port]/name")
        return value

    @field_validator("public_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(_origin(part.strip()) for part in value.split(",") if part.strip())


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


def redacted_url(url: str) -> str:
    """`url` for people to read: whatever could be a password, or stand for one in a malformed URL, is `***`."""
    before, at, after = url.rpartition("@")
    if at:
        # Up to the last @, as a password that is not escaped may hold one, or a slash. What stands alone before it
        # is taken for a password that lacks its user.
        separated = "://" in before
        scheme, user_info = before.split("://", 1) if separated else ("", before)
        user, colon, _ = user_info.partition(":")
        shown = f"{scheme}{'://' if separated else ''}{user if colon else ''}{colon}***@{after}"
    else:
        # A colon that no port follows: a password whose @ was forgotten.
        shown = re.sub(r"^([^:]*://(?:\[[^\]]*\]|[^:/?#\[]*)):(?!\d{1,5}(?:[/?#]|$)).*", r"\1:***", url)
    return re.sub(r"(?i)([?&][^=&#]*(?:pass|pwd|secret|token|key)[^=&#]*=)[^&#]*", r"\1***", shown)


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


def _anatomy(url: str) -> tuple[str, bool]:
    """The scheme of a URL, and whether its port is a number that a port can be (or left out)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "", False
    return parts.scheme if "://" in url else "", True


# A scheme's own port is not part of an origin: a browser leaves it out.
_OWN_PORTS = {"http": 80, "https": 443}


def _origin(text: str) -> str:
    """An origin as a browser writes it."""
    allowed = "origins separated by commas, each http:// or https:// and a host, without a path"
    scheme, port_is_sound = _anatomy(text)
    if scheme not in _OWN_PORTS or not port_is_sound:
        raise ValueError(allowed)
    parts = urlsplit(text)
    host = parts.netloc.lower()
    if not re.fullmatch(r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?", host) or parts.path not in ("", "/"):
        raise ValueError(allowed)
    if parts.query or parts.fragment:
        raise ValueError(allowed)
    return f"{scheme}://{host.removesuffix(f':{_OWN_PORTS[scheme]}')}"


def _kept_secret(path: Path) -> str:
    """The secret in the file, which is made if it is missing. Whoever makes it first decides, for all processes."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_new_secret(path)
    secret = path.read_text("utf-8").strip()
    if len(secret) < MIN_SECRET_CHARACTERS:
        raise Misconfigured(
            f"The secret in {str(path)!r} has less than {MIN_SECRET_CHARACTERS} characters: remove the file to have a "
            "new one made (everybody has to sign in again), or set SECRET_KEY."
        )
    return secret


def _keep_new_secret(path: Path) -> None:
    # Written aside and then linked: the name appears at once with all of its content, and only if nobody has it yet.
    # A process that dies in between leaves no half of a secret behind.
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(aside)
    except FileExistsError:
        # Another process was faster; its secret is the one.
        pass
    finally:
        aside.unlink()
