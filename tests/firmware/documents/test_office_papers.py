"""What hangs on the wall and what is filed: nothing is promised that the kiosk has not."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from firmware.cli.readiness import facts_of
from firmware.cli.snapshot import Snapshot
from firmware.contract.device import Consumable, Identity, Kind, Source, Status
from firmware.contract.gateway import GatewayState, Tender
from firmware.contract.health import LastTest, Presence
from firmware.contract.ticket import Pair, Text
from firmware.core import floor
from firmware.core.tiles import TILE_REASONS
from firmware.documents.a4 import A4Error, typeset
from firmware.documents.catalogue import words_of
from firmware.documents.fees import fee_text
from firmware.documents.poster import poster
from firmware.documents.readiness import Readiness, readiness
from firmware.documents.sheet import Mark, Sheet, Table
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config, LimitsSection
from firmware.runtime.fault_words import meaning
from firmware.runtime.ui_section import UiSection
from firmware.services.catalogue import load_catalogue
from firmware.services.rates.table import Rate
from tests.firmware.cli.test_status import kiosk_in_trouble, whole_kiosk
from tests.firmware.documents.papers import CONFIG, RATES
from tests.firmware.health.kiosk import device, till

AT = datetime(2026, 11, 22, 14, 5, tzinfo=INDIA)
CATALOGUE = load_catalogue()


def with_devices(*kinds: Kind) -> Config:
    devices = {name: each for name, each in CONFIG.device.items() if each.kind in kinds}
    return msgspec.structs.replace(CONFIG, device=devices)


def hung(config: Config) -> str:
    sheet = poster(config, CATALOGUE, RATES)
    return "\n".join(each.en for each in (*sheet.paying, *(s.bring for s in sheet.services)))


# --- the poster --------------------------------------------------------------------------------


def test_the_poster_names_the_ways_to_pay_that_the_kiosk_has() -> None:
    full = hung(CONFIG)
    for way in ("notes", "Coins", "UPI", "swipe", "₹20,000 in cash", "speaks"):
        assert way in full
    few = hung(
        msgspec.structs.replace(
            with_devices(Kind.COINS, Kind.RECEIPT),
            limits=LimitsSection(refused=[5, 2000]),
            ui=UiSection(speaks=False),
        )
    )
    for way in ("notes", "swipe", "At most", "speaks"):
        assert way not in few
    assert "Not taken here: ₹5, ₹2000" in few


def test_the_poster_says_what_to_bring_and_only_for_services_that_work() -> None:
    sheet = poster(CONFIG, CATALOGUE, RATES)
    assert [each.name.en for each in sheet.services] == [
        words_of("en")(f"service.{service}") for service in CATALOGUE.services
    ]
    assert "Bring: K number, 12 digits" in hung(CONFIG)
    assert "Bring: Application number, 12 digits" in hung(CONFIG)
    assert "Bring: Enrolment number, 14 digits" in hung(CONFIG)
    few = hung(with_devices(Kind.NOTES, Kind.RECEIPT))
    assert "ertificate" not in few and "enrolment" not in few, "no printer of either"
    assert "Bring: Grievance number, 12 digits" in few
    fees = {each.name.en: each.fee.en for each in sheet.services}
    assert fees["Grievance status"] == fees["Complaint"] == "Free of charge"
    assert sheet.helpline == CONFIG.kiosk.helpline


def test_the_poster_says_line_by_line_what_the_law_allows() -> None:
    sheet = poster(CONFIG, CATALOGUE, RATES)
    fees = {each.name.en: each.fee.en for each in sheet.services}
    whole = "Fee ₹50: Government fee ₹10 + Service fee ₹33.90 + Tax (GST) ₹6.10"
    assert fees["Caste certificate"] == whole
    assert fees["Aadhaar card"] == "Fee: Government fee ₹50"
    assert fees["Electricity bill"] == "No fee on top of the bill"
    assert sheet.rates is not None and "Rate list no. 1, from 1 April 2026" in sheet.rates.en
    assert all(each.fee.hi for each in sheet.services)


def test_a_kiosk_without_a_rate_table_offers_no_paper_for_money() -> None:
    sheet = poster(CONFIG, CATALOGUE, None)
    papers = [each for each in CATALOGUE.services.values() if each.paper is not None]
    assert len(sheet.services) == len(CATALOGUE.services) - len(papers)
    assert "Electricity bill" in [each.name.en for each in sheet.services]
    assert sheet.rates is None
    assert typeset(sheet, AT).pages == 1


def test_a_line_by_the_page_says_so() -> None:
    by_page = [Rate("statutory", 1000, "page"), Rate("charge", 500)]
    open_ = [Rate("statutory", as_billed=True), Rate("charge", as_billed=True)]
    english = words_of("en")
    assert fee_text(by_page, english) == "Fee: Government fee ₹10 a page + Service fee ₹5"
    assert fee_text(open_, english) == "Fee: Service fee as on the screen"


def test_a_poster_is_one_page_however_many_services_or_an_error() -> None:
    sheet = poster(CONFIG, CATALOGUE, RATES)
    many = msgspec.structs.replace(sheet, services=sheet.services[:1] * 24)
    assert typeset(many, AT).pages == 1
    with pytest.raises(A4Error, match="expected what fits one page, got 80 services"):
        typeset(msgspec.structs.replace(sheet, services=sheet.services[:1] * 80), AT)


# --- the readiness report ------------------------------------------------------------------------


def facts(snapshot: Snapshot, config: Config = CONFIG) -> Readiness:
    return facts_of(snapshot, config, CATALOGUE, AT)


def can(snapshot: Snapshot, config: Config = CONFIG) -> dict[str, str]:
    """Work -> why it cannot be done; empty when it can."""
    told = {each.work: each.because for each in facts(snapshot, config).abilities}
    return {work: because.removeprefix("ready.because.") for work, because in told.items()}


def table(sheet: Sheet, head: str) -> Table:
    found = [line for line in sheet.lines if isinstance(line, Table) and head in line.columns[0]]
    assert len(found) == 1
    return found[0]


def test_a_whole_kiosk_can_be_paid_in_cash_and_prints_receipts() -> None:
    told = can(whole_kiosk())
    assert told["service.electricity"] == told["ready.can.cash"] == told["service.scheme"] == ""
    assert told["ready.can.receipt"] == ""
    assert (told["ready.can.upi"], told["ready.can.page"]) == ("not_settled", "no_device")


def test_a_jam_stops_cash_and_leaves_what_works() -> None:
    snapshot = kiosk_in_trouble()
    snapshot.gateway = GatewayState(is_online=True, tenders=[Tender.UPI])
    told = can(snapshot)
    assert told["ready.can.cash"] == "notes_jam"
    assert told["ready.can.upi"] == told["service.electricity"] == ""
    assert told["ready.can.card"] == "no_device"


def test_a_certificate_is_not_promised_without_paper_or_the_key_that_checks_it() -> None:
    snapshot = whole_kiosk()
    assert can(snapshot)["service.caste"] == "page_printer"
    keyless = msgspec.structs.replace(CONFIG.gateway, office_key="")
    config = msgspec.structs.replace(CONFIG, gateway=keyless)
    assert can(snapshot, config)["service.caste"] == "office_key"


def test_nothing_is_promised_when_core_is_gone_whatever_it_said_last() -> None:
    snapshot = whole_kiosk()
    snapshot.presences = snapshot.presences | {"core": Presence(is_alive=False)}
    works = ("service.electricity", "service.scheme", "ready.can.upi")
    assert {can(snapshot)[work] for work in works} == {"core"}
    assert not any(
        isinstance(line, Pair) and "cash box" in line.label
        for line in readiness(facts(snapshot)).lines
    )


def test_a_till_that_refuses_cash_is_on_the_paper() -> None:
    snapshot = whole_kiosk()
    for field, value, why in (
        ("to_confirm", 17, "journal"),
        ("no_records_because", "disk full", "records"),
        ("day_is_full", True, "day_limit"),
    ):
        snapshot.core = msgspec.structs.replace(till(), **{field: value})
        assert can(snapshot)["ready.can.cash"] == why


def test_devices_that_a_kiosk_has_not_are_no_failed_work() -> None:
    told = can(whole_kiosk(), with_devices(Kind.NOTES, Kind.RECEIPT))
    assert not {"ready.can.card", "ready.can.page", "ready.can.pvc"} & set(told)


def test_findings_stand_with_their_codes_and_without_health_nobody_says_none() -> None:
    codes = [row.cells[2] for row in table(readiness(facts(kiosk_in_trouble())), "Since").rows]
    jam = next(code for code in codes if code.startswith("notes.jam.stacker"))
    assert jam.startswith("notes.jam.stacker: note 3 of the day · ")
    assert meaning("notes.jam.stacker", "hi") in jam and meaning("notes.jam.stacker", "en") in jam
    snapshot = kiosk_in_trouble()
    snapshot.presences = {}
    sheet = readiness(facts(snapshot))
    said = [line.text for line in sheet.lines if isinstance(line, Text)]
    assert any("kiosk-health is not running" in text for text in said)
    assert not any("Nothing found" in text for text in said)


def test_another_unit_fitted_since_is_not_tested_and_a_roll_is_in_metres() -> None:
    snapshot = whole_kiosk()
    assert snapshot.health is not None
    old = LastTest("2026-11-20T10:00:00+05:30", "S. Gurjar", "0417", "1", [])
    tests = {"notes": old, "receipt": msgspec.structs.replace(old, failed=["cut"], serial="R1")}
    snapshot.health = msgspec.structs.replace(snapshot.health, tests=tests)
    roll = Consumable("paper", 12345, "mm", Source.COUNTED)
    ink = Consumable("toner", None, "percent", Source.MEASURED)
    snapshot.devices["receipt"] = device(
        "receipt", Status.DEGRADED, identity=Identity(serial="R1"), consumables=[roll, ink]
    )
    snapshot.devices["notes"] = device("notes", identity=Identity(serial="0999"))
    devices, supplies = (
        line for line in readiness(facts(snapshot)).lines
        if isinstance(line, Table) and "Device" in line.columns[0]
    )  # fmt: skip
    cells = {row.cells[0].partition(":")[0]: row for row in devices.rows}
    assert "of another unit" in cells["notes"].cells[3]
    assert "failed, 2026-11-20" in cells["receipt"].cells[3]
    assert cells["receipt"].mark is Mark.POOR
    assert cells["page"].mark is Mark.BAD and "no contact" in cells["page"].cells[1]
    assert [row.cells[2] for row in supplies.rows] == [
        "12.3 m (लगभग 333 रसीदें · about 333 tickets)",
        "पता नहीं · not known",
    ]


def _troubles() -> set[str]:
    """Every reason that the floor may give."""
    nodes = ast.walk(ast.parse(Path(str(floor.__file__)).read_text(encoding="utf-8")))
    values = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return {value for value in values if value.startswith("trouble.")}


def test_every_reason_kind_and_status_has_words_in_both_languages() -> None:
    keys = {f"ready.kind.{kind}" for kind in Kind} | {f"ready.status.{each}" for each in Status}
    keys |= {each.replace("trouble.", "ready.because.") for each in (*_troubles(), *TILE_REASONS)}
    assert len(keys) > 25
    for language in ("hi", "en"):
        assert [key for key in sorted(keys) if key not in words_of(language)] == []
