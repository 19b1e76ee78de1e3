"""The small world with a page printer in it, and an office that issues signed certificates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from nacl.signing import SigningKey

from firmware.contract.device import Acknowledge, DeviceState, Kind
from firmware.contract.document import CancelDocument, PrintDocument
from firmware.contract.gateway import (
    Document,
    Failed,
    FetchDocument,
    GatewayReply,
    Problem,
)
from firmware.contract.money import rupees
from firmware.contract.screen import Action
from firmware.core.visit import Stage
from firmware.documents.signed import statement
from firmware.runtime.config import DeviceSection
from firmware.till.effects import Ask, Effect, LayOut, Tell, Wipe
from tests.firmware.core.page_printer import PagePrinter
from tests.firmware.core.world import CONFIG, STEP, World

APPLICATION = "110099000001"
FEE = rupees(50)
SEED = hashlib.sha256(b"an office of the tests").digest()
PAGES = 3
PAGE_SECTION = DeviceSection("ipp", Kind.PAGE)


class PaperWorld(World):
    """`forges`: somebody on the way changes the document; `withholds`: the office says no."""

    base = replace(
        CONFIG,
        gateway=replace(CONFIG.gateway, office_key=bytes(SigningKey(SEED).verify_key).hex()),
        device={**CONFIG.device, "page": PAGE_SECTION},
    )

    service, application, count = "caste", APPLICATION, PAGES
    Printer = PagePrinter

    def __init__(self, folder: Path, **how: object) -> None:
        self.pages = self.Printer()
        self.forges = self.withholds = self.is_line_dead = False
        self.fetched: list[FetchDocument] = []
        super().__init__(folder, **how)  # type: ignore[arg-type]
        self.office.others[self.application] = FEE

    def go_to_application(self) -> None:
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, self.service)
        self.press(Action.ENTER, self.application)

    def pay_fee(self) -> None:
        """Until the fee is in; the document is still to come."""
        self.go_to_application()
        self.press(Action.PAY)
        self.run(1)
        self.insert(50)
        self.until(lambda: self.core.flow.visit.stage is Stage.DELIVERING)

    def to_first_page(self) -> None:
        """Until the printer has the document, and no page is out."""
        self.pay_fee()
        self.until(lambda: self.pages.open is not None)

    def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(40):
            if is_so():
                return
            self.run(STEP)
        raise AssertionError(f"still waiting; on the screen: {self.screen.data}")

    def restart_printer_driver(self) -> None:
        self.pages.restart()

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case Tell(command=PrintDocument() | CancelDocument() as command):
                if (reply := self.pages.on_command(command)) is not None:
                    self.core.on_reply(command, reply, self.now)
            case Tell(device=name, command=Acknowledge() as command) if name == self.pages.name:
                self.pages.acknowledge(command)
            case LayOut(job=job):
                name, sha256 = self.pages.put(b"A4")
                self.core.on_laid_out(effect, PrintDocument(job, name, sha256, 1), self.now)
            case Wipe(device=device):
                self.core.on_wiped(device, self.pages.wipe())
            case Ask(request=FetchDocument() as request):
                self.core.on_answer(request, self._document(request), self.now)
            case _:
                super().carry_out(effect)

    def _document(self, request: FetchDocument) -> GatewayReply | None:
        self.fetched.append(request)
        if self.is_line_dead or not self.office.is_up:
            return Failed(Problem.BACK_END_DOWN)
        if self.withholds:
            return Failed(Problem.REFUSED)
        name, sha256 = self.pages.put(b"certificate")
        told = "0" * 64 if self.forges else sha256
        signed = statement(request.service, request.account, self.count, told)
        signature = SigningKey(SEED).sign(signed).signature.hex()
        return Document(request.key, self.count, name, sha256, signature)

    def _tell_again(self) -> None:
        if not self.pages.is_deaf:
            self.pages.tick()  # what it is given now moves at the next tick
        super()._tell_again()
        if self.pages.is_deaf:
            return
        for page in self.pages.pages:
            self.core.on_device_event(self.pages.name, page, self.now)
        self.pages.pages.clear()
        for event in list(self.pages.untold.values()):
            self.core.on_device_event(self.pages.name, event, self.now)
            self.settle()

    def _states(self) -> list[DeviceState]:
        return [*super()._states(), self.pages.state]
