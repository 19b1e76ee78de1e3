"""The small world with a card printer in it, and an office that issues signed cards."""

from __future__ import annotations

from msgspec.structs import replace

from firmware.contract.device import Kind
from firmware.runtime.config import DeviceSection
from tests.firmware.core.card_printer import CardPrinter
from tests.firmware.core.paper_world import PaperWorld
from tests.firmware.core.world import CONFIG

ENROLMENT = "10259900000001"


class CardWorld(PaperWorld):
    base = replace(
        PaperWorld.base,
        device={**CONFIG.device, "pvc": DeviceSection("evolis", Kind.PVC)},
    )
    service, application, count = "aadhaar_card", ENROLMENT, 2
    Printer = CardPrinter
    pages: CardPrinter
