"""One line for every transition and every message to or from a person (spec/4, P0-6); never what was said."""

from __future__ import annotations

from typing import Any

import structlog

from domain.entry import Entry, EntryType, Role
from domain.session import Action, Session

log = structlog.get_logger("baton.desk")

# The names that the spec gives to these events; the others follow them.
_TRANSITIONS = {
    Action.ESCALATE: "manual_escalate",
    Action.TAKEOVER: "manual_takeover",
    Action.RELEASE: "manual_release",
    Action.CLOSE: "session_close",
    Action.REOPEN: "session_reopen",
}


def log_entry(entry: Entry, session: Session) -> None:
    """Log an entry that was kept, if it is one that is logged."""
    fields: dict[str, Any] = {"session_name": entry.session_name, "seq": entry.seq, "epoch": entry.epoch}
    if entry.author is not None:
        fields["agent_id"] = entry.author.id
    if entry.type is EntryType.STATUS_CHANGE:
        name = _TRANSITIONS[Action(entry.data["action"])]
        fields |= {"status": entry.data["status"], "previous": entry.data["previous"]}
        if "reason" in entry.data and session.escalation is not None:
            fields |= {"reason": entry.data["reason"], "severity": session.escalation.severity.value}
            fields |= {"rule": session.escalation.rule, "matched_seq": session.escalation.seq}
    elif entry.type is EntryType.ASSIGNMENT:
        name = "manual_assignment"
        fields |= {"to_agent_id": entry.data["to_agent_id"], "status": session.status.value}
    elif entry.type is EntryType.MANUAL_MESSAGE or entry.role is Role.AGENT:
        name = "manual_message" if entry.type is EntryType.MANUAL_MESSAGE else "note"
        fields |= {"role": entry.role.value, "status": session.status.value}
    else:
        return
    log.info(name, **fields)
