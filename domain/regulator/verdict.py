"""What the regulator decides."""

from __future__ import annotations

from dataclasses import dataclass

from domain.session import EscalationReason, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person is to take over, and why. `rule` names the rule, `seq` the entry that it matched, `detail` what it
    matched there, in the customer's own words (at most `MAX_DETAIL_CHARACTERS`).
    """

    reason: EscalationReason
    severity: Severity
    rule: str
    detail: str
    seq: int


# Enough to recognize the sentence; the whole of it is in the conversation.
MAX_DETAIL_CHARACTERS = 200
