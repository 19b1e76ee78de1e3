"""Draws `docs/states.md`: the state machines of the code, from the tables that the code obeys."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.base.notes_protocol import Note
from drivers.ccnet import states as ccnet
from drivers.cctalk.host import PHASES, Phase
from drivers.escpos import states as escpos
from drivers.evolis import states as evolis
from drivers.id003 import states as id003
from drivers.ipp import states as ipp
from drivers.itl_ssp import note as ssp_note
from drivers.itl_ssp import states as ssp
from drivers.magnesafe import states as magnesafe
from drivers.magstripe import states as magstripe
from drivers.mdb import protocol as mdb
from drivers.rd_service import states as rd_service
from firmware.core import operator, visit
from firmware.meeting import launch
from firmware.till import session
from firmware.uplink import fetching

PAGE = Path(__file__).parent / "states.md"
HEAD = """\
# The state machines

Drawn by `python -m docs.generate` from the tables that the code obeys; do not edit. The dot is
where a machine may begin. An arrow's text is what makes the step; a step that is not drawn is
either a bug (an exception that nobody catches) or changes nothing; each section says which.

"""
WHATEVER_IS_SAID = "any answer"


@dataclass(frozen=True)
class Machine:
    """One table. `starts` says, for each state it may begin in, when."""

    title: str
    where: str
    words: str
    starts: Mapping[Any, str]
    table: Mapping[Any, Mapping[Any, Any]]


MACHINES = (
    Machine(
        "The visit of a citizen",
        "firmware/core/visit.py",
        "What is done on entering a stage is in `firmware/core/flow.py`. After a restart core goes"
        " on with the order that is open in the journal; without one, a visit that had not come to"
        " money goes on as it was kept in RAM. A pair that is not drawn is a bug.",
        {
            visit.Stage.ATTRACT: "nobody is here",
            visit.Stage.CASH: "an open order, no outcome yet",
            visit.Stage.RESUMED: "the same after a power cut, with money in",
            visit.Stage.SETTLING: "cash closed, not settled",
            visit.Stage.POSTING: "paid, not answered",
            visit.Stage.PROVING: "paid or claimed, not proven",
        },
        visit.TRANSITIONS,
    ),
    Machine(
        "The operator at the desk",
        "firmware/core/operator.py",
        "One stage of the visit, OPERATOR, is this table. The desk is left from every place, by a"
        " press or by the clock; a collection that is open then is closed as it stands. It is not"
        " taken up again after a restart. A pair that is not drawn is a bug.",
        {operator.Place.PIN: "the padlock was held"},
        operator.TRANSITIONS,
    ),
    Machine(
        "A pack that the fleet wants",
        "firmware/uplink/fetching.py",
        "Looked at once a second. The order lies on disk before it is answered, and goes when its"
        " last reply is there. A pair that is not drawn is a bug.",
        {
            fetching.State.IDLE: "nothing is wanted",
            fetching.State.WAITING: "an order that was not answered yet",
            fetching.State.HANDED: "the same, and the pack lies where it is installed",
        },
        fetching.TRANSITIONS,
    ),
    Machine(
        "The browser of a meeting",
        "firmware/meeting/launch.py",
        "Asked twice a second. A process of the browser that is left keeps it from being over. A"
        " pair that is not drawn is a bug.",
        {launch.State.STARTING: "core has ordered a meeting"},
        launch.TRANSITIONS,
    ),
    Machine(
        "The note, as the till sees it",
        "firmware/till/session.py",
        "One note at a time, because an acceptor has one path. STACKING and RETURNING begin when"
        " the row with the intent is on disk. WAITING is a note whose obstacle may pass in a moment"
        " (`firmware/till/decision.py`); nothing of it is on disk, and a core that dies finds it in"
        " the device's state or not at all. A pair that is not drawn is a bug.",
        {
            session.Note.NONE: "",
            session.Note.STACKING: "StackIntended without an outcome in the journal",
            session.Note.RETURNING: "ReturnIntended without an outcome in the journal",
        },
        session.TRANSITIONS,
    ),
    Machine(
        "Note acceptor (ITL SSP): the start-up",
        "drivers/itl_ssp/states.py",
        "What makes each step is the generic answer to the command of that state. An answer that"
        " is not drawn is a refusal: it is told as a fault and the start-up is tried again. A lost"
        " wire leads from every state to CLOSED, and a wire that is back to SYNC.",
        {ssp.State.SYNC: "the wire is there"},
        ssp.TRANSITIONS,
    ),
    Machine(
        "Note acceptor (ITL SSP): where the note is",
        "drivers/itl_ssp/note.py",
        "What makes each step is an event of a poll; READ here is READ of channel 0. Not drawn,"
        " because they lead there from every state: READ with a channel to IN_ESCROW (unless it is"
        " only said again), and the credit of the note that is owed an outcome to NOWHERE. Any"
        " other event that is not drawn changes nothing: a device may skip states between two"
        " polls.",
        {
            Note.NOWHERE: "",
            Note.LEFT: "the ledger owes a note its outcome",
        },
        ssp_note.TRANSITIONS,
    ),
    Machine(
        "Note acceptor (CashCode CCNET): the start-up",
        "drivers/ccnet/states.py",
        "What makes each step is what the unit says to the poll of that state, or its answer to"
        " the command. A poll that is not drawn changes nothing: the unit is busy with a note. An"
        " answer that is not drawn is a refusal: it is told as a fault and the start-up is tried"
        " again; but a unit at power-up that will not say who it is goes on to READYING. RESET"
        " waits until a credit that it would end is in the journal. A lost wire leads from every"
        " state to CLOSED, a silence to WAKING, and other bill types from POLLING to ENABLING.",
        {ccnet.State.WAKING: "the wire is there"},
        ccnet.TRANSITIONS,
    ),
    Machine(
        "Note acceptor (JCM ID-003): the start-up",
        "drivers/id003/states.py",
        "DONE and REFUSED are answers to the command of that state, the rest are statuses; any"
        " other status changes nothing in LOOKING and POLLING. Not drawn: POLLING leads to"
        " DENOMINATIONS when the lease changes, a fault that lasts leads to RESETTING, a refusal"
        " is told as a fault and leads to LOOKING, a lost wire leads from every state to CLOSED,"
        " and a gap to GREETING.",
        {id003.State.GREETING: "the wire is there"},
        id003.TRANSITIONS,
    ),
    Machine(
        "Any ccTalk device: what its host is doing",
        "drivers/cctalk/host.py",
        "This table says only which phase may follow which. A step that is not drawn is a bug.",
        {Phase.OFF: ""},
        {phase: {after: after for after in following} for phase, following in PHASES.items()},
    ),
    Machine(
        "Coin changer and bill validator (MDB): what the host is doing",
        "drivers/mdb/protocol.py",
        "This table says only which phase may follow which. A step that is not drawn is a bug.",
        {mdb.Phase.OFF: ""},
        {phase: {after: after for after in following} for phase, following in mdb.PHASES.items()},
    ),
    Machine(
        "Receipt printer (ESC/POS)",
        "drivers/escpos/states.py",
        "The printer as its host sees it. A pair that is not drawn is a bug (`UnexpectedTrigger`).",
        {escpos.State.UNPLUGGED: ""},
        escpos.TRANSITIONS,
    ),
    Machine(
        "Card printer (Evolis)",
        "drivers/evolis/states.py",
        "The printer as its host sees it. A card that is found in the path and belongs to no job"
        " goes to the reject box. A pair that is not drawn is a bug (`UnexpectedTrigger`).",
        {evolis.State.UNPLUGGED: ""},
        evolis.TRANSITIONS,
    ),
    Machine(
        "Page printer (IPP)",
        "drivers/ipp/states.py",
        "The printer as its host sees it. A connection that one side ends politely moves nothing."
        " A pair that is not drawn is a bug (`UnexpectedTrigger`).",
        {ipp.State.UNPLUGGED: ""},
        ipp.TRANSITIONS,
    ),
    Machine(
        "Page printer (IPP): the job",
        "drivers/ipp/states.py",
        "One IPP job, which brings a document or what is left of it; what its end means stands in"
        " `drivers/ipp/ends.py`. A step that is not drawn is a bug (`UnexpectedStep`).",
        {ipp.Stage.NONE: ""},
        ipp.JOB,
    ),
    Machine(
        "Card reader (serial magstripe)",
        "drivers/magstripe/states.py",
        "Permission ends on entering IDLE, SILENT and UNPLUGGED. A pair that is not drawn is a bug"
        " (`UnexpectedTrigger`).",
        {magstripe.State.UNPLUGGED: ""},
        magstripe.TRANSITIONS,
    ),
    Machine(
        "Card reader (MagneSafe)",
        "drivers/magnesafe/states.py",
        "The reader reads always; ARMED is when we listen. A pair that is not drawn is a bug"
        " (`UnexpectedTrigger`).",
        {magnesafe.State.UNPLUGGED: ""},
        magnesafe.TRANSITIONS,
    ),
    Machine(
        "Fingerprint reader (UIDAI RD service)",
        "drivers/rd_service/states.py",
        "As its host sees it, through the service that was chosen. All ports are asked again"
        " in SEARCHING, ABSENT, WRONG and NOT_READY. A pair that is not drawn is a bug"
        " (`UnexpectedTrigger`).",
        {rd_service.State.SEARCHING: ""},
        rd_service.TRANSITIONS,
    ),
)


def page() -> str:
    """The whole of `docs/states.md`."""
    return HEAD + "\n".join(map(section, MACHINES))


def section(machine: Machine) -> str:
    drawing = "\n".join(["```mermaid", "stateDiagram-v2", *arrows(machine), "```"])
    where = f"[`{machine.where}`](../{machine.where})"
    return f"## {machine.title}\n\nTable: {where}. {machine.words}\n\n{drawing}\n"


def arrows(machine: Machine) -> Iterator[str]:
    """One line a pair of states; what leads from the one to the other stands on it."""
    for state, when in machine.starts.items():
        yield arrow("[*]", state.name, [when] if when else [])
    for state, steps in machine.table.items():
        for after in sorted(set(steps.values()), key=lambda found: str(found.name)):
            yield arrow(state.name, after.name, causes(steps, after))


def arrow(before: str, after: str, texts: list[str]) -> str:
    return f"    {before} --> {after}" + (f": {', '.join(texts)}" if texts else "")


def causes(steps: Mapping[Any, Any], after: Any) -> list[str]:
    """The names of what leads to `after`; none where the table names no cause."""
    found = [cause for cause in steps if steps[cause] is after and cause is not after]
    if found and isinstance(found[0], enum.Enum) and len(found) == len(type(found[0])):
        return [WHATEVER_IS_SAID]
    return sorted(name(cause) for cause in found)


def name(cause: Any) -> str:
    """`NoteStacked` of a type, `BACK` of a member."""
    return str(cause.name if isinstance(cause, enum.Enum) else cause.__name__)
