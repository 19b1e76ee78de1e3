"""What a kiosk and its fleet say to each other over the fleet's broker (docs/fleet.md).

Not the bus: these types leave the machine, over MQTT 5 and mutual TLS, below `kiosk/v1/<id>/`. They
are read by servers of other years, so a field is only ever added, with a default, and a reader
passes over what it does not know.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

VERSION = "v1"
# What a kiosk subscribes to, each by its name: RabbitMQ sends what is retained to no wildcard.
HEARD_BY_KIOSK = ("down/ack", "down/command", "down/desired")
MOST_IN_FLIGHT = 20  # messages of both streams that nobody has acknowledged
MOST_IN_MESSAGE = 64  # rows or events in one message
MOST_BYTES = 64 * 1024  # of one message, either way

Moment = str  # ISO 8601 in UTC, milliseconds: 2026-11-22T10:15:00.000Z
Text = Annotated[str, msgspec.Meta(max_length=200)]
Words = dict[str, Annotated[str, msgspec.Meta(max_length=120)]]  # by language: hi, en, mr
EventKind = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=60)]


class Link(StrEnum):
    ONLINE = "online"
    DRAINING = "draining"  # connected, and sending what waited
    OFFLINE = "offline"  # the last will, or a clean good-bye


class UpStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`up/status`, retained, and the last will. `connection` counts connections of this kiosk for
    ever, so an old last will that arrives late is known by its number."""

    state: Link
    connection: int
    boot: int  # starts of the machine, counted on disk
    release: str
    t: Moment
    t_ok: bool  # whether the clock was set by the network, or went on from there


class Stamped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When and in which life of the machine something was said."""

    boot: int
    t: Moment
    t_ok: bool = True


class Event(Stamped, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened. `seq` has no gaps, from 1, for the life of the kiosk's outbox `box`.

    `kind` is stable: `fault.began`, `ticket.opened`, `door.opened` ...; `facts` are of that kind.
    """

    seq: int
    kind: EventKind
    facts: dict[str, str | int | float | bool | list[str] | None] = {}
    late: bool = False  # it waited: more than a minute passed before it was first sent


class UpEvents(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`up/event`, QoS 1: kept until `down/ack`. Consecutive, oldest first."""

    box: str  # names the outbox file: 16 hex digits, made with it; a new disk begins a new one
    events: Annotated[list[Event], msgspec.Meta(min_length=1, max_length=MOST_IN_MESSAGE)]


class JournalRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of the journal, column by column as it stands in the file, so that a reader can compute
    `hash` from the one before it: SHA-256 of the hash before and the JSON array of the others."""

    seq: int
    at: str
    kind: str
    order: str | None = None
    event: str | None = None
    credited: int  # paise that ever went in, up to and with this row
    body: str  # JSON text, byte for byte
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class UpJournal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`up/journal`, QoS 1: kept (in the journal itself) until `down/ack`. Consecutive rows.

    `chain` names the file: the first 16 hex digits of the hash of its first row. `before` is the
    hash before `rows[0]`, 64 zeros before the first of a file.
    """

    chain: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    before: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    rows: Annotated[list[JournalRow], msgspec.Meta(min_length=1, max_length=MOST_IN_MESSAGE)]
    boot: int
    t: Moment
    t_ok: bool = True
    late: bool = False


class UpFinding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is not as it should be now."""

    part: str
    code: str
    since: str
    ticket: str = ""  # its number, where there is one
    detail: str = ""


class UpSupply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    device: str
    name: str
    level: int | None = None
    unit: str = ""
    days_left: int | None = None


class UpState(Stamped, frozen=True, kw_only=True, omit_defaults=True):
    """`up/state`, retained: the whole present truth. Sent when it changes, at most every 30 s, and
    again before `ttl` seconds are over; a reader shows it as stale after that. Of two the later one
    has the greater `boot`, or of the same the greater `up`: the clock may have been put right."""

    up: float = 0.0  # seconds since the machine started, which no clock moves; 0 of old releases
    ttl: int = 7200
    release: str
    condition: str  # in_service, degraded, out_of_service
    place: dict[str, str] = {}
    commissioned: bool = True
    findings: list[UpFinding] = []
    devices: dict[str, str] = {}  # name -> status
    supplies: list[UpSupply] = []
    in_cash_box: int = 0  # paise
    taken_today: int = 0  # paise
    unposted: int = 0
    claims: int = 0
    operator: str = ""
    tickets: int = 0  # open
    desired: int = 0  # the version of `down/desired` that runs here
    journal_chain: str = ""
    journal_rows: int = 0
    journal_head: str = ""
    ages: dict[str, int] = {}  # days until they end: certificate, rates, content, backup ...


class UpHealth(Stamped, frozen=True, kw_only=True, omit_defaults=True):
    """`up/health`, QoS 0, every 60 to 300 s: numbers by name. What is lost is lost."""

    ttl: int = 900
    numbers: dict[str, float] = {}  # cpu_celsius, disk_free_mib, link_ms, backlog_events ...


class DownAck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`down/ack`, QoS 1, cumulative: sent after the database's commit, and never before."""

    box: str = ""  # with `events`: all up to and with this one are in the database
    events: int = 0
    chain: str = ""  # with `rows`
    rows: int = 0


class Signed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`down/command`, `down/desired` and `down/notice`: what is signed is text, so nobody need
    agree how JSON is written. `signature`: Ed25519, base64, over the ASCII of `purpose`, a zero
    byte, and `body`."""

    body: Annotated[str, msgspec.Meta(max_length=MOST_BYTES)]
    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8,64}$")]  # names the key
    signature: Annotated[str, msgspec.Meta(max_length=96)]


COMMAND_PURPOSE = b"kiosk-command-v1"
DESIRED_PURPOSE = b"kiosk-desired-v1"
NOTICE_PURPOSE = b"kiosk-notice-v1"


class Verb(StrEnum):
    """All that the fleet may ask. None opens a shell; none moves money."""

    STATUS = "status"  # send state and health now
    SELF_TEST = "self_test"
    RESTART = "restart"  # args: unit = a daemon of the kiosk
    REBOOT = "reboot"
    OUT_OF_SERVICE = "out_of_service"  # args: reason
    IN_SERVICE = "in_service"
    LOG_BUNDLE = "log_bundle"  # args: minutes; answered in pieces
    REFRESH_CATALOGUE = "refresh_catalogue"
    CONTENT_PACK = "content_pack"  # args: url, sha256, length (packs.py); answered twice
    CODE_OF_CONDUCT = "code_of_conduct"  # args: on = true | false, reason
    MEETING = "meeting"  # args: as a row of meeting/schedule


class FleetCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `body` of a signed `down/command`. Executed at most once by `id`; never after
    `expires`, and only by the kiosk that is named."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f-]{8,36}$")]
    kiosk: str
    verb: Verb
    issued: Moment
    expires: Moment
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    args: dict[str, str | int | bool] = {}


class Outcome(StrEnum):
    ACCEPTED = "accepted"  # it is begun, and takes its time: another reply says how it ended
    DONE = "done"
    REFUSED = "refused"  # `why` says what stood against it; nothing was done
    FAILED = "failed"  # it was begun, and did not end well
    UNKNOWN = "unknown"  # begun before a power cut: nobody will try again by himself


class UpReply(Stamped, frozen=True, kw_only=True, omit_defaults=True):
    """`up/reply`, QoS 1: what came of a command. `part` of `parts` of a long answer."""

    id: str
    outcome: Outcome
    why: Text = ""
    answer: str = ""  # JSON or text
    part: int = 1
    parts: int = 1


class Desired(msgspec.Struct, frozen=True, kw_only=True):
    """The `body` of a signed, retained `down/desired`, whole. Taken when `version` is above the
    last. Raises ValueError for an end without its zone."""

    kiosk: str
    version: int
    health_every: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 300  # seconds
    meetings: list[dict[str, str]] = []  # rows of meeting/schedule
    # Where else a citizen may try, by language; empty: the list of kiosk.toml counts.
    neighbours: list[Words] = []
    notice: Words = {}  # one sentence on the first screen of this kiosk
    notice_until: Moment = ""  # from then on it is not shown; empty: until the next settings

    def __post_init__(self) -> None:
        check_end(self.notice_until)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """The `body` of the signed, retained `kiosk/v1/all/down/notice`: one sentence on the first
    screen of every kiosk, until its end. Taken when `version` is above the last; without words
    there is none any more. Raises ValueError for an end without its zone."""

    version: int
    words: Words = {}
    until: Moment = ""  # empty: until the next one

    def __post_init__(self) -> None:
        check_end(self.until)


def check_end(until: Moment) -> None:
    """Raises ValueError; empty is no end."""
    if until and datetime.fromisoformat(until).tzinfo is None:
        raise ValueError(f"expected a time with its zone, got {until}")


def topic(kiosk: str, rest: str) -> str:
    """`kiosk/v1/<kiosk>/up/state` of `up/state`."""
    return f"kiosk/{VERSION}/{kiosk}/{rest}"


def hash_after(before: str, row: JournalRow) -> str:
    """What `row.hash` must be after the hash `before` (64 hex digits, as the result): SHA-256 over
    the bytes of `before` and the row's other columns as a JSON array, as firmware/journal/chain.py
    writes it. Raises ValueError where `before` is no hex."""
    columns = (row.seq, row.at, row.kind, row.order, row.event, row.credited, row.body)
    return hashlib.sha256(bytes.fromhex(before) + msgspec.json.encode(columns)).hexdigest()
