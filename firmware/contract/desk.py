"""What the operator's desk may do to the machine, and how the same is asked over the bus."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
LEAST_VOLUME = 10  # percent; a voice that nobody hears is switched off, and not turned down
LEAST_BRIGHTNESS = 20  # percent: below it nobody finds the button that makes it bright again
MACHINE = "machine"  # of Restart: all of it
DAEMONS = ("ui", "gateway", "uplink", "health", "core")  # programs that are no driver


class WhyClosed(StrEnum):
    """Why a kiosk is out of service by its operator's word: the cause in the downtime ledger."""

    CLEANING = "cleaning"
    REPAIR = "repair"
    SUPPLIES = "supplies"  # none are there, and nobody brings any today
    STAFF = "staff"  # nobody can look after it
    HOLIDAY = "holiday"
    OTHER = "other"


class Attend(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` comes to the kiosk, or leaves it."""

    by: Name
    is_here: bool


class TakeOut(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Out of service until PutBack; refused while somebody is at the kiosk."""

    by: Name
    reason: WhyClosed


class PutBack(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Into service again."""

    by: Name


class Restart(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Start a program anew: one of DAEMONS, a device's driver by its name, or `machine`. Refused
    while money is inside a visit or a paper is on its way."""

    by: Name
    what: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]


class PrintDay(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print the report of a closed day once more, as a duplicate."""

    by: Name
    number: Annotated[int, msgspec.Meta(ge=1)]


class PrintTicket(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print the slip of an open fault ticket."""

    by: Name
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Retained by core for the screen: how loud and how bright the kiosk is with nobody's wish of
    his own, in percent."""

    volume: Annotated[int, msgspec.Meta(ge=LEAST_VOLUME, le=100)] = 70
    brightness: Annotated[int, msgspec.Meta(ge=LEAST_BRIGHTNESS, le=100)] = 100


class Adjust(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, omit_defaults=True):
    """Set what is given; None leaves it as it is."""

    by: Name
    volume: Annotated[int, msgspec.Meta(ge=LEAST_VOLUME, le=100)] | None = None
    brightness: Annotated[int, msgspec.Meta(ge=LEAST_BRIGHTNESS, le=100)] | None = None


DeskCommand = Attend | TakeOut | PutBack | Restart | PrintDay | PrintTicket | Adjust
