"""The port `Tracking` over 17TRACK's Tracking API (asset.17track.net/api/document/v2.4_en).

A number is registered once, which the account pays for; 17TRACK then asks its carrier in the background. So of a parcel
that nobody asked for before, something is known at a later look.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import httpx2
import structlog
from cachetools import TLRUCache

from domain.errors import Unavailable
from domain.tracking import Parcel, TrackingInfo, TrackingStatus

log = structlog.get_logger("baton.tracking")

API_BASE = "https://api.17track.net/track/v2.4"
# A page for people.
_PAGE = "https://t.17track.net/en#nums="

# What the API allows: numbers in a call, and calls (three a second).
_AT_ONCE = 40
_CALL_SECONDS = 1 / 3

# A carrier's news come every few hours; these are some kilobytes.
_REMEMBERED = 4096
# What was registered just now is known in a minute or several.
_NOTHING_SECONDS = 60.0
# After a failure nobody is made to wait for the next one for so long.
_REST_SECONDS = 10.0

_NOT_REGISTERED = -18019902
# What was registered by somebody else meanwhile is registered.
_REGISTERED_ALREADY = -18019901
_NOTHING_YET = -18019909


class SeventeenTrack:
    """Asks 17TRACK with the account's `key`. What it says of a parcel is remembered for `cache_seconds`, that it says
    nothing for a minute. It is not asked again and again while it fails: the next look is the retry.
    """

    def __init__(
        self,
        key: str,
        *,
        api_base: str = API_BASE,
        timeout_seconds: float = 10.0,
        cache_seconds: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = httpx2.AsyncClient(base_url=api_base, headers={"17token": key}, timeout=timeout_seconds)

        def good_until(_: str, info: TrackingInfo | None, now: float) -> float:
            return now + (cache_seconds if info else min(_NOTHING_SECONDS, cache_seconds))

        self._known: TLRUCache[str, TrackingInfo | None] = TLRUCache(_REMEMBERED, good_until, timer=clock)
        self._clock = clock
        self._one_look = asyncio.Lock()
        self._looks: set[asyncio.Task[None]] = set()
        self._called_at = -_CALL_SECONDS
        self._rest_until = float("-inf")

    async def track(self, parcels: Sequence[Parcel]) -> Mapping[Parcel, TrackingInfo]:
        numbers = dict.fromkeys(parcel.number for parcel in parcels)
        failure: Unavailable | None = None
        if any(number not in self._known for number in numbers):
            # In a task of its own: it goes on when whoever waits gives up, and the next one finds what it brought.
            look = asyncio.create_task(self._look(list(numbers)))
            self._looks.add(look)
            look.add_done_callback(self._looked)
            try:
                await asyncio.shield(look)
            except Unavailable as error:
                failure = error
        found = {parcel: info for parcel in parcels if (info := self._known.get(parcel.number)) is not None}
        if failure is not None and not found:
            raise failure
        return found

    async def close(self) -> None:
        """Give up what is being asked, and end the connections."""
        under_way = list(self._looks)
        for look in under_way:
            look.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._client.aclose()

    async def _look(self, numbers: list[str]) -> None:
        async with self._one_look:
            # Another look may have brought some of them meanwhile.
            missing = [number for number in numbers if number not in self._known]
            for start in range(0, len(missing), _AT_ONCE):
                await self._learn(missing[start : start + _AT_ONCE])

    async def _learn(self, numbers: list[str]) -> None:
        accepted, rejected = await self._call("gettrackinfo", numbers)
        for item in accepted:
            self._known[item["number"]] = _read(item)
        unknown = [number for number, code in rejected.items() if code == _NOT_REGISTERED]
        if unknown:
            _, refused = await self._call("register", unknown)
            _tell(code for code in refused.values() if code != _REGISTERED_ALREADY)
        _tell(code for code in rejected.values() if code not in (_NOT_REGISTERED, _NOTHING_YET))
        for number in numbers:
            # Nothing is known of the others for now.
            self._known.setdefault(number, None)

    async def _call(self, path: str, numbers: list[str]) -> tuple[list[dict[str, Any]], dict[str, int]]:
        """What was accepted, and the codes of what was rejected, by number; `Unavailable` when neither was told."""
        if self._clock() < self._rest_until:
            raise Unavailable("Tracking does not answer.")
        await asyncio.sleep(max(0.0, self._called_at + _CALL_SECONDS - time.monotonic()))
        self._called_at = time.monotonic()
        try:
            response = await self._client.post(path, json=[{"number": number} for number in numbers])
            response.raise_for_status()
            return _parts(response.json())
        except httpx2.HTTPStatusError as error:
            reason, status = "refused", error.response.status_code
        except httpx2.TransportError as error:
            reason, status = type(error).__name__, None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason, status = error.reason if isinstance(error, _RefusedError) else "malformed", None
        self._rest_until = self._clock() + _REST_SECONDS
        log.warning("tracking_failed", call=path, reason=reason, status=status)
        raise Unavailable("Tracking does not answer.")

    def _looked(self, look: asyncio.Task[None]) -> None:
        self._looks.discard(look)
        if not look.cancelled():
            # Looked at, or asyncio would complain when nobody waits any more.
            look.exception()


class _RefusedError(ValueError):
    """The whole call was refused; `reason` is the code."""

    def __init__(self, code: object) -> None:
        super().__init__(code)
        self.reason = f"code {code}"


def _parts(answer: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    data = answer.get("data")
    if answer.get("code") != 0 or not isinstance(data, dict) or data.get("errors"):
        # A key that is not valid is told as an error of the data, or as the answer's own code.
        errors = data.get("errors") if isinstance(data, dict) else None
        raise _RefusedError(errors[0].get("code") if errors else answer.get("code"))
    accepted = [item for item in data.get("accepted") or () if isinstance(item.get("number"), str)]
    return accepted, {item["number"]: item["error"]["code"] for item in data.get("rejected") or ()}


def _tell(codes: Iterable[int]) -> None:
    """Into the log, once each: a carrier that is not recognised, a quota that is used up."""
    for code in sorted(set(codes)):
        log.warning("tracking_rejected", code=code)


_STATUSES = {
    "InfoReceived": TrackingStatus.ANNOUNCED,
    "InTransit": TrackingStatus.IN_TRANSIT,
    "OutForDelivery": TrackingStatus.OUT_FOR_DELIVERY,
    "AvailableForPickup": TrackingStatus.READY_FOR_PICKUP,
    "Delivered": TrackingStatus.DELIVERED,
    "DeliveryFailure": TrackingStatus.DELIVERY_FAILED,
    "Exception": TrackingStatus.EXCEPTION,
}


def _read(item: Mapping[str, Any]) -> TrackingInfo | None:
    try:
        return _info(item)
    except (TypeError, AttributeError):
        log.warning("tracking_unreadable")
        return None


def _info(item: Mapping[str, Any]) -> TrackingInfo | None:
    """What is known of a number; None for NotFound and Expired, which say that nothing is, or nothing new."""
    told = item.get("track_info") or {}
    status = _STATUSES.get(str((told.get("latest_status") or {}).get("status")))
    if status is None:
        return None
    event = told.get("latest_event") or {}
    expected = (told.get("time_metrics") or {}).get("estimated_delivery_date") or {}
    return TrackingInfo(
        status,
        str(event.get("description") or "").strip(),
        _moment(event.get("time_utc") or event.get("time_iso")),
        str(event.get("location") or "").strip(),
        _PAGE + quote(item["number"], safe=""),
        None if status is TrackingStatus.DELIVERED else _day(expected.get("to") or expected.get("from")),
    )


def _moment(text: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    # Without a zone nobody knows when it was.
    return moment.timestamp() if moment.tzinfo else None


def _day(text: Any) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except (TypeError, ValueError):
        return None
