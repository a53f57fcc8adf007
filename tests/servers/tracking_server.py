"""17TRACK's Tracking API (v2.4) over real HTTP: registering, asking, its error codes, its three calls a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.servers.plain_http import Exchange, HttpServer, Json
from tests.servers.server_process import HOST

KEY = "0123456789ABCDEF0123456789ABCDEF"

NOT_REGISTERED = -18019902
ALREADY_REGISTERED = -18019901
NOTHING_YET = -18019909
NO_CARRIER = -18019903
INVALID_KEY = -18010002


class TrackingServer:
    """Knows the numbers in `known` (their `track_info`), once they are registered; `faults` are played first."""

    def __init__(self) -> None:
        self.base = ""
        self.known: dict[str, Json] = {}
        self.registered: set[str] = set()
        # Numbers whose carrier cannot be told.
        self.strange: set[str] = set()
        # What was called: (call, numbers, when).
        self.calls: list[tuple[str, list[str], float]] = []
        # (status, body), or seconds of silence.
        self.faults: list[tuple[int, Json] | float] = []

    def called(self, call: str) -> list[list[str]]:
        """The numbers of each such call."""
        return [numbers for name, numbers, _ in self.calls if name == call]

    async def handle(self, exchange: Exchange) -> None:
        request = exchange.request
        call = request.path.rsplit("/", 1)[1]
        items: list[Json] = request.json  # type: ignore[assignment]
        self.calls.append((call, [item["number"] for item in items], time.monotonic()))
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, tuple):
                await exchange.respond(*fault)
                return
            await asyncio.sleep(fault)
        if request.headers.get("17token") != KEY:
            errors = [{"code": INVALID_KEY, "message": "Access token is invalid."}]
            await exchange.respond(401, {"code": 0, "data": {"errors": errors}})
            return
        if sum(at > time.monotonic() - 1 for _, _, at in self.calls) > 4:
            await exchange.respond(429, {"code": 429, "data": {}})
            return
        if len(items) > 40:
            errors = [{"code": -18010014, "message": "Tracking numbers exceed the 40 limit."}]
            await exchange.respond(200, {"code": 0, "data": {"errors": errors}})
            return
        answer = self._register if call == "register" else self._info
        accepted: list[Json] = []
        rejected: list[Json] = []
        for item in items:
            answer(item["number"], accepted, rejected)
        await exchange.respond(200, {"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    def _register(self, number: str, accepted: list[Json], rejected: list[Json]) -> None:
        if number in self.strange:
            rejected.append(_rejected(number, NO_CARRIER, "Carrier cannot be detected."))
        elif number in self.registered:
            rejected.append(_rejected(number, ALREADY_REGISTERED, "has been registered"))
        else:
            self.registered.add(number)
            accepted.append(
                {"origin": 1, "number": number, "carrier": 100003, "email": None, "tag": None, "lang": None}
            )

    def _info(self, number: str, accepted: list[Json], rejected: list[Json]) -> None:
        if number not in self.registered:
            rejected.append(_rejected(number, NOT_REGISTERED, "does not register, please register first"))
        elif number not in self.known:
            rejected.append(_rejected(number, NOTHING_YET, "No tracking information at this time."))
        else:
            accepted.append({"number": number, "carrier": 100003, "param": None, "track_info": self.known[number]})


@asynccontextmanager
async def tracking() -> AsyncIterator[TrackingServer]:
    """The service as long as the block lasts."""
    known = TrackingServer()
    async with HttpServer(known.handle) as server:
        known.base = f"http://{HOST}:{server.port}/track/v2.4"
        yield known


def track_info(status: str, description: str = "Departed from facility", *, expected: str | None = None) -> Json:
    """What is known of a parcel, in the API's shape."""
    event = {
        "time_iso": "2026-11-20T11:34:00+01:00",
        "time_utc": "2026-11-20T10:34:00Z",
        "time_raw": {"date": "2026-11-20", "time": "11:34:00", "timezone": None},
        "description": description,
        "description_translation": None,
        "location": "Köln, DE",
        "stage": status,
        "sub_status": f"{status}_Other",
        "address": {"country": "DE", "state": None, "city": "Köln", "street": None, "postal_code": None},
    }
    estimated = {"source": "Official" if expected else None, "from": None, "to": expected}
    return {
        "shipping_info": {"shipper_address": {"country": "DE"}, "recipient_address": {"country": "GB"}},
        "latest_status": {"status": status, "sub_status": f"{status}_Other", "sub_status_descr": None},
        "latest_event": event,
        "time_metrics": {"days_after_order": 3, "days_of_transit": 2, "estimated_delivery_date": estimated},
        "milestone": [],
        "misc_info": {},
        "tracking": {"providers_hash": 1, "providers": [{"provider": {"key": 100003}, "events": [event]}]},
    }


def _rejected(number: str, code: int, message: str) -> Json:
    return {"number": number, "error": {"code": code, "message": message}}
