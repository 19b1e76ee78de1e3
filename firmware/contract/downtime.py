"""Why a service could not be had, minute by minute: what a month of a kiosk is judged by."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Cause(StrEnum):
    """In the order in which they are asked: a kiosk without power also has no network, and it is
    the power that somebody must look after."""

    NONE = "none"  # the service could be had
    PLANNED = "planned"  # an operator or the fleet had put it out of service
    MAINS = "mains"
    VANDALISM = "vandalism"
    CASH_BOX_FULL = "cash_box_full"
    PAPER = "paper"  # and cards, ribbon, toner: what a person refills
    JAM = "jam"
    DEVICE = "device"  # a part that fails in another way
    NETWORK = "network"
    BACK_END = "back_end"
    OFFICE = "office"  # no rates, another fee, the limit of a day: no part of the kiosk failed
    SOFTWARE = "software"  # a program of ours was away
    SWITCHED_OFF = "switched_off"  # no power at all, and nobody knows why


class ServiceStates(msgspec.Struct, frozen=True):
    """Retained by core: of each service, the message key of why it cannot be begun now; empty
    where it can. Services of a later release are not in it."""

    why_not: dict[str, str]
