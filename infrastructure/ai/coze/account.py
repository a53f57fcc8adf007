"""What the shop's account at Coze is known by."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CozeAccount:
    """An OAuth app of the kind "service" at `api_base` (https://api.coze.com, or https://api.coze.cn), and the
    published workflow that answers. `private_key` is PEM; Coze knows its public half as `public_key_id`.
    """

    api_base: str
    workflow_id: str
    app_id: str
    client_id: str
    public_key_id: str
    private_key: str = field(repr=False)
