"""A certificate: paid, fetched, checked, printed to the last page, then posted (M5, M7)."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from firmware.contract.device import Outcome, Reply
from firmware.contract.document import PrintDocument
from firmware.contract.gateway import Tender
from firmware.contract.money import ZERO
from firmware.contract.screen import Action, Attract, Done, Printing, Services, ShowBill, Trouble
from firmware.core.visit import Stage
from firmware.journal import rows
from firmware.journal.paper_rows import SpoolWiped
from firmware.runtime.config import ConfigError, convert
from firmware.services.catalogue import Service
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.paper_world import APPLICATION, FEE, PAGES, PaperWorld

NUMBER = "TDR 0417 0001"
WHOLE = [f"certificate {page}" for page in range(1, PAGES + 1)]


@pytest.fixture
def world(tmp_path: Path) -> PaperWorld:
    return PaperWorld(tmp_path)


def kinds(world: PaperWorld) -> list[str]:
    return [type(entry.row).__name__ for entry in world.journal.entries()]


def printing(world: PaperWorld) -> Printing:
    shown = world.screen.data
    assert isinstance(shown, Printing), shown
    return shown


def is_claimed(world: PaperWorld, cause: str) -> None:
    """A slip of the whole fee, and nothing booked."""
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    assert (shown.cause, shown.safe, shown.proof) == (cause, FEE, "paper")
    assert world.office.payments == {}
    leaves(world)


def is_handed_out(world: PaperWorld) -> None:
    shown = world.screen.data
    assert isinstance(shown, Done), shown
    assert (shown.paid, shown.paper, shown.proof, shown.is_posted) == (FEE, "page", "paper", True)
    assert world.pages.tray == WHOLE
    assert list(world.office.payments.values()) == [FEE]
    leaves(world)


def leaves(world: PaperWorld) -> None:
    world.press(Action.FINISH)
    world.run(30)
    assert isinstance(world.screen.data, Attract)
    assert world.pages.spooled == {}, "no citizen's document stays in RAM"
    world.check_money()
    check_proofs(world.journal)


def test_every_page_is_out_before_anything_is_booked(world: PaperWorld) -> None:
    world.to_first_page()
    assert world.office.payments == {}
    shown = printing(world)
    assert (shown.pages, shown.is_genuine) == (PAGES, True)
    world.run(4)
    is_handed_out(world)
    written = kinds(world)
    assert written.index("Printed") < written.index("OrderPosted")
    assert world.fetched[0].account == APPLICATION


def test_the_screen_counts_the_pages(world: PaperWorld) -> None:
    world.to_first_page()
    seen = []
    for _ in range(8):
        if isinstance(shown := world.screen.data, Printing):
            seen.append(shown.page)
        world.run(0.25)
    assert set(seen) == {0, 1, 2} or set(seen) == {0, 1, 2, 3}, seen


def test_a_wrong_signature_prints_nothing(world: PaperWorld) -> None:
    world.forges = True
    world.pay_fee()
    world.run(4)
    assert world.pages.tray == []
    is_claimed(world, "trouble.document_unsigned")
    wiped = [entry.row for entry in world.journal.entries() if isinstance(entry.row, SpoolWiped)]
    assert wiped == [SpoolWiped("page", 1)]


def test_a_signature_over_the_certificate_of_a_neighbour(world: PaperWorld) -> None:
    """The office signed it, and for somebody else."""
    made = world._document

    def swapped(request):  # type: ignore[no-untyped-def]
        return made(request.__class__(
            request.key, request.service, "110099000002", request.receipt, request.device
        ))  # fmt: skip

    world._document = swapped  # type: ignore[method-assign]
    world.pay_fee()
    world.run(4)
    assert world.pages.tray == []
    is_claimed(world, "trouble.document_unsigned")


def test_the_office_takes_it_back_after_the_payment(world: PaperWorld) -> None:
    world.withholds = True
    world.pay_fee()
    world.run(4)
    is_claimed(world, "trouble.document_refused")


def test_the_line_dies_between_payment_and_document(world: PaperWorld) -> None:
    world.go_to_application()
    world.press(Action.PAY)
    world.run(1)
    world.is_line_dead = True
    world.insert(50)
    world.run(60)
    assert printing(world).pages == 0
    world.run(70)
    assert world.pages.tray == []
    is_claimed(world, "trouble.document_not_fetched")


def test_the_line_is_back_in_time(world: PaperWorld) -> None:
    world.is_line_dead = True
    world.pay_fee()
    world.run(30)
    world.is_line_dead = False
    world.run(10)
    is_handed_out(world)


def test_paper_out_at_page_two_goes_on_at_page_two(world: PaperWorld) -> None:
    world.go_to_application()
    world.press(Action.PAY)
    world.run(1)
    world.pages.sheets = 5
    world.insert(50)
    world.pages.sheets = 1
    world.run(3)
    assert world.pages.tray == WHOLE[:1]
    assert printing(world).trouble == "trouble.page_paper"
    assert Action.CANCEL in world.screen.actions
    world.pages.sheets = 250
    world.run(3)
    is_handed_out(world)


def test_the_citizen_will_not_wait_for_paper(world: PaperWorld) -> None:
    world.pay_fee()
    world.pages.sheets = 0
    world.run(2)
    world.press(Action.CANCEL)
    world.run(3)
    is_claimed(world, "trouble.not_printed")


def test_while_pages_come_nothing_can_be_cancelled(world: PaperWorld) -> None:
    world.pay_fee()
    assert Action.CANCEL not in world.screen.actions


def test_a_jam_for_good_is_a_claim_and_no_page_more(world: PaperWorld) -> None:
    world.to_first_page()
    world.run(0.25)
    world.pages.fail("page.interrupted")
    world.run(4)
    is_claimed(world, "trouble.not_printed")


def test_the_printer_never_comes_back(world: PaperWorld) -> None:
    """Its driver answers; the document never came to it, so nothing can come out later."""
    world.pages.is_deaf = True
    world.pay_fee()
    world.pages.is_deaf, world.pages.is_there = False, False
    world.run(140)
    is_claimed(world, "trouble.not_printed")


def test_the_driver_is_dead_for_good(world: PaperWorld) -> None:
    world.pay_fee()
    world.pages.is_deaf = True
    world.run(900 + 60 + 10)
    assert isinstance(world.screen.data, Trouble | Attract)
    assert world.office.payments == {}
    world.check_money()


def test_the_printers_driver_restarts_between_fetch_and_print(world: PaperWorld) -> None:
    """The spool is wiped at its start: the document is fetched and put there once more."""
    world.pages.is_deaf = True
    world.pay_fee()
    world.run(1)
    world.restart_printer_driver()
    assert world.pages.spooled == {}
    world.pages.is_deaf = False
    world.run(10)
    assert len(world.fetched) == 2
    is_handed_out(world)


@pytest.mark.parametrize("how", ["crash", "power_cut"])
@pytest.mark.parametrize("after", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_core_dies_while_pages_come_out(world: PaperWorld, how: str, after: float) -> None:
    world.pay_fee()
    world.run(after)
    getattr(world, how)()
    world.run(6)
    is_handed_out(world)


def test_the_back_end_is_gone_when_core_is_back(world: PaperWorld) -> None:
    """The driver has the document: its own word ends the order, and no second copy is printed."""
    world.to_first_page()
    world.power_cut()
    world.is_line_dead = True
    world.run(6)
    assert isinstance(world.screen.data, Done)
    assert world.pages.tray == WHOLE


@pytest.mark.parametrize("mishap", ["forges", "withholds"])
def test_the_office_changes_its_mind_while_core_was_away_and_pages_come(
    world: PaperWorld, mishap: str
) -> None:
    """What is being printed is stopped before the money goes back; what is out is paid for."""
    world.to_first_page()
    world.power_cut()
    setattr(world, mishap, True)
    world.until(lambda: not isinstance(world.screen.data, Printing))
    world.run(4)
    is_whole = world.pages.tray == WHOLE
    assert isinstance(world.screen.data, Done if is_whole else Trouble)
    assert bool(world.office.payments) == is_whole
    assert world.pages.open is None
    leaves(world)


def test_an_answer_that_comes_late_wipes_nothing_of_the_next_citizen(world: PaperWorld) -> None:
    world.to_first_page()
    late = world.fetched[0].__class__("old", "caste", APPLICATION, "TDR 0417 0000", "page")
    spooled = dict(world.pages.spooled)
    world.core.on_answer(late, None, world.now)
    world.settle()
    assert world.pages.spooled == spooled != {}
    world.run(4)
    is_handed_out(world)


NO_PAPER = [
    ({"sheets": 0}, "tile.no_paper"),
    ({"sheets": 4}, "tile.no_paper"),
    ({"is_jammed": True}, "tile.no_printer"),
    ({"is_there": False}, "tile.no_printer"),
]


@pytest.mark.parametrize(("mishap", "tile"), NO_PAPER)
def test_no_money_for_what_cannot_be_printed(
    world: PaperWorld, mishap: dict[str, int], tile: str
) -> None:
    for name, value in mishap.items():
        setattr(world.pages, name, value)
    world.run(0.5)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert world.tiles["bills"] is None
    world.press(Action.CHOOSE_SERVICE, "papers")
    assert world.tiles["caste"] == tile
    world.press(Action.CHOOSE_SERVICE, "caste")
    assert isinstance(world.screen.data, Services)


def test_without_the_offices_key_no_certificate_is_sold(tmp_path: Path) -> None:
    class Uncommissioned(PaperWorld):
        base = PaperWorld.base.__class__(
            kiosk=PaperWorld.base.kiosk,
            gateway=PaperWorld.base.gateway.__class__("http://127.0.0.1:1"),
            device=PaperWorld.base.device,
        )

    world = Uncommissioned(tmp_path)
    world.run(0.5)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert world.tiles["papers"] == "tile.not_yet"


@pytest.mark.parametrize("action", [Action.PAY, Action.PAY_UPI])
def test_the_printer_jams_while_the_fee_is_read(world: PaperWorld, action: Action) -> None:
    world.office.tenders = [Tender.UPI]
    world.run(0.5)
    world.go_to_application()
    assert isinstance(world.screen.data, ShowBill)
    world.pages.is_jammed = True
    world.run(0.5)
    world.press(action)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.cause, shown.safe) == ("trouble.page_printer", ZERO)
    assert "OrderCreated" not in kinds(world)


def test_the_printer_jams_with_money_inside(world: PaperWorld) -> None:
    world.go_to_application()
    world.press(Action.PAY)
    world.run(1)
    world.insert(20)
    world.pages.is_jammed = True
    world.run(1)
    assert world.acceptors.leases == {}
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert shown.cause == "trouble.page_printer"
    world.check_money()


def test_a_certificate_goes_into_no_basket(world: PaperWorld) -> None:
    world.go_to_application()
    assert Action.ADD_BILL not in world.screen.actions


def test_a_document_of_a_life_before_is_wiped_at_the_start(world: PaperWorld) -> None:
    world.pages.put(b"left behind")
    world.crash()
    world.run(0.5)
    assert world.pages.spooled == {}
    assert world.journal.of_kind(SpoolWiped)[-1].row == SpoolWiped("page", 1)


def test_nothing_is_posted_while_another_visit_waits(world: PaperWorld) -> None:
    """Posting takes up what is unposted; what is not handed out is not among it."""
    world.pay_fee()
    order = world.core.flow.visit.order
    assert order is not None and order.awaits_paper
    world.core.flow._posting.tick(True, world.now + 60)
    world.settle()
    assert world.office.payments == {}
    assert world.core.flow.visit.stage is Stage.DELIVERING


def test_the_row_of_a_withdrawn_payment_is_one_that_old_releases_know(world: PaperWorld) -> None:
    world.forges = True
    world.pay_fee()
    world.run(4)
    refused = world.journal.of_kind(rows.PostRefused)[-1].row
    assert isinstance(refused, rows.PostRefused)
    assert (refused.problem, refused.detail) == ("not_delivered", "document.unsigned")


@pytest.mark.parametrize("wrong", [{"part_payment": True}, {"advance": 5000}])
def test_a_paper_is_paid_whole_and_not_beforehand(wrong: dict[str, object]) -> None:
    """Half a fee would have bought a whole certificate."""
    file = files("firmware.services.catalogue").joinpath("caste.toml")
    document = tomllib.loads(file.read_text())
    convert(document, Service, "caste.toml")
    with pytest.raises(ConfigError, match=r"caste\.toml: .*paid whole"):
        convert(document | wrong, Service, "caste.toml")


def test_a_printer_with_another_job_is_asked_again_and_nothing_is_fetched_twice(
    world: PaperWorld,
) -> None:
    """Every fetch is one document more in RAM: minutes of a long job would fill it."""
    world.run(1)  # core has wiped what a life before left
    name, sha256 = world.pages.put(b"somebody's")
    assert world.pages.on_command(PrintDocument("other", name, sha256, 120)) == Reply(Outcome.DONE)
    world.pay_fee()
    world.run(20)
    assert world.pages.open is not None and world.pages.open.job == "other"
    assert (len(world.fetched), len(world.pages.spooled)) == (1, 2)
    world.pages.fail("page.cancelled")
    world.run(8)
    assert [page for page in world.pages.tray if "other" not in page][-PAGES:] == WHOLE
    assert len(world.fetched) == 1
