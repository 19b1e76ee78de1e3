"""The host's side of a stripe reader: deaf until armed, one card, and nothing in clear afterwards.

A reader that is reading answers no questions, so a reader that is armed for long is reset, asked,
and armed again every few seconds: one that lost its power meanwhile would stay deaf.
"""

from __future__ import annotations

from collections import deque

from drivers.base import iso7813
from drivers.base.arming import ReaderProtocol, Swipe, SwipeRejected
from drivers.base.protocol import NEVER, CommandRefused
from drivers.base.secret import LockedBuffer
from drivers.magstripe import codec
from drivers.magstripe.events import Event, LinkLost, LinkSilent, ReaderKnown
from drivers.magstripe.sealing import Seal
from drivers.magstripe.states import PERMITTED, TRANSITIONS, State, Trigger
from drivers.magstripe.tracks import LAYOUTS, Read, decode
from firmware.contract.card import Arm, Sealing, SwipeProblem
from firmware.runtime.table import step

ANSWER_WITHIN = 0.5  # seconds; assumed, two bytes take 2 ms and a reset about 100
POLL_EVERY = 2.0  # seconds while nobody pays
ASK_AGAIN_EVERY = 1.0  # seconds while it is silent
LOOK_EVERY = 5.0  # seconds while armed; the tenth of a second in it may cost a citizen one swipe
MUTE_AFTER = 3  # unanswered questions
READ_WITHIN = 1.5  # seconds for a block: 780 bytes at 9600 baud take 0.8
CLEAR_SIZE = sum(layout.longest for layout in LAYOUTS.values())
# Asked at the start; only the first must be answered, clones do not know the others.
QUESTIONS = (codec.ARE_YOU_THERE, codec.BITS_PER_CHARACTER, codec.ASK_FIRMWARE, codec.ASK_MODEL)


class HostProtocol(ReaderProtocol[Event]):
    """Drives one reader. `seal` is to the public key `key` (hex, capitals)."""

    def __init__(self, seal: Seal, key: str) -> None:
        super().__init__()
        self.state = State.UNPLUGGED
        self._seal, self._key = seal, key
        self._reader = codec.ReplyReader()
        self._clear = LockedBuffer(CLEAR_SIZE)
        self._questions: deque[bytes] = deque()
        self._unanswered = 0
        self._model = self._firmware = ""

    # --- what the driver calls -----------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._move(Trigger.PLUGGED, now)

    def disconnected(self, now: float) -> None:
        if self.state is not State.UNPLUGGED:
            self._move(Trigger.UNPLUGGED, now)

    def receive_bytes(self, data: memoryview | bytes, now: float) -> None:
        if self.state is State.UNPLUGGED:
            return  # the last word of a cable that is pulled
        for reply in self._reader.feed(data):
            self._on_reply(reply, now)
        if self.state is State.ARMED and self._reader.is_inside_block:
            self._move(Trigger.BEGAN, now)

    # --- permission ----------------------------------------------------------------------------

    def _arm(self, arm: Arm, now: float) -> None:
        if self.state is not State.IDLE and self.state not in PERMITTED:
            raise CommandRefused(f"the reader is {self.state.name}")
        self._permission.give(arm, now)
        if self.state is State.IDLE:
            self._move(Trigger.ARM, now)

    def _disarm(self, now: float) -> None:
        self._permission.end()
        if self.state in PERMITTED:
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
        self._model = self._firmware = ""
        self._outgoing += codec.RESET
        self._questions = deque(QUESTIONS)
        self._ask(now)

    def _on_enter_idle(self, now: float) -> None:
        """Reset: a reader that waits for a card goes on waiting otherwise."""
        self._permission.end()
        self._reader.clear()
        self._outgoing += codec.RESET
        self._questions.clear()
        self._due = now + POLL_EVERY

    def _on_enter_arming(self, now: float) -> None:
        self._reader.clear()
        self._outgoing += codec.RESET
        self._questions = deque([codec.ARE_YOU_THERE])
        self._ask(now)

    def _on_enter_armed(self, now: float) -> None:
        self._outgoing += codec.READ_RAW
        self._due = now + LOOK_EVERY

    def _on_enter_reading(self, now: float) -> None:
        self._due = now + READ_WITHIN

    def _on_enter_silent(self, now: float) -> None:
        self._forget()
        self._events.append(LinkSilent())
        self._due = now + ASK_AGAIN_EVERY

    def _forget(self) -> None:
        self._permission.end()
        self._questions.clear()
        self._unanswered = 0
        self._reader.clear()
        self._clear.wipe()

    # --- questions -----------------------------------------------------------------------------

    def _ask(self, now: float) -> None:
        self._outgoing += self._questions[0]
        self._due = now + ANSWER_WITHIN

    def _on_due(self, now: float) -> None:
        match self.state:
            case State.IDLE if not self._questions:
                self._questions.append(codec.ARE_YOU_THERE)
                self._ask(now)
            case State.STARTING | State.IDLE | State.ARMING:
                self._on_no_answer(now)
            case State.ARMED:
                self._move(Trigger.LOOK, now)
            case State.READING:
                self._reject(SwipeProblem.UNREADABLE, now)
            case State.SILENT:
                self._outgoing += codec.RESET + codec.ARE_YOU_THERE
                self._due = now + ASK_AGAIN_EVERY

    def _on_no_answer(self, now: float) -> None:
        """Who it is may stay unknown; that it is there may not."""
        if self._questions[0] != codec.ARE_YOU_THERE:
            self._next_question(now)
            return
        self._unanswered += 1
        if self._unanswered >= MUTE_AFTER:
            self._move(Trigger.MUTE, now)
        else:
            self._ask(now)

    def _answered(self, question: bytes, now: float) -> None:
        if self.state is State.SILENT:
            self._move(Trigger.ANSWERED, now)
        elif self._questions and self._questions[0] == question:
            self._unanswered = 0
            self._next_question(now)

    def _next_question(self, now: float) -> None:
        self._questions.popleft()
        if self._questions:
            self._ask(now)
        elif self.state is State.IDLE:
            self._due = now + POLL_EVERY
        else:
            if self.state is State.STARTING:
                self._events.append(ReaderKnown(self._model, self._firmware))
            self._move(Trigger.ANSWERED, now)

    # --- answers -------------------------------------------------------------------------------

    def _on_reply(self, reply: codec.Reply, now: float) -> None:
        match reply:
            case codec.Alive():
                self._answered(codec.ARE_YOU_THERE, now)
            case codec.Done():
                self._answered(codec.BITS_PER_CHARACTER, now)
            case codec.Firmware(text):
                self._firmware = text
                self._answered(codec.ASK_FIRMWARE, now)
            case codec.Model(text):
                self._model = text
                self._answered(codec.ASK_MODEL, now)
            case codec.Block(tracks):
                self._on_block(tracks, now)
            case codec.Corrupt():
                self._reject(SwipeProblem.UNREADABLE, now)

    def _on_block(self, raw: tuple[memoryview, ...], now: float) -> None:
        """Decode, judge, seal, wipe: in this call, and nothing of it stays."""
        if self.state not in (State.ARMED, State.READING):
            self._reject(SwipeProblem.NOT_ASKED, now)
            return
        try:
            found = self._read(raw)
        finally:
            self._clear.wipe()
        if isinstance(found, SwipeProblem):
            self._reject(found, now)
            return
        self._events.append(found)
        self._began(now)
        self._move(Trigger.READ, now)

    def _read(self, raw: tuple[memoryview, ...]) -> Swipe | SwipeProblem:
        tracks, is_whole = dict[int, memoryview](), True
        for number, track in zip(LAYOUTS, raw, strict=True):
            start = self._clear.length
            read = decode(track, LAYOUTS[number], self._clear)
            if read is Read.GOOD:
                tracks[number] = self._clear.view[start:]
            elif read is not Read.EMPTY:
                is_whole = False
        card = iso7813.judge(tracks, is_whole)
        if isinstance(card, SwipeProblem):
            return card
        return Swipe(
            session=self._permission.session,
            masked_pan=iso7813.masked(card.pan),
            card_class=iso7813.class_of(card),
            sealing=Sealing.BOX,
            key=self._key,
            tracks={str(number): self._seal(track) for number, track in tracks.items()},
        )

    def _reject(self, reason: SwipeProblem, now: float) -> None:
        """Told, and the reader goes on listening, if anybody is waiting for a card."""
        self._reader.clear()
        if self.state in (State.ARMED, State.READING):
            self._events.append(SwipeRejected(self._permission.session, reason))
            self._began(now)
            self._move(Trigger.BAD, now)
        elif reason is SwipeProblem.NOT_ASKED:
            self._events.append(SwipeRejected("", reason))

    def _began(self, now: float) -> None:
        """A block that came in one piece was never seen to begin."""
        if self.state is State.ARMED:
            self._move(Trigger.BEGAN, now)
