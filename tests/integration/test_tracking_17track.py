"""17TRACK's API, against a server that speaks it over real HTTP; and the demo shop's parcels."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from structlog.testing import capture_logs

from domain.errors import Unavailable
from domain.tracking import Parcel, TrackingInfo, TrackingStatus
from infrastructure.orders.demo import DemoTracking
from infrastructure.orders.demo.order_book import load_orders
from infrastructure.orders.tracking.seventeen_track import SeventeenTrack
from services.orders import parcel_of
from tests.fakes.clock import Clock
from tests.servers.tracking_server import KEY, TrackingServer, track_info, tracking

ONE, TWO = Parcel("DPD", "ZX900123456"), Parcel("UPS", "1Z999AA10123456784")


@pytest.fixture
async def server() -> AsyncIterator[TrackingServer]:
    async with tracking() as known:
        known.registered = {ONE.number}
        known.known[ONE.number] = track_info("InTransit", expected="2026-11-23T00:00:00+01:00")
        yield known


@pytest.fixture
async def carriers(server: TrackingServer, clock: Clock) -> AsyncIterator[SeventeenTrack]:
    asked = SeventeenTrack(KEY, api_base=server.base, timeout_seconds=2.0, cache_seconds=600.0, clock=clock)
    yield asked
    await asked.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_the_latest_of_a_parcel(carriers: SeventeenTrack) -> None:
    assert await carriers.track([ONE]) == {
        ONE: TrackingInfo(
            TrackingStatus.IN_TRANSIT,
            "Departed from facility",
            datetime(2026, 11, 20, 10, 34, tzinfo=UTC).timestamp(),
            "Köln, DE",
            "https://t.17track.net/en#nums=ZX900123456",
            date(2026, 11, 23),
        )
    }


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("InfoReceived", TrackingStatus.ANNOUNCED),
        ("OutForDelivery", TrackingStatus.OUT_FOR_DELIVERY),
        ("AvailableForPickup", TrackingStatus.READY_FOR_PICKUP),
        ("Delivered", TrackingStatus.DELIVERED),
        ("DeliveryFailure", TrackingStatus.DELIVERY_FAILED),
        ("Exception", TrackingStatus.EXCEPTION),
        ("NotFound", None),
        ("Expired", None),
        ("SomethingNew", None),
    ],
)
async def test_states(
    server: TrackingServer, carriers: SeventeenTrack, told: str, status: TrackingStatus | None
) -> None:
    server.known[ONE.number] = track_info(told)
    found = await carriers.track([ONE])
    assert (found[ONE].status if ONE in found else None) is status


async def test_a_number_is_registered_once_and_known_later(
    server: TrackingServer, carriers: SeventeenTrack, clock: Clock
) -> None:
    assert list(await carriers.track([ONE, TWO])) == [ONE]
    assert server.called("register") == [[TWO.number]]
    server.known[TWO.number] = track_info("Delivered", "Left with a neighbour")
    # What was not known is asked again when it could be.
    assert list(await carriers.track([TWO])) == []
    clock.advance(61)
    assert (await carriers.track([TWO]))[TWO].event == "Left with a neighbour"
    assert len(server.called("register")) == 1


async def test_answers_are_remembered_and_expire(
    server: TrackingServer, carriers: SeventeenTrack, clock: Clock
) -> None:
    for _ in range(5):
        await carriers.track([ONE])
    assert len(server.calls) == 1
    server.known[ONE.number] = track_info("Delivered")
    clock.advance(599)
    assert (await carriers.track([ONE]))[ONE].status is TrackingStatus.IN_TRANSIT
    clock.advance(2)
    found = await carriers.track([ONE])
    assert (found[ONE].status, found[ONE].expected_on) == (TrackingStatus.DELIVERED, None)
    assert len(server.calls) == 2


async def test_equal_questions_at_once_are_one_call(server: TrackingServer, carriers: SeventeenTrack) -> None:
    found = await asyncio.gather(*(carriers.track([ONE]) for _ in range(20)))
    assert all(ONE in each for each in found)
    assert len(server.calls) == 1


async def test_many_numbers_are_asked_forty_at_once_and_three_times_a_second(
    server: TrackingServer, carriers: SeventeenTrack
) -> None:
    parcels = [Parcel("DPD", f"ZX{number:09}") for number in range(120)]
    for parcel in parcels:
        server.registered.add(parcel.number)
        server.known[parcel.number] = track_info("InTransit")
    began = time.monotonic()
    assert len(await carriers.track(parcels)) == 120
    assert [len(numbers) for numbers in server.called("gettrackinfo")] == [40, 40, 40]
    assert time.monotonic() - began > 0.6


async def test_a_carrier_that_is_not_recognised_hides_no_other(
    server: TrackingServer, carriers: SeventeenTrack
) -> None:
    server.strange = {TWO.number}
    with capture_logs() as logged:
        assert list(await carriers.track([TWO, ONE])) == [ONE]
    assert [(line["event"], line["code"]) for line in logged] == [("tracking_rejected", -18019903)]


@pytest.mark.parametrize(
    ("fault", "reason", "status"),
    [
        ((401, {"code": 0, "data": {"errors": [{"code": -18010002}]}}), "refused", 401),
        ((429, {"code": 429}), "refused", 429),
        ((503, {}), "refused", 503),
        ((200, {"code": -18010003, "data": None}), "code -18010003", None),
        ((200, {"code": 0, "data": {"errors": [{"code": -18010002}]}}), "code -18010002", None),
        ((200, {"code": 0, "data": {"accepted": [1]}}), "malformed", None),
        ((200, {"code": 0, "data": {"rejected": [{}]}}), "malformed", None),
    ],
)
async def test_who_fails_is_left_alone_for_a_while(
    server: TrackingServer,
    carriers: SeventeenTrack,
    clock: Clock,
    fault: tuple[int, dict[str, object]],
    reason: str,
    status: int | None,
) -> None:
    server.faults = [fault]
    with capture_logs() as logged:
        for _ in range(3):
            with pytest.raises(Unavailable):
                await carriers.track([ONE])
    assert [(line["event"], line["reason"], line["status"]) for line in logged] == [("tracking_failed", reason, status)]
    assert KEY not in str(logged)
    assert len(server.calls) == 1
    clock.advance(11)
    assert ONE in await carriers.track([ONE])


async def test_what_is_known_is_told_whatever_fails(server: TrackingServer, carriers: SeventeenTrack) -> None:
    await carriers.track([ONE])
    server.faults = [(500, {})]
    assert list(await carriers.track([ONE, TWO])) == [ONE]


async def test_an_answer_that_cannot_be_read_is_nothing(server: TrackingServer, carriers: SeventeenTrack) -> None:
    server.known[ONE.number] = {"latest_status": "InTransit"}
    assert await carriers.track([ONE]) == {}


async def test_who_does_not_wait_helps_the_next(server: TrackingServer, carriers: SeventeenTrack) -> None:
    server.faults = [0.3]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await carriers.track([ONE])
    assert ONE in await carriers.track([ONE])
    assert len(server.calls) == 1


async def test_a_wrong_key_is_told(server: TrackingServer) -> None:
    stranger = SeventeenTrack("wrong", api_base=server.base)
    with pytest.raises(Unavailable):
        await stranger.track([ONE])
    await stranger.close()


async def test_nobody_there() -> None:
    nobody = SeventeenTrack(KEY, api_base="http://127.0.0.1:9/track/v2.4")
    with pytest.raises(Unavailable):
        await nobody.track([ONE])
    await nobody.close()


async def test_the_demo_shop_knows_its_own_parcels() -> None:
    today = date(2026, 3, 10)
    demo = DemoTracking(today=today)
    orders = load_orders(today)
    parcels = [parcel for order in orders if (parcel := parcel_of(order))]
    found = await demo.track([*parcels, ONE])
    assert list(found) == parcels
    assert await DemoTracking(today=today).track(parcels) == found
    for order in orders:
        if parcel := parcel_of(order):
            info = found[parcel]
            assert (info.status is TrackingStatus.DELIVERED) is (order.status in ("delivered", "returned"))
            assert info.at is not None
            assert info.at < datetime(2026, 3, 10, tzinfo=UTC).timestamp()
