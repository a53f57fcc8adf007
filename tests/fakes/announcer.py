"""The port `Announcer`, which remembers what it was told."""

from __future__ import annotations

from domain.event import Event, EventType


class RecordingAnnouncer:
    """Remembers each target and event, in order."""

    def __init__(self) -> None:
        self.announced: list[tuple[str, Event]] = []

    def announce(self, target: str, event: Event) -> None:
        self.announced.append((target, event))

    def told(self, target: str) -> list[Event]:
        """What the listeners of `target` were told."""
        return [event for told, event in self.announced if told == target]

    def types(self, target: str) -> list[EventType]:
        """The types of what the listeners of `target` were told."""
        return [event.type for event in self.told(target)]
