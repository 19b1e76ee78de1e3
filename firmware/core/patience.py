"""How long each stage waits for a person, and when it asks whether one is still there."""

from __future__ import annotations

from math import inf

from firmware.contract.screen import Action
from firmware.core.cash import SETTLE_AFTER
from firmware.core.upi_desk import UPI_SECONDS
from firmware.core.visit import Stage, Visit
from firmware.runtime.config import TimesSection

WITHOUT_WARNING = (
    Stage.DONE, Stage.TROUBLE, Stage.REPRINTED, Stage.POSTER_OUT, Stage.UPI, Stage.HOW_TO
)  # fmt: skip
LONGER = 2.0  # times as long, for who asked for more time; not a QR, which the bank ends


class Patience:
    """Reads the visit; changes nothing. `now` is monotonic seconds."""

    def __init__(self, times: TimesSection) -> None:
        self._times = times

    @property
    def warning(self) -> float:
        """Seconds that are left when the question comes."""
        return self._times.warning

    def of(self, visit: Visit) -> float | None:
        """Seconds until this stage times out; None where a machine is at work, not a person."""
        usual = self._usual(visit)
        is_longer = visit.has_more_time and visit.stage is not Stage.UPI
        return usual * LONGER if usual is not None and is_longer else usual

    def _usual(self, visit: Visit) -> float | None:
        match visit.stage:
            case Stage.HOW_TO:
                return self._times.screen
            case Stage.SERVICES | Stage.NUMBER | Stage.BILL | Stage.BASKET:
                return self._times.screen
            case Stage.CONFIRM | Stage.FINGER:
                return self._times.cash
            case Stage.RECEIPT_NUMBER | Stage.MOBILE | Stage.FACTS:
                return self._times.screen
            case Stage.REPRINTED:
                return self._times.cash if visit.proof == "screen" else self._times.done
            case Stage.POSTER_OUT:
                return self._times.done
            case Stage.UPI:
                return UPI_SECONDS
            case Stage.CASH | Stage.CARD | Stage.SLIP | Stage.RESUMED | Stage.OFFER:
                return self._times.cash
            case Stage.DONE | Stage.TROUBLE:
                order = visit.order  # what is only on the screen must be written down
                return self._times.cash if order and order.shown else self._times.done
            case _:
                return None

    def is_over(self, visit: Visit, now: float) -> bool:
        patience = self.of(visit)
        return patience is not None and now - _since(visit) >= patience

    def leaves_in(self, visit: Visit, now: float) -> int | None:
        """Whole seconds until the screen times out."""
        patience = self.of(visit)
        return None if patience is None else round(_since(visit) + patience - now)

    def is_warning(self, visit: Visit, now: float) -> bool:
        """Whether "are you still there?" is due: never on the last screen, which just goes, nor
        over a QR that is being paid."""
        left = self.leaves_in(visit, now)
        if left is None or visit.stage in WITHOUT_WARNING:
            return False
        return left <= self._times.warning

    def settles_in(self, visit: Visit, now: float) -> float:
        """Seconds until no coin can be on its way any more; infinite where that is no question."""
        left = visit.entered_at + SETTLE_AFTER - now
        return left if visit.stage is Stage.SETTLING and left > 0 else inf

    def stay_actions(self, visit: Visit, now: float) -> list[Action]:
        if not self.is_warning(visit, now):
            return []
        return [Action.STAY] if visit.has_more_time else [Action.STAY, Action.MORE_TIME]


def _since(visit: Visit) -> float:
    """When the patience began: a QR has an end that no press moves."""
    return visit.entered_at if visit.stage is Stage.UPI else visit.patience_from
