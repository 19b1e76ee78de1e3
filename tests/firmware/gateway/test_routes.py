"""Several back ends: each is asked for its own services, and one that is down harms no other."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from msgspec.structs import replace

from firmware.contract.card import FindCard
from firmware.contract.finger import Sealed
from firmware.contract.gateway import (
    Acceptance,
    Bill,
    BookedSum,
    Failed,
    FetchBill,
    FetchDocument,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    Posted,
    PostPayment,
    Problem,
    Question,
    SumBooked,
    Tender,
)
from firmware.contract.money import ZERO, rupees
from firmware.gateway.breaker import FAILURES, FIRST, LEAST_PART, LONGEST, Breaker
from firmware.gateway.guarded import Guarded
from firmware.gateway.routes import VISIT, Routes
from tests.firmware.gateway.free import ACCEPTANCES, WITHOUT_MONEY

DOWN = Failed(Problem.BACK_END_DOWN, "refused")
WATER, CERTIFICATE = FetchBill("water", "1"), FetchBill("caste", "1")


def payment(key: str, service: str = "water") -> PostPayment:
    return PostPayment(key, service, "1", "B1", rupees(470), "TDR 0417 0001")


class BackEnd:
    """Answers what it is asked, while it is up."""

    look_every = 60.0

    def __init__(self) -> None:
        self.is_up = True
        self.asked: list[GatewayRequest] = []
        self.looks = 0
        self.busy: asyncio.Event | None = None
        self.most_at_once = self._at_once = 0

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        self.asked.append(request)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        if self.busy is not None:
            await self.busy.wait()
        self._at_once -= 1
        if not self.is_up:
            return DOWN
        match request:
            case FetchBill(account=account):
                return Bill("B1", account, "", "", "", rupees(470), ZERO)
            case PostPayment(key=key):
                return Posted(key, "R1")
            case SumBooked():
                return BookedSum(1, rupees(470))
        return Failed(Problem.CARD_FORGOTTEN)

    async def look(self) -> GatewayState:
        self.looks += 1
        return GatewayState(self.is_up, "" if self.is_up else "refused", [Tender.UPI])

    async def close(self) -> None:
        """Nothing is open."""


class World:
    def __init__(self) -> None:
        self.now = 0.0
        self.own, self.other = BackEnd(), BackEnd()
        default, digit = self._guarded("default", self.own), self._guarded("digit", self.other)
        self.routes = Routes(default, {"water": digit}, lambda: self.now)

    def _guarded(self, name: str, back_end: BackEnd) -> Guarded:
        return Guarded(name, back_end, Breaker(lambda: 1.0), lambda: self.now)

    async def look(self, after: float = 0.0) -> GatewayState:
        self.now += after
        return await self.routes.look()


@pytest.fixture
def world() -> World:
    return World()


async def test_each_service_goes_to_its_own_and_the_rest_to_the_default(world: World) -> None:
    document = FetchDocument("k", "caste", "1", "TDR 0417 0001", "page")
    for request in (WATER, payment("k"), CERTIFICATE, document, FindCard("k")):
        await world.routes.ask(request)
    assert world.other.asked == [WATER, payment("k")]
    assert world.own.asked == [CERTIFICATE, document, FindCard("k")]


@pytest.mark.parametrize("request_", WITHOUT_MONEY, ids=lambda each: type(each).__name__)
async def test_what_costs_nothing_goes_to_the_back_end_of_its_service(
    world: World, request_: Question | Acceptance
) -> None:
    to_water = replace(request_, service="water")
    await world.routes.ask(to_water)
    await world.routes.ask(request_)
    assert (world.other.asked, world.own.asked) == ([to_water], [request_])


async def test_the_sum_of_one_back_end_is_not_told_as_that_of_all(world: World) -> None:
    reply = await world.routes.ask(SumBooked("TDR 0417", 1, 9))
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.REFUSED
    alone = Routes(world._guarded("default", world.own), {}, lambda: 0.0)
    assert isinstance(await alone.ask(SumBooked("TDR 0417", 1, 9)), BookedSum)


async def test_one_back_end_that_is_down_closes_no_other(world: World) -> None:
    world.other.is_up = False
    state = await world.look()
    assert (state.is_online, state.detail) == (True, "digit: refused")
    assert state.tenders == [Tender.UPI]


async def test_money_of_a_visit_waits_for_the_back_end_of_its_bill(world: World) -> None:
    """A bill was shown, and before the acceptor opens its back end dies."""
    await world.look()
    await world.routes.ask(WATER)
    world.other.is_up = False
    assert not (await world.look(61)).is_online
    assert (await world.look(VISIT)).is_online, "that visit is long over"


async def test_a_bill_that_was_not_shown_binds_nobody(world: World) -> None:
    world.other.is_up = False
    await world.look()
    await world.routes.ask(WATER)
    assert world.routes.state.is_online


async def test_nobody_answers(world: World) -> None:
    world.own.is_up = world.other.is_up = False
    state = await world.look()
    assert (state.is_online, state.detail) == (False, "default: refused; digit: refused")


async def test_a_back_end_is_looked_at_as_often_as_it_can_bear(world: World) -> None:
    for _ in range(100):
        await world.look(2.0)
    assert world.own.looks == 4  # at 2, 62, 122 and 182 s


async def test_one_request_that_failed_closes_nobody_for_a_minute(world: World) -> None:
    await world.look()
    await world.routes.ask(WATER)
    world.other.is_up = False
    await world.routes.ask(WATER)
    assert not world.routes.state.is_online
    world.other.is_up = True
    assert (await world.look(FIRST)).is_online


# --- the circuit breaker ------------------------------------------------------------------------


async def break_down(world: World) -> None:
    world.other.is_up = False
    for _ in range(FAILURES):
        await world.routes.ask(WATER)
    world.other.asked.clear()


async def test_a_back_end_that_is_down_is_left_alone(world: World) -> None:
    await break_down(world)
    for request in (WATER, payment("k")):
        reply = await world.routes.ask(request)
        assert isinstance(reply, Failed)
        assert reply.problem is Problem.BACK_END_DOWN
        assert reply.detail.startswith("not asked")
    assert world.other.asked == []
    assert isinstance(await world.routes.ask(CERTIFICATE), Bill)


async def test_one_look_that_is_answered_opens_the_way_again(world: World) -> None:
    await break_down(world)
    looks = world.other.looks
    await world.look(FIRST / 2)
    assert world.other.looks == looks, "too early"
    world.other.is_up = True
    await world.look(FIRST)
    assert world.other.looks == looks + 1
    assert isinstance(await world.routes.ask(WATER), Bill)


async def test_looks_become_rarer_and_never_stop(world: World) -> None:
    await break_down(world)
    times = []
    for _ in range(200):
        looks = world.other.looks
        await world.look(1.0)
        if world.other.looks > looks:
            times.append(world.now)
    waits = [after - before for before, after in pairwise(times)]
    assert waits[:4] == [4, 8, 16, 30]
    assert set(waits[4:]) == {LONGEST}


def test_a_wait_is_drawn_so_that_a_district_does_not_look_at_once() -> None:
    waits = []
    for draw in (0.0, 0.5, 1.0):
        breaker = Breaker(lambda draw=draw: draw)  # type: ignore[misc]
        for _ in range(FAILURES):
            breaker.heard(False, 0.0)
        waits.append(breaker.until_probe(0.0))
    assert waits == [FIRST * LEAST_PART, FIRST * 0.75, FIRST]


def test_a_week_of_silence_overflows_nothing() -> None:
    breaker = Breaker(lambda: 1.0)
    for _ in range(20_000):
        breaker.heard(False, 0.0)
    assert breaker.until_probe(0.0) == LONGEST


async def test_a_card_that_is_not_here_says_nothing_of_a_back_end(world: World) -> None:
    for _ in range(FAILURES + 1):
        await world.routes.ask(FindCard("k"))
    assert len(world.own.asked) == FAILURES + 1


# --- each request once at a time ------------------------------------------------------------------


@pytest.mark.parametrize("request_", ACCEPTANCES, ids=lambda each: type(each).__name__)
async def test_what_core_posts_again_is_not_under_way_twice(
    world: World, request_: Acceptance
) -> None:
    world.own.busy = asyncio.Event()
    twice = [asyncio.ensure_future(world.routes.ask(request_)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.own.busy.set()
    await asyncio.gather(*twice)
    assert world.own.most_at_once == 1


async def test_a_slow_answer_is_heard_by_whoever_asked_again_meanwhile(world: World) -> None:
    """The answer takes longer than core waits for one try. Asked once more after each of them, the
    office would be asked for ever, and each answer would come to a try that is over."""
    world.other.busy = asyncio.Event()
    twice = [asyncio.ensure_future(world.routes.ask(payment("k"))) for _ in range(2)]
    another = asyncio.ensure_future(world.routes.ask(payment("another")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sorted(each.key for each in world.other.asked if isinstance(each, PostPayment)) == [
        "another",
        "k",
    ]
    world.other.busy.set()
    assert await asyncio.gather(*twice) == [Posted("k", "R1")] * 2
    assert await another == Posted("another", "R1")
    assert len(world.other.asked) == 2
    assert world.other.most_at_once == 2
