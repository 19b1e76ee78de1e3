"""The small world with a fingerprint reader, and an office that takes requests."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from firmware.contract.device import DeviceState, Kind
from firmware.contract.facts import FactLine, Facts, FetchFacts
from firmware.contract.finger import CancelCapture, CaptureFinger
from firmware.contract.gateway import Failed, GatewayReply, Posted, Problem
from firmware.contract.request import PostRequest, PostVerification
from firmware.contract.screen import Action
from firmware.contract.till import TillEvent
from firmware.core.requesting import LIFT_TIME
from firmware.journal import rows
from firmware.journal.orders import Order, fold
from firmware.runtime.config import DeviceSection
from firmware.till.effects import Ask, Effect, Say, Tell
from tests.firmware.core.finger_reader import FingerReader
from tests.firmware.core.world import CONFIG, World

PENSIONER, PPO = "Kamla Devi", "200411000725"
MOBILE = "9829012345"
SUBJECT, PLACE = "water", ("tonk", "todaraisingh", "bhasu")
TEXT, NAME = "चार दिन से पानी नहीं आया।", "कमला देवी"
FACTS = Facts(
    [FactLine("name", {"hi": "क**** देवी", "en": "K**** Devi"})], "2026-11-22T10:00:00+05:30"
)


class RequestWorld(World):
    """`swallows`: so many answers to posts are lost after the office has taken them."""

    base = replace(
        CONFIG, device={**CONFIG.device, "finger": DeviceSection("rd_service", Kind.FINGER)}
    )

    def __init__(self, folder: Path, **how: object) -> None:
        self.glass = FingerReader()
        self.glass.is_there = True
        self.taken: dict[str, tuple[str, str]] = {}  # key -> account and receipt: the office's book
        self.order_of_taking: list[str] = []  # receipts, as they reached the office
        self.asked: list[PostRequest | PostVerification] = []
        self.swallows = 0
        self.refuses_requests: Problem | None = None
        self.said: list[TillEvent] = []
        super().__init__(folder, **how)  # type: ignore[arg-type]

    # --- the citizen -------------------------------------------------------------------------

    def complain(self, text: str = TEXT) -> None:
        """Up to the question whether this is right."""
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, "grievance")
        self.press(Action.CHOOSE, SUBJECT)
        self.press(Action.ENTER, text)
        for answer in PLACE:
            self.press(Action.CHOOSE, answer)
        self.press(Action.ENTER, NAME)
        self.press(Action.ENTER, MOBILE)

    def complains(self) -> None:
        """Until the acknowledgement is in the hand, and he goes."""
        self.complain()
        self.press(Action.SUBMIT)
        self.goes()

    def agree(self, ppo: str = PPO) -> None:
        """Until the reader is lit."""
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, "life_certificate")
        self.press(Action.ENTER, ppo)
        self.press(Action.SUBMIT)
        self.run(1)

    def until_lit(self) -> None:
        """After a try the reader is dark for as long as a finger needs to be lifted."""
        if not self.glass.session:
            self.run(LIFT_TIME)

    def puts(self, whose: str = PENSIONER, quality: int | None = 80) -> None:
        self.until_lit()
        event = self.glass.put(whose, self.now, quality)
        self.core.on_device_event("finger", event, self.now)
        self.settle()

    def lifts(self, fault: str = "finger.timeout") -> None:
        self.until_lit()
        self.core.on_device_event("finger", self.glass.fail(fault), self.now)
        self.settle()
        self.run(1)

    def goes(self, seconds: float = 4.0) -> None:
        self.run(seconds)
        self.press(Action.FINISH)
        self.run(1)

    # --- around core -------------------------------------------------------------------------

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case Tell(command=CaptureFinger() | CancelCapture() as command):
                self.glass.obey(command)
            case Ask(request=FetchFacts() | PostRequest() | PostVerification() as request):
                self.core.on_answer(request, self._reply(request), self.now)
            case Say(event=event):
                self.said.append(event)
            case _:
                super().carry_out(effect)

    def _reply(self, request: FetchFacts | PostRequest | PostVerification) -> GatewayReply:
        if not self.office.is_up:
            return Failed(Problem.BACK_END_DOWN)
        if isinstance(request, FetchFacts):
            return FACTS if request.account == PPO else Failed(Problem.NO_SUCH_ACCOUNT)
        self.asked.append(request)
        if (no := self._no(request)) is not None:
            return no
        if request.key not in self.taken:
            self.taken[request.key] = request.account, request.receipt
            self.order_of_taking.append(request.receipt)
        if self.swallows:
            self.swallows -= 1
            return Failed(Problem.BACK_END_DOWN, "the answer was lost")
        return Posted(request.key, f"REF {list(self.taken).index(request.key) + 1}")

    def _no(self, request: PostRequest | PostVerification) -> Failed | None:
        """A repeat of a key that is booked needs no finger, and is never refused."""
        if request.key in self.taken:
            return None
        if isinstance(request, PostRequest):
            no = self.refuses_requests
            return None if no is None else Failed(no, "not ours")
        whose = self.glass.take(request.finger, request.key, self.now)
        if whose is None:
            return Failed(Problem.FINGER_FORGOTTEN)
        return None if whose == PENSIONER else Failed(Problem.REFUSED, "another person")

    def _states(self) -> list[DeviceState]:
        return [*super()._states(), *self.glass.states]

    # --- the truth ---------------------------------------------------------------------------

    @property
    def orders(self) -> list[Order]:
        created = [entry.row for entry in self.journal.of_kind(rows.OrderCreated)]
        numbers = [row.order for row in created if isinstance(row, rows.OrderCreated) and row.kind]
        return [fold(self.journal.of_order(number)) for number in numbers]

    def check_requests(self) -> None:
        """The office has what was accepted, once each and in its order, and nothing else."""
        accepted = [order for order in self.orders if order.refusal is None]
        keys = {order.created.key: order.number for order in accepted}
        assert {key: receipt for key, (_, receipt) in self.taken.items()} == keys
        for order in self.orders:
            assert not order.inserted and not order.claims, order
            assert order.reference or order.refusal, f"{order.number} was never answered"
