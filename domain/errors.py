"""Everything that can go wrong and that a caller should be able to tell apart.

    BatonError
    ├── InvalidInput            a field does not hold what it must
    │   └── FilesRefused        files to import hold what cannot be read
    ├── Unauthenticated         no proof, or no valid proof, of who is calling
    │   ├── TokenMissing
    │   ├── TokenInvalid
    │   ├── TokenExpired
    │   └── CredentialsWrong
    ├── LockedOut               too many failures; try again later
    ├── LookupsExhausted        too many wrong tries at orders; try again later
    ├── Forbidden               known, but without the authority
    │   ├── WrongSession
    │   ├── NotAssigned
    │   └── RoleRequired
    ├── NotFound
    │   ├── SessionNotFound
    │   ├── AgentNotFound
    │   ├── OrderNotFound
    │   ├── KnowledgeNotFound
    │   ├── FilesNotFound
    │   └── VersionNotFound
    ├── Conflict                the state does not allow it
    │   ├── TransitionForbidden
    │   ├── MessageForbidden
    │   ├── ClientMessageIdReused
    │   └── AgentExists
    ├── Contended               too many writers at once; the same call may succeed next time
    ├── Unavailable             the database, or a shop, does not answer
    │   └── PartlyUnavailable   some of several shops do not answer, and the others do not have it
    └── Misconfigured           a setting has a value that cannot work

Faces render them in one place (`products/web/problems.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class BatonError(Exception):
    """The root. `code` is stable and machine-readable; `extra` is what a caller may want to know besides."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class InvalidInput(BatonError):
    """`field` does not hold what it must; `problem` says what it must hold."""

    code = "invalid_input"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}", field=field)
        self.field = field
        self.problem = problem


class FilesRefused(InvalidInput):
    """What cannot be read in files to import: (file, line, problem), the line 0 where it is the file as a whole."""

    code = "files_refused"

    def __init__(self, problems: Sequence[tuple[str, int, str]]) -> None:
        file, line, problem = problems[0]
        super().__init__(file, f"line {line}: {problem}" if line else problem)
        self.problems = tuple(problems)
        self.extra["errors"] = [{"field": name, "line": number, "problem": said} for name, number, said in problems]


class Unauthenticated(BatonError):
    code = "unauthenticated"


class TokenMissing(Unauthenticated):
    code = "token_missing"

    def __init__(self) -> None:
        super().__init__("A token is needed: Authorization: Bearer …")


class TokenInvalid(Unauthenticated):
    code = "token_invalid"

    def __init__(self, detail: str = "The token is not valid here.") -> None:
        super().__init__(detail)


class TokenExpired(Unauthenticated):
    code = "token_expired"

    def __init__(self) -> None:
        super().__init__("The token has expired.")


class CredentialsWrong(Unauthenticated):
    code = "credentials_wrong"

    def __init__(self) -> None:
        super().__init__("The user name or the password is wrong.")


class LockedOut(BatonError):
    """Too many failures; `retry_after` is in seconds."""

    code = "locked_out"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many failed attempts; try again later.", retry_after=retry_after)
        self.retry_after = retry_after


class LookupsExhausted(BatonError):
    """Too many wrong pairs of order number and e-mail; `retry_after` is in seconds.

    Depends on the tries before alone, never on whether this pair is right.
    """

    code = "lookups_exhausted"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "Too many orders were looked up that could not be found; try again later, or ask for a person.",
            retry_after=retry_after,
        )
        self.retry_after = retry_after


class Forbidden(BatonError):
    code = "forbidden"


class WrongSession(Forbidden):
    code = "wrong_session"

    def __init__(self) -> None:
        super().__init__("This token opens another session.")


class NotAssigned(Forbidden):
    code = "not_assigned"

    def __init__(self, agent_name: str) -> None:
        super().__init__("Another agent serves this session.", agent_name=agent_name)


class RoleRequired(Forbidden):
    code = "role_required"

    def __init__(self, role: str) -> None:
        super().__init__(f"Only the role {role} may do this.", role=role)


class NotFound(BatonError):
    code = "not_found"


class SessionNotFound(NotFound):
    code = "session_not_found"

    def __init__(self, name: str) -> None:
        super().__init__("There is no such session.", session_name=name)


class AgentNotFound(NotFound):
    code = "agent_not_found"

    def __init__(self, agent_id: str) -> None:
        super().__init__("There is no such agent.", agent_id=agent_id)


class OrderNotFound(NotFound):
    """Also raised where the order exists but the e-mail is not its own: the two must look the same."""

    code = "order_not_found"

    def __init__(self) -> None:
        super().__init__("No order has this number and this e-mail address.")


class KnowledgeNotFound(NotFound):
    code = "knowledge_not_found"

    def __init__(self, entry_id: str) -> None:
        super().__init__("The knowledge base has no such entry (any more).", entry_id=entry_id)


class FilesNotFound(NotFound):
    """Imported files that are not (any more) there: each by its name, with the names that are like it."""

    code = "file_not_found"

    def __init__(self, missing: Mapping[str, Sequence[str]]) -> None:
        said = [
            f"There is no file {name} in the current version." + (f" Near names: {', '.join(near)}." if near else "")
            for name, near in missing.items()
        ]
        super().__init__(" ".join(said), names=list(missing))


class VersionNotFound(NotFound):
    code = "version_not_found"

    def __init__(self, number: int) -> None:
        super().__init__("The knowledge base has no such version.", version=number)


class Conflict(BatonError):
    code = "conflict"


class TransitionForbidden(Conflict):
    """The state machine has no such arrow."""

    code = "transition_forbidden"

    def __init__(self, *, status: str, action: str) -> None:
        super().__init__(f"A session that is {status} does not allow {action}.", status=status, action=action)
        self.status = status
        self.action = action


class MessageForbidden(Conflict):
    """The state does not let this role speak."""

    code = "message_forbidden"

    def __init__(self, *, status: str, role: str) -> None:
        super().__init__(f"In a session that is {status}, {role} does not speak here.", status=status, role=role)


class ClientMessageIdReused(Conflict):
    code = "client_message_id_reused"

    def __init__(self, client_message_id: str) -> None:
        super().__init__("This client_message_id was used for another message.", client_message_id=client_message_id)


class AgentExists(Conflict):
    code = "agent_exists"

    def __init__(self, username: str) -> None:
        super().__init__("An agent with this user name exists.", username=username)


class Contended(BatonError):
    code = "contended"

    def __init__(self) -> None:
        super().__init__("Too many changes to this session at once; try again.")


class Unavailable(BatonError):
    code = "unavailable"


class PartlyUnavailable(Unavailable):
    """A shop that may have it does not answer; those that do answer do not have it."""

    code = "partly_unavailable"


class Misconfigured(BatonError):
    code = "misconfigured"
