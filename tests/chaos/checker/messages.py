"""Whether what was acknowledged is there, once, as it was acknowledged; and what was refused is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.chaos.checker.findings import Finding, Kind
from tests.chaos.histories import Record

Rows = Mapping[str, Sequence[Record]]


class Kept:
    """The timelines, by what each message said and by what it was called."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._by_identity: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._by_text: dict[str, list[Record]] = defaultdict(list)
        self._by_seq: dict[tuple[str, int], Record] = {}
        for name, entries in rows.items():
            for entry in entries:
                self._by_seq[name, entry["seq"]] = entry
                if entry["client_message_id"]:
                    self._by_identity[name, entry["client_message_id"]].append(entry)
                if entry["role"] in ("user", "agent"):
                    self._by_text[entry["content"]].append(entry)

    def check(self, who: str, records: Sequence[Record]) -> Iterator[Finding]:
        """One person's messages and actions against the timelines."""
        for record in records:
            if record["what"] == "acked":
                yield from self._acked(who, record)
            elif record["what"] == "refused":
                yield from self._refused(who, record)
            elif record["what"] == "gave_up" and "id" in record:
                yield from self._at_most_once(who, record)
            elif record["what"] == "acted":
                yield from self._acted(who, record)

    def _acked(self, who: str, record: Record) -> Iterator[Finding]:
        session, entry = record["session"], record["entry"]
        found = self._by_identity[session, record["id"]]
        if not found:
            yield Finding(Kind.LOST, session, who, f"{record['id']} was acknowledged as seq {entry['seq']}")
            return
        kept = found[0]
        if kept["seq"] != entry["seq"] or kept["content"] != record["text"]:
            yield Finding(
                Kind.WRONG_VIEW,
                session,
                who,
                f"{record['id']} was acknowledged as {entry['seq']}, kept as {kept['seq']}",
            )
        yield from self._at_most_once(who, record)

    def _at_most_once(self, who: str, record: Record) -> Iterator[Finding]:
        # The text is unique to the message, so a second copy under another name is found too.
        times = len(self._by_text[record["text"]])
        if times > 1:
            yield Finding(Kind.DOUBLED, record["session"], who, f"{record['id']} stands there {times} times")

    def _refused(self, who: str, record: Record) -> Iterator[Finding]:
        if self._by_identity[record["session"], record["id"]]:
            detail = f"{record['id']} was refused ({record['status']} {record['code']}) and is there all the same"
            yield Finding(Kind.WRONG_VIEW, record["session"], who, detail)

    def _acted(self, who: str, record: Record) -> Iterator[Finding]:
        for entry in record["entries"]:
            kept = self._by_seq.get((record["session"], entry["seq"]))
            if kept is None or kept["type"] != entry["type"] or kept["epoch"] != entry["payload"]["epoch"]:
                detail = f"{record['op']} was acknowledged as seq {entry['seq']} ({entry['type']})"
                yield Finding(Kind.LOST, record["session"], who, detail)
