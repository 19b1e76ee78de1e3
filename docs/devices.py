"""Draws the second half of `docs/devices.md`: what each maker's code is called here.

The first half is written by people. The tables come from those that the drivers obey, so that no
code is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from pathlib import Path

from drivers.base.notes_events import REFUSED, Condition
from drivers.ccnet import codec as ccnet
from drivers.ccnet import conditions as ccnet_conditions
from drivers.cctalk import coins as cctalk
from drivers.cctalk_bill import codec as cctalk_bill
from drivers.cctalk_bill import conditions as bill_conditions
from drivers.escpos import codec as escpos
from drivers.escpos import events as escpos_events
from drivers.evolis import events as evolis
from drivers.id003 import codec as id003
from drivers.id003 import conditions as id003_conditions
from drivers.ipp import report as ipp
from drivers.itl_ssp import codec as ssp
from drivers.itl_ssp import conditions as ssp_conditions
from drivers.magnesafe import driver as magnesafe
from drivers.magstripe import driver as magstripe
from drivers.mdb import account as mdb_account
from drivers.mdb import condition as mdb_condition
from drivers.mdb import validator as mdb_validator
from drivers.pulse import driver as pulse
from drivers.rd_service import events as rd_service

PAGE = Path(__file__).parent / "devices.md"
HEADING = "## What each maker's code is called here\n"
INTRODUCTION = f"""\

From here on drawn by `python -m docs.generate` from the tables that the drivers obey; do not edit.
A fault lasts, and stands in the state of the device; `NoteRejected` and `CoinRejected` are events,
with the reason beside them.

Of every wire, whoever made the device: `<kind>.link.lost` (the port is away, or nobody answers at
it) and `<kind>.link.silent` (answers are missing). Of every note acceptor: `{REFUSED}`
(it answers, and will not start).
"""
Row = tuple[str, str, str]  # the maker's code, the maker's word for it, ours


def page() -> str:
    """The page as it should stand: what people wrote, and the tables."""
    written = PAGE.read_text(encoding="utf-8").partition(HEADING)[0]
    return written + HEADING + INTRODUCTION + "".join(_section(name) for name in TABLES)


def _section(family: str) -> str:
    lines = [f"| `{code}` | {word} | `{ours}` |" for code, word, ours in TABLES[family]()]
    head = ["", f"### {family}", "", "| code | the maker's word | here |", "|---|---|---|"]
    return "\n".join([*head, *lines]) + "\n"


def _word(member: IntEnum) -> str:
    return member.name.replace("_", " ").lower()


def _conditions(seen_as: Iterable[tuple[IntEnum, Condition]]) -> Iterator[Row]:
    for said, condition in sorted(seen_as):
        yield f"{int(said):02X}", _word(said), condition.value


def _reasons(said: int, reasons: dict[int, str]) -> Iterator[Row]:
    for code, reason in sorted(reasons.items()):
        yield f"{said:02X} {code:02X}", "rejected", f"NoteRejected({reason})"


def _failures(said: int, failures: dict[int, str]) -> Iterator[Row]:
    for code, part in sorted(failures.items()):
        yield f"{said:02X} {code:02X}", part, Condition.FAILURE.value


def _ccnet() -> Iterator[Row]:
    yield from _conditions(ccnet_conditions.SEEN_AS.items())
    yield f"{int(ccnet.Unit.CHEATED):02X}", _word(ccnet.Unit.CHEATED), Condition.FRAUD.value
    yield from _failures(ccnet.Unit.FAILURE, ccnet.FAILURES)
    yield from _reasons(ccnet.Unit.REJECTING, ccnet.REJECT_REASONS)


def _id003() -> Iterator[Row]:
    yield from _conditions(id003_conditions.SEEN_AS.items())
    yield f"{int(id003.Status.CHEATED):02X}", _word(id003.Status.CHEATED), Condition.FRAUD.value
    yield from _failures(id003.Status.FAILURE, dict(id003.FAILURES))
    yield from _reasons(id003.Status.REJECTING, dict(id003.REJECT_REASONS))


def _itl_ssp() -> Iterator[Row]:
    yield from _conditions(ssp_conditions.SEEN_AS.items())
    for code, reason in sorted(ssp.REJECT_REASONS.items()):
        yield f"{ssp.Code.LAST_REJECT:02X}: {code:02X}", "last reject", f"NoteRejected({reason})"


def _cctalk() -> Iterator[Row]:
    """Of the answer to header 229; what header 232 says is `coins.selfcheck.<code>`."""
    for error in cctalk.CoinError:
        ours = [f"CoinRejected({cctalk.reason(error)})"]
        ours += ["coins.jam"] if error in cctalk.JAM_CODES else []
        ours += ["coins.fraud"] if error in cctalk.FRAUD_CODES else []
        yield f"229: 0 {int(error)}", _word(error), ", ".join(ours)
    yield "232: n", "fault code n", "coins.selfcheck.n"
    yield "245", "another category", "coins.device.wrong"


def _cctalk_bill() -> Iterator[Row]:
    """Of the answers to headers 159 (events) and 232 (self-check)."""
    for status, condition in sorted(bill_conditions.BEGINS.items()):
        word = _word(cctalk_bill.Status(status))
        yield f"159: 0 {int(status)}", word, condition.value
    for status, reason in sorted(cctalk_bill.REJECT_REASONS.items()):
        yield f"159: 0 {int(status)}", "rejected", f"NoteRejected({reason})"
    for fault, condition in sorted(bill_conditions.CHECKED_AS.items()):
        yield f"232: {int(fault)}", _word(cctalk_bill.Fault(fault)), condition.value
    for fault, word in sorted(cctalk_bill.FAULT_WORDS.items()):
        yield f"232: {int(fault)}", word, Condition.FAILURE.value


def _escpos() -> Iterator[Row]:
    """Each bit of the four real-time status bytes that is a fault of its own."""
    for about in escpos.About:
        for bit in (0x04, 0x08, 0x20, 0x40, 0x0C, 0x60):
            status = escpos.REAL_TIME | bit
            faults = escpos_events.faults_in(escpos.with_status(escpos.Condition(), about, status))
            word = f"bits {bit:02X} of the answer to DLE EOT {int(about)}"
            if len(faults) == 1 and bit.bit_count() == (2 if about is escpos.About.PAPER else 1):
                yield f"{status:02X}", word, faults[0].value


def _mdb_coins() -> Iterator[Row]:
    for said, code in sorted(mdb_condition.CODES.items()):
        yield f"{int(said):02X}", _word(said), code
    for said, reason in sorted(mdb_account.REJECTIONS.items()):
        yield f"{int(said):02X}", _word(said), f"CoinRejected({reason})"


def _mdb_notes() -> Iterator[Row]:
    yield from _conditions(mdb_validator.CONDITIONS.items())


def _states(faults: dict[str, str]) -> Iterator[Row]:
    for state, fault in faults.items():
        yield "-", state.lower(), fault


def _magnesafe() -> Iterator[Row]:
    yield from _states({state.name: fault for state, fault in magnesafe.FAULT.items()})
    yield "-", "shows more of a number than it may", magnesafe.SHOWS_TOO_MUCH


def _magstripe() -> Iterator[Row]:
    yield from _states({state.name: fault for state, fault in magstripe.FAULT.items()})


def _pulse() -> Iterator[Row]:
    yield "-", "the coin line does not rest", pulse.STUCK
    yield "-", "pulses while no coin may come in", pulse.UNEXPECTED


def _panel() -> Iterator[Row]:
    yield "-", "the pins are away", "link.lost"


def _ipp() -> Iterator[Row]:
    for reason, fault in ipp.MEANING:
        yield reason, "printer-state-reasons", fault.value


def _evolis() -> Iterator[Row]:
    for word, fault in evolis.MEANS.items():
        yield word.value, "answer to a command", fault.value


def _rd_service() -> Iterator[Row]:
    for error, (word, fault) in rd_service.ERRORS.items():
        yield f"errCode {error}", word, fault.value
    yield "status USED", "answer to RDSERVICE", rd_service.Fault.USED.value
    yield "status NOTREADY", "answer to RDSERVICE", rd_service.Fault.NOT_READY.value
    yield "empty DeviceInfo", "answer to DEVICEINFO", rd_service.Fault.READER_GONE.value


TABLES: dict[str, Callable[[], Iterator[Row]]] = {
    "itl_ssp": _itl_ssp,
    "ccnet": _ccnet,
    "id003": _id003,
    "cctalk_bill": _cctalk_bill,
    "mdb_notes": _mdb_notes,
    "cctalk": _cctalk,
    "mdb_coins": _mdb_coins,
    "pulse": _pulse,
    "escpos": _escpos,
    "ipp": _ipp,
    "evolis": _evolis,
    "magnesafe": _magnesafe,
    "magstripe": _magstripe,
    "rd_service": _rd_service,
    "panel": _panel,
}
