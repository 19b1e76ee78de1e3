"""What the uplink and the other daemons say to each other on the bus, so that the fleet hears it.

What leaves the machine is in uplink.py. Here is the inside: the journal's rows on request, events
that are kept before they are acknowledged, and what the fleet may order of the till.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from firmware.contract.content import Name, SetConduct
from firmware.contract.desk import PutBack, Restart, TakeOut
from firmware.contract.meeting import AddMeeting, EndMeeting
from firmware.contract.uplink import EventKind, JournalRow

Source = Annotated[str, msgspec.Meta(max_length=160)]  # empty: told once, whatever happens
At = Annotated[str, msgspec.Meta(pattern="^[0-9T:.+Z-]{0,40}$")]
Chain = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{16})?$")]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened, from the daemon that knows it, with a response topic: answered when
    it is on disk. `source` is its durable id; what has the same one is answered and kept once."""

    source: Source
    kind: EventKind
    facts: dict[str, str | int | float | bool | list[str] | None] = {}
    at: At = ""  # ISO 8601 with offset; empty: now


class RowsAfter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The uplink asks core for rows of the journal, with a response topic.

    Of the oldest file that is not in `done`: after row `seq` if its chain is `chain`, else from its
    first row. At most `most` rows, and about `most_bytes` of them.
    """

    done: list[str]  # names of files that are ended, and sent whole
    chain: Chain = ""
    seq: Annotated[int, msgspec.Meta(ge=0)] = 0
    most: Annotated[int, msgspec.Meta(ge=1, le=64)] = 64
    most_bytes: Annotated[int, msgspec.Meta(ge=1024, le=65536)] = 48 * 1024


class Rows(msgspec.Struct, frozen=True):
    """Core's answer. `file` is `journal.db`, or one that is ended: an archive, or one set aside.

    `ends`: nothing more comes of this file. `why` says so of one that cannot be read to its end.
    """

    file: str
    chain: Chain = ""  # empty: no row can be read
    before: str = ""  # the hash before the first of `rows`, hex
    rows: list[JournalRow] = []
    ends: bool = False
    why: str = ""


class UplinkState(msgspec.Struct, frozen=True, kw_only=True):
    """Retained by the uplink: whether the fleet hears this kiosk, and if not, why."""

    is_configured: bool  # [uplink] stands in kiosk.toml
    link: str = "offline"  # online, draining, offline; as Link
    since: str = ""  # ISO 8601 with offset
    connection: int = 0
    code: str = ""  # why there is no link: a finding of health, uplink.refused; empty: none
    detail: str = ""  # the same in plain words
    events: int = 0  # in the outbox, not acknowledged
    rows: int = 0  # of the journal, not acknowledged
    certificate_ends: str = ""  # ISO 8601
    desired: int = 0  # the version of the fleet's settings that run here


class RefreshCatalogue(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Ask the office for its newest rate table now, and not at the next hour for it."""

    by: Name


# All that the one process with a route to the fleet may order of the till: nothing moves money.
FleetOrder = RefreshCatalogue | SetConduct | AddMeeting | EndMeeting | TakeOut | PutBack | Restart
