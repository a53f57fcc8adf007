"""URLs in settings: what they are made of, and how they are shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


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


def anatomy(url: str) -> tuple[str, bool]:
    """The scheme of a URL, and whether its port is a number that a port can be (or left out)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "", False
    return parts.scheme if "://" in url else "", True


# A scheme's own port is not part of an origin: a browser leaves it out.
OWN_PORTS = {"http": 80, "https": 443}


def origin(text: str) -> str:
    """An origin as a browser writes it."""
    allowed = "origins separated by commas, each http:// or https:// and a host, without a path"
    scheme, port_is_sound = anatomy(text)
    if scheme not in OWN_PORTS or not port_is_sound:
        raise ValueError(allowed)
    parts = urlsplit(text)
    host = parts.netloc.lower()
    if not re.fullmatch(r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?", host) or parts.path not in ("", "/"):
        raise ValueError(allowed)
    if parts.query or parts.fragment:
        raise ValueError(allowed)
    return f"{scheme}://{host.removesuffix(f':{OWN_PORTS[scheme]}')}"
