"""The host's side of a MagneSafe reader: start-up, settings, and the swipe that was asked for.

The reader sends every swipe, asked or not. What comes unasked is told and forgotten; what is not
encrypted puts the reader out of service, for the next card would come in clear, too.
"""

from __future__ import annotations

from collections import deque

from drivers.base import iso7813
from drivers.base.arming import ReaderProtocol, Swipe, SwipeRejected
from drivers.base.protocol import NEVER, CommandRefused
from drivers.base.transfers import Pipe, TransferReader
from drivers.magnesafe.codec import (
    DEFAULT_MASK,
    WANTED_MASK,
    Answer,
    Command,
    EncodeType,
    Encryption,
    Mask,
    Property,
    Report,
    Request,
    Result,
    read_answer,
    read_report,
    text_of,
)
from drivers.magnesafe.events import Event, KeysGone, LinkLost, LinkSilent, ReaderKnown
from drivers.magnesafe.states import TRANSITIONS, State, Trigger
from firmware.contract.card import Arm, CardClass, Sealing, SwipeProblem
from firmware.runtime.table import step

ANSWER_WITHIN = 1.0  # seconds; assumed, a control transfer takes milliseconds
POLL_EVERY = 10.0  # seconds between two questions; a pulled cable says so itself
ASK_AGAIN_EVERY = 2.0  # seconds while it is silent
MUTE_AFTER = 3  # unanswered questions
SENTINEL = {1: ord("%"), 2: ord(";")}

WHICH_FIRMWARE = Request(Command.GET_PROPERTY, bytes((Property.SOFTWARE_ID,)))
WHICH_SERIAL = Request(Command.GET_PROPERTY, bytes((Property.DEVICE_SERIAL,)))
WHICH_MASK = Request(Command.GET_PROPERTY, bytes((Property.ISO_MASK,)))
CLOSE_MASK = Request(Command.SET_PROPERTY, bytes((Property.ISO_MASK,)) + WANTED_MASK)
WHICH_KSN = Request(Command.GET_KSN)
QUESTIONS = (WHICH_FIRMWARE, WHICH_SERIAL, WHICH_MASK, WHICH_KSN)


class HostProtocol(ReaderProtocol[Event]):
    """Drives one reader, over the transfers of `drivers/base/transfers.py`."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.UNPLUGGED
        self._reader = TransferReader()
        self._questions: deque[Request] = deque()
        self._unanswered = 0
        self._mask = DEFAULT_MASK
        self._known: dict[Request, bytes] = {}

    # --- what the driver calls -----------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._move(Trigger.PLUGGED, now)

    def disconnected(self, now: float) -> None:
        if self.state is not State.UNPLUGGED:
            self._move(Trigger.UNPLUGGED, now)

    def receive_bytes(self, data: memoryview | bytes, now: float) -> None:
        if self.state is State.UNPLUGGED:
            return  # the last word of a cable that is pulled
        for transfer in self._reader.feed(data, now):
            match transfer.pipe:
                case Pipe.INPUT:
                    self._on_swipe(read_report(transfer.data), now)
                case Pipe.FEATURE:
                    self._on_answer(read_answer(transfer.data), now)
                case _:
                    pass  # noise: a device sends nothing else

    # --- permission ----------------------------------------------------------------------------

    def _arm(self, arm: Arm, now: float) -> None:
        if self.state not in (State.IDLE, State.ARMED):
            raise CommandRefused(f"the reader is {self.state.name}")
        self._permission.give(arm, now)
        if self.state is State.IDLE:
            self._move(Trigger.ARM, now)

    def _disarm(self, now: float) -> None:
        self._permission.end()
        if self.state is State.ARMED:
            self._move(Trigger.DISARM, now)

    # --- the machine ---------------------------------------------------------------------------

    def _move(self, trigger: Trigger, now: float) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)
        getattr(self, f"_on_enter_{self.state.name.lower()}")(now)

    def _on_enter_unplugged(self, now: float) -> None:
        self._forget()
        self._due = NEVER
        self._events.append(LinkLost())

    def _on_enter_starting(self, now: float) -> None:
        self._forget()
        self._known, self._mask = {}, DEFAULT_MASK
        self._questions = deque(QUESTIONS)
        self._ask(now)

    def _on_enter_idle(self, now: float) -> None:
        self._permission.end()
        if not self._questions:
            self._due = now + POLL_EVERY

    def _on_enter_armed(self, now: float) -> None:
        """Nothing is sent: the reader reads already."""

    def _on_enter_keyless(self, now: float) -> None:
        self._forget()
        self._due = NEVER
        self._events.append(KeysGone())

    def _on_enter_silent(self, now: float) -> None:
        self._forget()
        self._due = now + ASK_AGAIN_EVERY
        self._events.append(LinkSilent())

    def _forget(self) -> None:
        self._permission.end()
        self._questions.clear()
        self._unanswered = 0
        self._reader.clear()

    # --- questions -----------------------------------------------------------------------------

    def _ask(self, now: float) -> None:
        self._outgoing += self._questions[0].to_transfers()
        self._due = now + ANSWER_WITHIN

    def _on_due(self, now: float) -> None:
        if self.state is State.SILENT:
            self._move(Trigger.AGAIN, now)
        elif not self._questions:
            self._questions.append(WHICH_KSN)
            self._ask(now)
        elif self._unanswered + 1 >= MUTE_AFTER:
            self._move(Trigger.MUTE, now)
        else:
            self._unanswered += 1
            self._ask(now)

    def _on_answer(self, answer: Answer | None, now: float) -> None:
        """What a reader does not know, or keeps to itself, stays unknown."""
        if not self._questions or answer is None:
            return
        question = self._questions.popleft()
        self._unanswered = 0
        if answer.result == Result.SUCCESS:
            self._known[question] = answer.data
            if question == WHICH_MASK:
                self._on_mask(answer.data)
        if self._questions:
            self._ask(now)
        elif self.state is State.STARTING:
            self._events.append(self._who())
            self._move(Trigger.ANSWERED, now)
        else:
            self._due = now + POLL_EVERY

    def _on_mask(self, data: bytes) -> None:
        """A reader that shows too much is told not to; it obeys after a power-up, if at all."""
        self._mask = Mask.read(data) or DEFAULT_MASK
        if self._mask.is_too_open:
            self._questions.append(CLOSE_MASK)

    def _who(self) -> ReaderKnown:
        return ReaderKnown(
            serial=text_of(self._known.get(WHICH_SERIAL, b"")),
            firmware=text_of(self._known.get(WHICH_FIRMWARE, b"")),
            ksn=self._known.get(WHICH_KSN, b"").hex().upper(),
            shows_too_much=self._mask.is_too_open,
        )

    # --- swipes --------------------------------------------------------------------------------

    def _on_swipe(self, report: Report | None, now: float) -> None:
        if report is not None and not is_encrypted(report.encryption):
            self._events.append(SwipeRejected(self._permission.session, SwipeProblem.NOT_ENCRYPTED))
            if self.state is not State.KEYLESS:
                self._move(Trigger.KEYS_GONE, now)
            return
        if self.state is not State.ARMED:
            self._events.append(SwipeRejected("", SwipeProblem.NOT_ASKED))
            return
        found = SwipeProblem.UNREADABLE if report is None else self._judge(report)
        if isinstance(found, SwipeProblem):
            self._events.append(SwipeRejected(self._permission.session, found))
            return
        self._events.append(found)
        self._move(Trigger.READ, now)

    def _judge(self, report: Report) -> Swipe | SwipeProblem:
        """The service code is masked, so chip and PIN are left to whoever can decrypt."""
        tracks = {number: bytes(track) for number, track in report.tracks.items()
                  if not report.errors[number - 1]}  # fmt: skip
        if not tracks:
            return SwipeProblem.UNREADABLE
        pans = [masked_pan(report.masked[number], number, self._mask)
                for number in (2, 1) if number in tracks and number in report.masked]  # fmt: skip
        pan = next((found for found in pans if found is not None), None)
        if pan is None:
            is_whole = report.encode_type != EncodeType.UNDETERMINED and not any(report.errors)
            return SwipeProblem.NOT_A_BANK_CARD if is_whole else SwipeProblem.UNREADABLE
        if report.encode_type != EncodeType.ISO:
            return SwipeProblem.NOT_A_BANK_CARD
        return Swipe(
            session=self._permission.session,
            masked_pan=iso7813.masked(pan, self._mask.first, self._mask.last),
            card_class=CardClass.UNKNOWN,
            sealing=sealing_of(report.encryption),
            key=report.ksn.hex().upper(),
            tracks={str(number): track for number, track in tracks.items()},
        )


def is_encrypted(status: Encryption) -> bool:
    """Both bits, or the data are sent in clear; and while there are keys."""
    has_key = Encryption.KEY_INJECTED in status and Encryption.ENABLED in status
    return has_key and not status & (Encryption.KEYS_EXHAUSTED | Encryption.COUNTER_EXPIRED)


def sealing_of(status: Encryption) -> Sealing:
    return Sealing.TDES_DATA if Encryption.DATA_VARIANT in status else Sealing.TDES_PIN


def masked_pan(track: memoryview, number: int, mask: Mask) -> memoryview | None:
    """The number as the reader masks it, with digits where any are shown; None for no bank card."""
    start = 2 if number == 1 else 1
    if len(track) <= start or track[0] != SENTINEL[number]:
        return None
    if number == 1 and track[1] != iso7813.FORMAT_B:
        return None
    end = start
    while end < len(track) and track[end] != iso7813.SEPARATORS[number]:
        end += 1
    pan = track[start:end]
    if end == len(track) or not iso7813.SHORTEST_PAN <= len(pan) <= iso7813.LONGEST_PAN:
        return None
    first, last = min(mask.first, iso7813.SHOWN_FIRST), min(mask.last, iso7813.SHOWN_LAST)
    ends = [*pan[:first], *pan[len(pan) - last :]]
    return pan if all(each in iso7813.DIGITS for each in ends) else None
