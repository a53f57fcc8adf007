"""The engine `coze`, as the settings want it. In a module of its own, which is only loaded where it is used."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Misconfigured
from domain.ports import Engine
from infrastructure.ai.coze import CozeAccount, CozeEngine, CozeTerms
from infrastructure.bootstrap.settings import Settings
from infrastructure.store.threads import SqlThreads


def build_coze_engine(settings: Settings, database: AsyncEngine) -> Engine:
    """The engine; connects to nobody yet. `Misconfigured` when a setting is missing, or the key is none."""
    needed = {
        "COZE_WORKFLOW_ID": settings.coze_workflow_id,
        "COZE_APP_ID": settings.coze_app_id,
        "COZE_OAUTH_CLIENT_ID": settings.coze_oauth_client_id,
        "COZE_OAUTH_PUBLIC_KEY_ID": settings.coze_oauth_public_key_id,
        "COZE_OAUTH_PRIVATE_KEY or COZE_OAUTH_PRIVATE_KEY_FILE": (
            settings.coze_oauth_private_key.get_secret_value() or settings.coze_oauth_private_key_file
        ),
    }
    if missing := [name for name, value in needed.items() if not value]:
        raise Misconfigured(f"The engine coze needs {', '.join(missing)}.")
    account = CozeAccount(
        api_base=settings.coze_api_base,
        workflow_id=settings.coze_workflow_id,
        app_id=settings.coze_app_id,
        client_id=settings.coze_oauth_client_id,
        public_key_id=settings.coze_oauth_public_key_id,
        private_key=_private_key(settings),
    )
    terms = CozeTerms(
        silence_seconds=settings.reply_stall_seconds,
        # Who waits for longer to be let in is taken for stalled.
        patience_seconds=min(settings.reply_stall_seconds, settings.reply_timeout_seconds),
    )
    return CozeEngine(account, SqlThreads(database), terms)


def _private_key(settings: Settings) -> str:
    """The key as PEM; `Misconfigured`, which does not show it, when it is none for RS256."""
    name, text = "COZE_OAUTH_PRIVATE_KEY", settings.coze_oauth_private_key.get_secret_value()
    if not text:
        path = settings.coze_oauth_private_key_file
        name = f"COZE_OAUTH_PRIVATE_KEY_FILE={path!r}"
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise Misconfigured(f"{name} cannot be read ({reason}).") from None
    # A variable is one line where a shell or a service file sets it: its line breaks come as \n.
    pem = text.replace("\\n", "\n")
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured(f"{name} holds no RSA private key in PEM without a password, as Coze hands it out.")
    return pem
