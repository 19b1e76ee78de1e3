"""Lists and facts over the wire: from the sandbox, from a stranger, and with the office away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from firmware.contract.facts import Facts, FetchFacts
from firmware.contract.gateway import Bill, Failed, FetchBill, GatewayReply, Problem, Question
from firmware.contract.money import rupees
from firmware.contract.options import FetchOptions, Options
from firmware.contract.request import PostRequest
from firmware.gateway import kept
from firmware.gateway.backend import BackEnd
from firmware.gateway.sandbox.faults import Fault
from tests.firmware.gateway.bad_day import AFTER, BEFORE, Day, is_undecided
from tests.firmware.gateway.free import CASE, PLANS


def facts(reply: GatewayReply) -> dict[str, str]:
    assert isinstance(reply, Facts), reply
    assert all(line.text.keys() == {"hi", "en"} for line in reply.lines)
    return {line.id: line.text["en"] for line in reply.lines}


# --- what the sandbox knows -----------------------------------------------------------------------

LOOKUPS = {
    "sampark_status": ("112600000417", "112600000425", "112699000001"),
    "court_case": ("RJTK01-0004172026", "RJTK02-0004252025", "RJTK01-9900012026"),
    "scheme": ("4812345678", "4899000001"),
    "application_status": ("110026000417", "110526000433", "110026000441", "110099000001"),
    "life_certificate": ("262600000417", "262600000425", "262699000001"),
}


@pytest.mark.parametrize("service", LOOKUPS)
def test_every_lookup_has_its_facts(day: Day, service: str) -> None:
    told = [facts(day.ask(FetchFacts(service, account))) for account in LOOKUPS[service]]
    assert all(each.keys() == told[0].keys() for each in told), "one label serves all"
    reply = day.ask(FetchFacts(service, "999999999999"))
    assert isinstance(reply, Failed) and reply.problem is Problem.NO_SUCH_ACCOUNT


@pytest.mark.parametrize(
    ("account", "about"),
    [("road-085417-9000000417", "Road"), ("9000000417", "Something else")],
)
def test_a_grievance_that_the_kiosk_posted_can_be_looked_up(
    day: Day, account: str, about: str
) -> None:
    posted = day.ask(PostRequest("k", "grievance", account, "TDR 0417 0001"))
    told = facts(day.ask(FetchFacts("sampark_status", posted.reference)))  # type: ignore[union-attr]
    assert (told["subject"], told["status"]) == (about, "Registered")


@pytest.mark.parametrize("operator", ["aravali", "maru", "chambal"])
def test_every_plan_can_be_bought_at_its_price(day: Day, operator: str) -> None:
    plans = day.ask(FetchOptions("prepaid", "plan", [operator, "9000000417"]))
    assert isinstance(plans, Options) and plans.options
    for plan in plans.options:
        bill = day.ask(FetchBill("prepaid", f"{operator}-9000000417-{plan.id}"))
        assert not isinstance(bill, Failed)
        assert (bill if isinstance(bill, Bill) else bill.bill).amount == plan.amount  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "asked",
    [
        FetchOptions("prepaid", "plan", ["nobody", "9000000417"]),
        FetchOptions("prepaid", "plan", ["maru", "6000000417"]),
        FetchOptions("prepaid", "plan", ["maru"]),
        FetchOptions("prepaid", "colour", []),
        FetchOptions("scheme", "member", ["4812345679"]),
    ],
    ids=str,
)
def test_there_is_nothing_to_choose(day: Day, asked: FetchOptions) -> None:
    reply = day.ask(asked)
    assert isinstance(reply, Failed) and reply.problem is Problem.NO_SUCH_ACCOUNT


@pytest.mark.parametrize(
    ("service", "due", "settled"),
    [
        ("water", {"4120017001": 312, "4120017019": 846, "4120017035": 420}, "4120017027"),
        ("telephone", {"01432220417": 589, "01432220425": 1178}, "01432220433"),
        ("postpaid", {"maru-9000000417": 399, "aravali-9876500001": 399}, "maru-9000000419"),
    ],
)
def test_bills_that_are_due_overdue_part_paid_and_settled(
    day: Day, service: str, due: dict[str, int], settled: str
) -> None:
    for account, amount in due.items():
        reply = day.ask(FetchBill(service, account))
        assert not isinstance(reply, Failed), reply
        bill = reply if isinstance(reply, Bill) else reply.bill  # type: ignore[union-attr]
        assert (bill.account, bill.amount) == (account, rupees(amount))
    for account, problem in ((settled, Problem.ALREADY_PAID), ("1", Problem.NO_SUCH_ACCOUNT)):
        refused = day.ask(FetchBill(service, account))
        assert isinstance(refused, Failed) and refused.problem is problem


# --- a bad day ------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [PLANS, CASE], ids=["list", "facts"])
@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
def test_a_question_that_was_not_answered_may_be_asked_again(
    day: Day, fault: Fault, asked: Question
) -> None:
    day.order(fault, fault, path=f"/services/{asked.service}/")  # aiohttp itself asks twice
    assert is_undecided(day.ask(asked))
    day.control("DELETE")
    assert isinstance(day.ask(asked), Options | Facts)


def test_a_plan_of_half_a_paisa_is_not_offered(day: Day) -> None:
    day.order(Fault.WRONG_AMOUNT, path="/services/prepaid/options")
    assert is_undecided(day.ask(PLANS))


# --- a stranger -----------------------------------------------------------------------------------

WORDS = {"hi": "अट्ठाईस दिन", "en": "28 days"}
AS_OF = "2026-11-22T10:00:00+05:30"
PLAN = {"id": "p299", "words": WORDS, "by": None, "amount": 29900}
LINE = {"id": "status", "text": WORDS}


class Stranger:
    def __init__(self) -> None:
        self.status, self.body = 200, "{}"
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.raw_path)
        return web.Response(status=self.status, text=self.body)

    def says(self, document: object) -> None:
        self.body = web.json_response(document).text or ""


@pytest.fixture
def stranger() -> Stranger:
    return Stranger()


@pytest.fixture
async def line(stranger: Stranger) -> AsyncIterator[BackEnd]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stranger.answer)
    async with TestServer(application) as server:
        port = BackEnd(str(server.make_url("/")), patience=2.0)
        yield port
        await port.close()


async def test_the_offices_date_and_words_come_through(stranger: Stranger, line: BackEnd) -> None:
    stranger.says({"as_of": AS_OF, "options": [PLAN]})
    found = await line.ask(PLANS)
    assert isinstance(found, Options) and found.as_of == AS_OF
    assert (found.options[0].words, found.options[0].amount) == (WORDS, rupees(299))


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": [PLAN | {"id": "p-299"}]},  # it would become two answers
        {"options": [PLAN | {"words": {"en": "28 days"}}]},
        {"options": [PLAN | {"words": {"hi": "", "en": ""}}]},
        {"options": [PLAN | {"amount": -1}]},
        {"options": [PLAN | {"amount": 299.5}]},
        {"options": [PLAN] * 201},
        {"as_of": "22.11.2026"},
        {"as_of": "2026-11-22T10:00:00"},  # of no zone
    ],
    ids=lambda wrong: str(wrong)[:60],
)
async def test_a_list_that_no_screen_could_show_is_none(
    stranger: Stranger, line: BackEnd, wrong: dict[str, object]
) -> None:
    stranger.says({"as_of": AS_OF, "options": [PLAN]} | wrong)
    assert is_undecided(await line.ask(PLANS))


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": [LINE | {"id": "Status"}]},
        {"lines": [LINE | {"text": {"hi": "ठीक"}}]},
        {"lines": [LINE | {"text": {"hi": "x" * 201, "en": "x"}}]},
        {"lines": [LINE] * 25},
        {"lines": None},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
async def test_facts_that_no_screen_could_show_are_none(
    stranger: Stranger, line: BackEnd, wrong: dict[str, object]
) -> None:
    stranger.says({"as_of": AS_OF, "lines": [LINE]} | wrong)
    assert is_undecided(await line.ask(CASE))


async def test_the_page_of_a_proxy_takes_nobodys_case_away(
    stranger: Stranger, line: BackEnd
) -> None:
    stranger.status, stranger.body = 404, "<html>not found</html>"
    assert is_undecided(await line.ask(CASE))
    assert is_undecided(await line.ask(PLANS))


async def test_a_khasra_number_stays_one_part_of_the_path(
    stranger: Stranger, line: BackEnd
) -> None:
    await line.ask(FetchBill("naksha", "085417-123/4"))
    await line.ask(FetchFacts("scheme", "a/../b"))
    assert stranger.asked == [
        "/services/naksha/bills/085417-123%2F4",
        "/services/scheme/facts/a%2F..%2Fb",
    ]


# --- away -----------------------------------------------------------------------------------------


def test_the_office_goes_away_and_the_list_is_told_as_it_was(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "COST", {"n": 2, "r": 8, "p": 1})
    gateway = day.gateway(tmp_path)
    told = day.do(gateway._ask(PLANS))
    day.order(*[Fault.BROKEN] * 2, path="/")
    assert isinstance(told, Options)
    assert day.do(gateway._ask(PLANS)) == told
    assert is_undecided(
        day.do(gateway._ask(FetchOptions("prepaid", "plan", ["maru", "9000000418"])))
    )
